import { expect } from 'vitest';
import {
  creates,
  day,
  makeDocument,
  makeMemory,
  makeRelationship,
  memoryId,
  nextVersion,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../support/builders.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const found = async ({ store, scope }: Stage, words: string): Promise<readonly number[]> =>
  numbersOf((await store.search(scope, wordsQuery(words), {}, 100)).map(({ memory }) => memory));

export const usage = makeConcern('counting usage', {
  'a use adds one and sets the time, and is no change': async (stage) => {
    const memory = makeMemory({ usageCount: 4 });
    await stage.keep(memory, makeMemory({ id: 2 }));
    const before = await stage.changes();
    await stage.write({ op: 'count_usage', ids: [memory.id], at: day(3) });
    await stage.write({ op: 'count_usage', ids: [memory.id], at: day(2) });
    expect(await stage.memory(memory.id)).toStrictEqual({ ...memory, usageCount: 6, lastAccessed: day(2) });
    expect(await stage.memory(memoryId(2))).toStrictEqual(makeMemory({ id: 2 }));
    expect(await stage.changes()).toEqual(before);
  },

  'a use counts for each time its id is named': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write({ op: 'count_usage', ids: [1, 2, 1, 9, 9].map(memoryId), at: day(3) });
    expect(await stage.memory(memoryId(1))).toMatchObject({ usageCount: 2, lastAccessed: day(3) });
    expect(await stage.memory(memoryId(2))).toMatchObject({ usageCount: 1, lastAccessed: day(3) });
  },

  'what is absent is passed over, what is in the trash counts': async (stage) => {
    const trashed = makeMemory({ id: 2, deletedAt: day(1) });
    await stage.keep(makeMemory({ id: 1 }), trashed);
    await stage.write({ op: 'count_usage', ids: [1, 9, 2].map(memoryId), at: day(3) });
    expect(await stage.memory(trashed.id)).toMatchObject({ usageCount: 1, lastAccessed: day(3) });
    expect(await stage.memory(memoryId(1))).toMatchObject({ usageCount: 1 });
    expect(await stage.memory(memoryId(9))).toBeUndefined();
  },

  'a use does not make a waiting replacement stale': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory);
    await stage.write({ op: 'count_usage', ids: [memory.id], at: day(3) });
    await stage.write(replaces(memory, { title: 'second' }));
    expect(await stage.memory(memory.id)).toStrictEqual(nextVersion(memory, { title: 'second' }));
    const before = (await stage.changes()).at(-1)?.before;
    expect(before, 'the log keeps the record as it stood').toStrictEqual({
      ...memory,
      usageCount: 1,
      lastAccessed: day(3),
    });
  },

  'no ids count nothing': async (stage) => {
    await stage.keep(makeMemory());
    await stage.write({ op: 'count_usage', ids: [], at: day(3) });
    expect(await stage.memory(memoryId(1))).toStrictEqual(makeMemory());
  },
});

export const indexUpkeep = makeConcern('new words for the index', {
  'new words replace the old and are no change': async (stage) => {
    const memory = makeMemory();
    await stage.write(creates(memory, makeDocument({ title: 'old', context: 'older' })));
    const before = await stage.changes();
    await stage.write({ op: 'index_memory', id: memory.id, document: makeDocument({ content: 'new' }) });
    expect([await found(stage, 'old'), await found(stage, 'older'), await found(stage, 'new')]).toEqual([[], [], [1]]);
    expect(await stage.memory(memory.id)).toStrictEqual(memory);
    expect(await stage.changes()).toEqual(before);
  },

  'words made of another version are dropped': async (stage) => {
    const memory = makeMemory();
    await stage.write(creates(memory, makeDocument({ title: 'first' })));
    await stage.write(replaces(memory, { title: 'changed' }, 'updated', makeDocument({ title: 'second' })));
    const stale = {
      op: 'index_memory',
      id: memory.id,
      document: makeDocument({ title: 'stale' }),
      ofVersion: 1,
    } as const;
    await stage.write(stale);
    expect([await found(stage, 'second'), await found(stage, 'stale')]).toEqual([[1], []]);
    await stage.write({ ...stale, ofVersion: 2 });
    expect([await found(stage, 'second'), await found(stage, 'stale')]).toEqual([[], [1]]);
  },

  'words for what is absent or in the trash are dropped': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory, makeMemory({ id: 2, mergedInto: 1 }));
    await stage.write(trashes(memory));
    const document = makeDocument({ title: 'ghost' });
    await stage.write(...[1, 2, 9].map((id) => ({ op: 'index_memory', id: memoryId(id), document }) as const));
    expect(await found(stage, 'ghost')).toEqual([]);
    const trashed = nextVersion(memory, { deletedAt: day(2) });
    await stage.write(replaces(trashed, { deletedAt: null }, 'restored', makeDocument({ title: 'back' })));
    expect([await found(stage, 'ghost'), await found(stage, 'back')]).toEqual([[], [1]]);
  },

  'the trash takes the words out, restoring brings the new ones': async (stage) => {
    const memory = makeMemory();
    await stage.write(creates(memory, makeDocument({ title: 'word' })));
    await stage.write(trashes(memory));
    expect(await found(stage, 'word')).toEqual([]);
    await stage.write(replaces(nextVersion(memory), { deletedAt: null }, 'restored', makeDocument({ tags: 'other' })));
    expect([await found(stage, 'word'), await found(stage, 'other')]).toEqual([[], [1]]);
  },

  'a memory created in the trash is not indexed': async (stage) => {
    await stage.write(creates(makeMemory({ deletedAt: day(1) }), makeDocument({ title: 'word' })));
    expect(await found(stage, 'word')).toEqual([]);
  },

  'the last words of one batch stand': async (stage) => {
    const memory = makeMemory();
    await stage.write(
      creates(memory, makeDocument({ title: 'first' })),
      { op: 'index_memory', id: memory.id, document: makeDocument({ title: 'second' }) },
      replaces(memory, {}, 'updated', makeDocument({ title: 'third' })),
    );
    expect([await found(stage, 'first'), await found(stage, 'second'), await found(stage, 'third')]).toEqual([
      [],
      [],
      [1],
    ]);
  },
});

