import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBackend } from '../../backends/index.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import type { Backend } from '../../src/storage/store.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { batchOf, creates, makeDocument, makeMemory, wordsQuery } from '../support/builders.ts';
import { leaseDatabase } from '../support/database-lease.ts';

const isThere = (await reachableTargets()).some(({ name }) => name === 'falkordb');
const count = 6_000;
/** Every memory holds `common`, two of three `often`, one `rare`, and each a word of its own that begins with `pre`. */
const documentOf = (id: number): ReturnType<typeof makeDocument> =>
  makeDocument({
    title: `common pre${id.toString(36)}${id === 4_321 ? ' rare' : ''}`,
    content: id % 3 === 0 ? 'filler words' : 'often filler',
  });

describe.skipIf(!isThere)('search on a server whose order and beginnings cannot be relied on', () => {
  let store: Backend;
  let release: () => void;
  beforeAll(async () => {
    const lease = await leaseDatabase('falkordb');
    release = lease.release;
    store = await createBackend('falkordb', { ...lease.address, graph: `search-${randomUUID()}` });
    await store.open();
    for (let first = 1; first <= count; first += 500) {
      const ids = Array.from({ length: 500 }, (_, index) => first + index);
      await store.write(scope, batchOf(ids.map((id) => creates(makeMemory({ id }), documentOf(id)))));
    }
  }, 120_000);
  afterAll(async () => {
    await store.close();
    release();
  });

  const beginning = (text: string) => ({ groups: [[{ text, prefix: true }]], mode: 'all' }) as const;

  test('finds all words that begin alike, of which the engine itself finds a few', async () => {
    const found = await store.search(scope, beginning('pre1'), {}, 2_000);
    const wanted = Array.from({ length: count }, (_, index) => `pre${(index + 1).toString(36)}`).filter((word) =>
      word.startsWith('pre1'),
    );
    expect(found).toHaveLength(wanted.length);
    expect(wanted.length).toBeGreaterThan(1_000);
  });

  test('counts words as they are, and lists them', async () => {
    const [rare] = await store.termFrequencies(scope, ['rare']);
    expect(rare).toEqual({ text: 'rare', frequency: 1 });
    expect(await store.termFrequencies(scope, ['common'])).toEqual([{ text: 'common', frequency: count }]);
    const words = await store.vocabulary(scope, { prefix: 'of', minLength: 2, maxLength: 9, limit: 5 });
    expect(words).toEqual([{ text: 'often', frequency: (count / 3) * 2 }]);
  });

  test('puts the memory with the rare word first, however common the others are', async () => {
    const query = { ...wordsQuery('common often rare'), mode: 'any' as const };
    const [first] = await store.search(scope, query, {}, 10);
    expect(first?.memory.title).toBe('Memory 4321');
  });

  test('answers a question of common words alone', async () => {
    const both = await store.search(scope, wordsQuery('common often'), {}, 10);
    expect(both).toHaveLength(10);
    expect(both.every(({ memory }) => Number(memory.title.slice(7)) % 3 !== 0)).toBe(true);
    const any = { ...wordsQuery('common often'), mode: 'any' as const };
    const ranked = await store.search(scope, any, {}, 10);
    expect(ranked).toHaveLength(10);
    expect(ranked.every(({ memory }) => Number(memory.title.slice(7)) % 3 !== 0)).toBe(true);
  });
});
