import { expect } from 'vitest';
import type { Memory } from '../../src/domain/memory.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import type { MemoryFilter } from '../../src/storage/query.ts';
import { cosine, quantise } from '../../src/storage/vector.ts';
import { makeMemory, memoryId, nextVersion, replaces, trashes } from '../support/builders.ts';
import type { Caller } from './caller.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';

const model = 'small';
const space = { model, dimensions: 3 };

const embeds = ({ id, version }: Memory, components: readonly number[], by = model): WriteOperation => ({
  op: 'set_vector',
  id,
  version,
  model: by,
  vector: quantise(components),
});

const near = async (
  { store, scope }: Caller,
  components: readonly number[],
  filter: MemoryFilter = {},
  limit = 10,
  by = model,
): Promise<readonly number[]> => {
  const hits = await store.nearest(scope, { model: by, vector: quantise(components) }, filter, limit);
  return numbersOf(hits.map(({ memory }) => memory));
};

const lacking = async ({ store, scope }: Caller, filter: MemoryFilter = {}): Promise<readonly number[]> =>
  numbersOf(await store.unembedded(scope, { space, filter, limit: 10 }));

const count = ({ store, scope }: Caller): Promise<number> => store.countEmbedded(scope, space);

/** Memories 1 to 4, each with a vector that lies further from the first axis. */
const spread = async (stage: Caller): Promise<readonly Memory[]> => {
  const memories = [1, 2, 3, 4].map((id) => makeMemory({ id, type: id % 2 === 0 ? 'fix' : 'error' }));
  await stage.keep(...memories);
  await stage.write(...memories.map((memory, place) => embeds(memory, [1, place / 2, 0])));
  return memories;
};