export const purge = makeConcern('purging', {
  'a trashed memory goes with its relationships and their changes': async (stage) => {
    const doomed = makeMemory({ id: 1, tags: ['doomed'] });
    await stage.keep(doomed, makeMemory({ id: 2 }), makeMemory({ id: 3 }));
    const first = makeRelationship({ id: 1, from: 1, to: 2 });
    await stage.write(
      relates(first),
      reshapes(first, { strength: 1 }, 'reinforced'),
      relates(makeRelationship({ id: 2, from: 3, to: 1, validUntil: day(1) })),
      relates(makeRelationship({ id: 3, from: 2, to: 3 })),
      trashes(doomed),
    );
    await stage.write({ op: 'purge_memory', id: doomed.id });
    expect(await stage.memory(doomed.id)).toBeUndefined();
    const left = await stage.store.relationships(stage.scope, { state: 'any', withTrashedEnds: true, limit: 10 });
    expect(numbersOf(left)).toEqual([3]);
    const changes = await stage.changes();
    expect(changes.map(({ id }) => id)).toEqual([memoryId(2), memoryId(3), relationshipId(3)]);
    expect(await stage.store.statistics(stage.scope, 10)).toMatchObject({ memories: 2, trashed: 0, tags: [] });
  },

  'a live memory and an absent one stay as they are': async (stage) => {
    await stage.keep(makeMemory());
    const before = await stage.everything();
    await stage.write({ op: 'purge_memory', id: memoryId(1) }, { op: 'purge_memory', id: memoryId(9) });
    expect(await stage.everything()).toEqual(before);
  },

  'a memory merged away can be purged': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2, mergedInto: 1 }));
    await stage.write({ op: 'purge_memory', id: memoryId(2) });
    expect(await stage.memory(memoryId(2))).toBeUndefined();
    expect(await stage.memory(memoryId(1))).toBeDefined();
  },

  'the target of a merge can be purged before its alias': async (stage) => {
    await stage.keep(makeMemory({ id: 1, deletedAt: day(1) }), makeMemory({ id: 2, mergedInto: 1 }));
    await stage.write({ op: 'purge_memory', id: memoryId(1) });
    expect(await stage.memory(memoryId(1))).toBeUndefined();
    expect((await stage.memory(memoryId(2)))?.mergedInto).toBe(memoryId(1));
  },

  'numbers of purged changes are not given again': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory);
    const { seq } = await stage.write(trashes(memory));
    await stage.write({ op: 'purge_memory', id: memory.id });
    expect(await stage.changes()).toEqual([]);
    const next = await stage.write(creates(makeMemory({ id: 2 })));
    expect(next.seq).toBeGreaterThan(seq);
  },

  'a purged id is new again': async (stage) => {
    await stage.keep(makeMemory({ deletedAt: day(1), title: 'old' }));
    await stage.write({ op: 'purge_memory', id: memoryId(1) }, creates(makeMemory({ title: 'new' })));
    expect(await stage.memory(memoryId(1))).toStrictEqual(makeMemory({ title: 'new' }));
    expect([await found(stage, 'old'), await found(stage, 'new')]).toEqual([[], [1]]);
  },

  'one batch may use an id, purge it and use it again': async (stage) => {
    const first = makeMemory({ title: 'old' });
    const edge = makeRelationship({ description: 'former reason' });
    await stage.write(
      creates(makeMemory({ id: 2 })),
      creates(first),
      relates(edge),
      trashes(first),
      { op: 'purge_memory', id: first.id },
      creates(makeMemory({ title: 'new' })),
      relates({ ...edge, description: null, strength: 1 }),
      { op: 'count_usage', ids: [first.id], at: day(3) },
    );
    const second = makeMemory({ title: 'new', usageCount: 1, lastAccessed: day(3) });
    expect(await stage.memory(first.id)).toStrictEqual(second);
    expect([await found(stage, 'old'), await found(stage, 'new')]).toEqual([[], [1]]);
    const { store, scope } = stage;
    expect(await store.searchRelationships(scope, wordsQuery('former'), null, 10)).toEqual([]);
    expect(await stage.relationship(edge.id)).toStrictEqual({ ...edge, description: null, strength: 1 });
    expect((await stage.changes()).map(({ id, kind }) => [id, kind])).toEqual([
      [memoryId(2), 'created'],
      [first.id, 'created'],
      [edge.id, 'created'],
    ]);
  },
});
