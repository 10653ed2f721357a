import { expect } from 'vitest';
import type { WriteOperation } from '../../src/storage/batch.ts';
import {
  batchOf,
  creates,
  day,
  makeDocument,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const one = makeMemory({ id: 1, title: 'first thing' });
const two = makeMemory({ id: 2, title: 'second thing' });
const gone = makeMemory({ id: 3, title: 'gone thing' });
const joined = makeRelationship({ id: 1, from: 1, to: 2, description: 'first reason' });

const furnish = async (stage: Stage): Promise<void> => {
  await stage.keep(one, two, gone);
  await stage.write(relates(joined), trashes(gone));
};

const lookAround = async ({ store, scope }: Stage): Promise<unknown> => ({
  thing: await store.search(scope, wordsQuery('thing'), {}, 10),
  fresh: await store.search(scope, wordsQuery('fresh'), {}, 10),
  reason: await store.searchRelationships(scope, wordsQuery('reason'), null, 10),
  key: await store.idempotencyRecord(scope, 'key'),
});

/** Each kind of operation, all of which would succeed alone. */
const harmless: readonly WriteOperation[] = [
  creates(makeMemory({ id: 4, title: 'fresh' })),
  replaces(one, { title: 'fresh', tags: ['fresh'] }),
  relates(makeRelationship({ id: 2, from: 2, to: 4, description: 'fresh reason' })),
  reshapes(joined, { strength: 1, description: null }),
  { op: 'index_memory', id: two.id, document: makeDocument({ title: 'fresh' }) },
  { op: 'set_index_state', state: { version: 3, through: two.id } },
  { op: 'count_usage', ids: [two.id], at: day(5) },
  { op: 'remember_key', key: 'key', record: { fingerprint: 'f', answer: {}, at: day(1) } },
  { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
  {
    op: 'import_change',
    change: {
      entity: 'memory',
      id: two.id,
      seq: 1,
      at: day(1),
      kind: 'updated',
      by: null,
      reason: null,
      version: 1,
      before: null,
    },
  },
  { op: 'purge_memory', id: gone.id },
];

const failures: Readonly<Record<string, WriteOperation>> = {
  'a duplicate memory': creates(two),
  'a stale memory': replaces({ ...two, version: 9 }),
  'a missing memory': replaces(makeMemory({ id: 99 })),
  'a missing end': relates(makeRelationship({ id: 9, from: 1, to: 99 })),
  'a duplicate relationship': relates(makeRelationship({ id: 9, from: 1, to: 2 })),
  'a stale relationship': reshapes({ ...joined, version: 9 }),
  'a key used before': { op: 'remember_key', key: 'key', record: { fingerprint: 'f', answer: {}, at: day(1) } },
  'a moved guard': { op: 'expect_revision', guard: 'acyclic_graph', revision: 7 },
};

export const atomicity = makeConcern('all of a batch or none', {
  ...Object.fromEntries(
    Object.entries(failures).map(([name, failure]) => [
      `a batch that ends in ${name} leaves nothing`,
      async (stage: Stage): Promise<void> => {
        await furnish(stage);
        const before = [await stage.everything(), await lookAround(stage)];
        await expect(stage.write(...harmless, failure)).rejects.toThrow();
        expect([await stage.everything(), await lookAround(stage)]).toEqual(before);
        const { seq } = await stage.write(...harmless);
        expect(seq, 'a refused batch takes no number of the log').toBe((await stage.changes()).at(-1)?.seq);
      },
    ]),
  ),

  'a batch that fails in the middle leaves nothing of what came after either': async (stage) => {
    await furnish(stage);
    const before = await stage.everything();
    const [created, ...rest] = harmless as [WriteOperation, ...WriteOperation[]];
    await expect(stage.write(created, creates(two), ...rest)).rejects.toThrow();
    expect(await stage.everything()).toEqual(before);
  },

  'the store takes the next write after a refused one': async (stage) => {
    await furnish(stage);
    await expect(stage.write(creates(one))).rejects.toThrow();
    await stage.keep(makeMemory({ id: 5 }));
    expect(await stage.memory(memoryId(5))).toBeDefined();
  },

  'a memory, its relationships, a key and a guard are written together': async (stage) => {
    await furnish(stage);
    const { seq } = await stage.write(...harmless);
    expect(seq).toBe((await stage.changes()).at(-1)?.seq);
    expect(await stage.memory(memoryId(4))).toBeDefined();
    expect(await stage.relationship(relationshipId(2))).toBeDefined();
    expect(await stage.memory(gone.id)).toBeUndefined();
    expect(await stage.store.guardRevision(stage.scope, 'acyclic_graph')).toBe(1);
    expect(await lookAround(stage)).toMatchObject({
      thing: [],
      reason: [{ id: relationshipId(2) }],
      key: { fingerprint: 'f' },
    });
    expect(await stage.store.indexState(stage.scope)).toEqual({ version: 3, through: two.id });
  },

  'an empty batch changes nothing': async (stage) => {
    await furnish(stage);
    const before = await stage.everything();
    const last = (await stage.changes()).at(-1)?.seq;
    expect(await stage.store.write(stage.scope, batchOf([]))).toEqual({ seq: last });
    expect(await stage.everything()).toEqual(before);
  },

  'a batch of a thousand memories is one write': async (stage) => {
    const memories = Array.from({ length: 1000 }, (_, index) => makeMemory({ id: index + 1, tags: ['bulk'] }));
    await expect(
      stage.write(...memories.map((memory) => creates(memory)), creates(makeMemory({ id: 500 }))),
    ).rejects.toThrow();
    expect(await stage.store.countMemories(stage.scope, { state: 'any' })).toBe(0);
    await stage.keep(...memories);
    expect(await stage.store.countMemories(stage.scope, {})).toBe(1000);
  },
});
