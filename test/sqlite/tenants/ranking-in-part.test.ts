import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createBackend } from '../../../backends/index.ts';
import { scopeOf } from '../../../src/auth/policy.ts';
import type { MemoryFilter } from '../../../src/storage/query.ts';
import type { TextQuery } from '../../../src/storage/search-document.ts';
import type { Backend } from '../../../src/storage/store.ts';
import { ada, ownedBy, upkeep } from '../../conformance/tenants/people.ts';
import { makeReservoir, ReferenceStore } from '../../reference/store.ts';
import { batchOf, creates, makeDocument, wordsQuery } from '../../support/builders.ts';

/**
 * Three audiences of one tenant in which the same words are as common as can be in one and rare in another: what the whole tenant's
 * numbers say of a word is far from what they say of it in the part that ada reads.
 */
const memories = 1_200;

const audienceOf = (id: number): { visibility: 'public' | 'team' | 'project'; teamId: string | null } => {
  if (id % 3 === 0) return { visibility: 'team', teamId: 'strangers' };
  return id % 6 === 1 ? { visibility: 'project', teamId: null } : { visibility: 'public', teamId: null };
};

const repeated = (word: string, times: number): string => `${word} `.repeat(times);

const textOf = (id: number): string => {
  const foreign = id % 3 === 0;
  const words = [
    repeated('always', 1 + (id % 4)),
    // Two in three of what ada may not read, one in forty of what she may.
    foreign === (id % 2 === 0) || id % 40 === 1 ? repeated('theirs', 1 + (id % 3)) : '',
    // The other way round.
    foreign ? '' : repeated('ours', 1 + (id % 5)),
    id % 97 === 0 ? 'rare' : '',
    repeated('filler', id % 11),
    `word${id % 50}`,
  ];
  return words.join(' ');
};

const twins = Array.from({ length: 500 }, (_, index) => 5_000 + ((index * 37) % 500));

let store: Backend;
let reference: ReferenceStore;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graph-memory-part-'));
  store = await createBackend('sqlite', { path: join(folder, 'memory.db'), synchronous: 'normal', multiTenant: true });
  await store.open();
  reference = new ReferenceStore(makeReservoir(), { multiTenant: true });
  const made = Array.from({ length: memories }, (_, index) => {
    const id = index + 1;
    const memory = ownedBy(upkeep, { id, tags: [`tag${id % 5}`], importance: (id % 10) / 10, context: audienceOf(id) });
    return creates(memory, makeDocument({ title: id % 7 === 0 ? 'ours' : '', content: textOf(id) }));
  });
  const same = twins.map((id) => creates(ownedBy(upkeep, { id }), makeDocument({ content: 'same same' })));
  for (const each of [store, reference]) await each.write(upkeep, batchOf([...made, ...same]));
  return async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

const little = scopeOf({ ...ada, teams: [], projects: ['/nowhere'], role: 'member' });

const queries: readonly (readonly [string, TextQuery])[] = [
  ['a word that all hold', wordsQuery('always')],
  ['a word that is common only where one may not read', wordsQuery('theirs always', 'any')],
  ['a word that is common only where one may', wordsQuery('ours rare', 'any')],
  ['all of several words', wordsQuery('ours always filler')],
  ['a beginning', wordsQuery('word1* ours', 'any')],
  [
    'words in two groups',
    { mode: 'all', groups: [wordsQuery('ours theirs').groups.flat(), wordsQuery('always ours').groups.flat()] },
  ],
  ['the same score for many', wordsQuery('same')],
];

const filters: readonly MemoryFilter[] = [
  {},
  { tags: { values: ['tag1', 'tag2'], mode: 'any' } },
  { minImportance: 0.5 },
];

describe.each([
  ['ada', ada],
  ['one who belongs to nothing', little],
  ['upkeep, which reads all of it,', upkeep],
])('%s gets the best by the numbers of what may be read', (_, scope) => {
  test.each(queries)('%s', async (_name, query) => {
    for (const filter of filters) {
      for (const limit of [1, 7, 100, 700]) {
        const expected = await reference.search(scope, query, filter, limit);
        const actual = await store.search(scope, query, filter, limit);
        expect(actual.map(({ memory }) => memory.id)).toEqual(expected.map(({ memory }) => memory.id));
        for (const [index, { score }] of actual.entries()) {
          const wanted = expected[index]?.score ?? Number.NaN;
          expect(Math.abs(score - wanted) / wanted).toBeLessThan(1e-9);
        }
      }
    }
  });
});

test('words are counted in the part alone', async () => {
  const range = { prefix: '', minLength: 1, maxLength: 20, limit: 1_000 };
  for (const scope of [ada, little, upkeep]) {
    expect(await store.vocabulary(scope, range)).toEqual(await reference.vocabulary(scope, range));
    const words = ['always', 'theirs', 'ours', 'nobody'];
    const counts = await store.termFrequencies(scope, words);
    expect(counts.toSorted((a, b) => (a.text < b.text ? -1 : 1))).toEqual(
      (await reference.termFrequencies(scope, words)).toSorted((a, b) => (a.text < b.text ? -1 : 1)),
    );
  }
});