export const nearness = makeConcern('vectors', {
  'the nearest come first, with their cosine, ties by id, cut at the limit': async (stage) => {
    const memories = await spread(stage);
    const twin = makeMemory({ id: 9 });
    await stage.keep(twin);
    await stage.write(embeds(twin, [2, 1, 0]));
    const vector = quantise([1, 0, 0]);
    const hits = await stage.store.nearest(stage.scope, { model, vector }, {}, 10);
    expect(hits).toStrictEqual([
      { memory: memories[0], score: 1 },
      { memory: memories[1], score: cosine(vector, quantise([1, 0.5, 0])) },
      { memory: twin, score: cosine(vector, quantise([1, 0.5, 0])) },
      { memory: memories[2], score: cosine(vector, quantise([1, 1, 0])) },
      { memory: memories[3], score: cosine(vector, quantise([1, 1.5, 0])) },
    ]);
    expect(await near(stage, [1, 0, 0], {}, 2)).toEqual([1, 2]);
    expect(await near(stage, [1, 0, 0], {}, 0)).toEqual([]);
    expect(await near(stage, [0, 1, 0], {}, 1)).toEqual([4]);
    expect(await near(stage, [-1, 0, 0])).toEqual([4, 3, 2, 9, 1]);
  },

  'among many that lie alike, the ids decide who is inside the limit': async (stage) => {
    const memories = Array.from({ length: 40 }, (_, place) => makeMemory({ id: 40 - place }));
    await stage.keep(...memories);
    await stage.write(...memories.map((memory) => embeds(memory, [1, 1, 0])));
    expect(await near(stage, [1, 0, 0], {}, 3)).toEqual([1, 2, 3]);
  },

  'the filter holds before the cut': async (stage) => {
    await spread(stage);
    expect(await near(stage, [1, 0, 0], { types: ['fix'] }, 1)).toEqual([2]);
    expect(await near(stage, [1, 0, 0], { ids: [] })).toEqual([]);
  },

  'only vectors of the same model and length are compared, and each model keeps its own': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory);
    await stage.write(embeds(memory, [1, 0, 0]), embeds(memory, [0, 1, 0], 'other'));
    expect(await near(stage, [1, 0])).toEqual([]);
    expect(await near(stage, [1, 0, 0], {}, 10, 'absent')).toEqual([]);
    expect([await near(stage, [1, 0, 0]), await near(stage, [1, 0, 0], {}, 10, 'other')]).toEqual([[1], [1]]);
    expect([await count(stage), await lacking(stage)]).toEqual([1, []]);
    await stage.write(embeds(memory, [1, 0]));
    expect([await near(stage, [1, 0]), await near(stage, [1, 0, 0])]).toEqual([[1], []]);
    expect([await count(stage), await lacking(stage)]).toEqual([0, [1]]);
  },

  'a vector is no change, and another one takes its place': async (stage) => {
    await spread(stage);
    const before = await stage.everything();
    await stage.write(embeds(makeMemory({ id: 4 }), [1, 0, 0]));
    expect(await stage.everything()).toStrictEqual(before);
    expect(await near(stage, [1, 0, 0])).toEqual([1, 4, 2, 3]);
    expect(await count(stage)).toBe(4);
  },

  'a vector counts for the version it was made of': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory, makeMemory({ id: 2 }));
    expect([await count(stage), await lacking(stage)]).toEqual([0, [1, 2]]);
    await stage.write(embeds(memory, [1, 0, 0]));
    expect([await count(stage), await lacking(stage)]).toEqual([1, [2]]);
    await stage.write(replaces(memory));
    expect([await near(stage, [1, 0, 0]), await count(stage), await lacking(stage)]).toEqual([[], 0, [1, 2]]);
    await stage.write(embeds(memory, [1, 0, 0]), embeds(makeMemory({ id: 7 }), [1, 0, 0]));
    expect(await count(stage), 'too late, and of an absent memory').toBe(0);
    await stage.write(embeds(nextVersion(memory), [0, 1, 0]));
    expect([await near(stage, [1, 0, 0]), await count(stage)]).toEqual([[1], 1]);
  },

  'a vector that comes too late leaves the present one in its place': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory);
    await stage.write(replaces(memory), embeds(nextVersion(memory), [1, 0, 0]), embeds(memory, [0, 1, 0]));
    await stage.write(embeds({ ...memory, version: 3 }, [0, 0, 1]));
    expect([await near(stage, [1, 0, 0]), await count(stage), await lacking(stage)]).toEqual([[1], 1, []]);
  },

  'what lacks a vector is listed by id, behind one, filtered': async (stage) => {
    await stage.keep(...[4, 2, 3, 1].map((id) => makeMemory({ id, type: id === 2 ? 'fix' : 'error' })));
    const listing = { space, filter: {}, limit: 2 };
    const { store, scope } = stage;
    expect(numbersOf(await store.unembedded(scope, listing))).toEqual([1, 2]);
    expect(numbersOf(await store.unembedded(scope, { ...listing, after: memoryId(2) }))).toEqual([3, 4]);
    expect(await lacking(stage, { types: ['fix'] })).toEqual([2]);
  },

  'the trash keeps vectors and does not find them; a purge destroys them': async (stage) => {
    const memory = (await spread(stage)).at(-1) as Memory;
    await stage.write(trashes(memory));
    const trashed = nextVersion(memory);
    await stage.write(embeds(trashed, [1, 0, 0]));
    expect([await near(stage, [1, 0, 0]), await count(stage), await lacking(stage)]).toEqual([[1, 2, 3], 3, []]);
    await stage.write({ op: 'purge_memory', id: memory.id });
    await stage.keep(memory);
    expect([await near(stage, [1, 0, 0]), await lacking(stage)]).toEqual([[1, 2, 3], [4]]);
  },

  'vectors are there after the store was opened again, and for every handle': async (stage) => {
    await spread(stage);
    const other = await stage.anotherHandle();
    expect(await other.countEmbedded(stage.scope, space)).toBe(4);
    await stage.reopen();
    expect(await near(stage, [1, 0, 0])).toEqual([1, 2, 3, 4]);
  },

  'a vector is set with the rest of its batch or not at all': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory);
    await expect(stage.write(embeds(memory, [1, 0, 0]), replaces(makeMemory({ id: 8 })))).rejects.toThrow();
    expect(await count(stage)).toBe(0);
  },
});
