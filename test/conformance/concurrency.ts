import { expect } from 'vitest';
import { isAppError } from '../../src/errors.ts';
import type { Backend } from '../../src/storage/store.ts';
import {
  batchOf,
  creates,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  replaces,
  wordsQuery,
} from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const handles = async (stage: Stage, count: number): Promise<readonly Backend[]> => {
  const all: Backend[] = [stage.store];
  while (all.length < count) all.push(await stage.anotherHandle());
  return all;
};

const refusals = (outcomes: readonly PromiseSettledResult<unknown>[]): readonly unknown[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));

const race = async (stage: Stage, stores: readonly Backend[]): Promise<void> => {
  const memory = makeMemory();
  await stage.keep(memory);
  const attempts = Array.from({ length: 8 }, async (_, index) =>
    stores[index % stores.length]?.write(stage.scope, batchOf([replaces(memory, { title: `by ${index}` })])),
  );
  const outcomes = await Promise.allSettled(attempts);
  const refused = refusals(outcomes);
  expect(refused).toHaveLength(7);
  for (const error of refused) expect(isAppError(error, 'version_conflict')).toBe(true);
  const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
  expect(await stage.memory(memory.id)).toMatchObject({ title: `by ${winner}`, version: 2 });
  expect(await stage.changes()).toHaveLength(2);
};

const writeOverlapping = async (stage: Stage, stores: readonly Backend[]): Promise<void> => {
  const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
  const answers = await Promise.all(
    numbers.map(async (id) =>
      stores[id % stores.length]?.write(stage.scope, batchOf([creates(makeMemory({ id, content: 'shared' }))])),
    ),
  );
  expect(await stage.matching({})).toEqual(numbers);
  expect(await stage.store.search(stage.scope, wordsQuery('shared'), {}, 1000)).toHaveLength(100);
  const seqs = answers.map((answer) => answer?.seq);
  expect(new Set(seqs).size).toBe(100);
  const changes = await stage.changes();
  expect(changes.map(({ seq }) => seq)).toEqual(seqs.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
};

export const concurrency = makeConcern('several writers', {
  'a hundred overlapping writes of one handle are all kept, each once': async (stage) => {
    await writeOverlapping(stage, [stage.store]);
  },

  'a hundred overlapping writes of four handles are all kept, each once': async (stage) => {
    await writeOverlapping(stage, await handles(stage, 4));
  },

  'of eight replacements of one version one wins': async (stage) => {
    await race(stage, [stage.store]);
  },

  'of eight replacements through eight handles one wins': async (stage) => {
    await race(stage, await handles(stage, 8));
  },

  'of eight creations of one id one wins': async (stage) => {
    const stores = await handles(stage, 4);
    const attempts = Array.from({ length: 8 }, async (_, index) =>
      stores[index % 4]?.write(stage.scope, batchOf([creates(makeMemory({ title: `by ${index}` }))])),
    );
    const refused = refusals(await Promise.allSettled(attempts));
    expect(refused).toHaveLength(7);
    for (const error of refused) expect(isAppError(error, 'duplicate')).toBe(true);
  },

  'of eight relationships that join the same two one wins': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    const stores = await handles(stage, 4);
    const attempts = Array.from({ length: 8 }, async (_, index) =>
      stores[index % 4]?.write(stage.scope, batchOf([relates(makeRelationship({ id: index + 1 }))])),
    );
    const outcomes = await Promise.allSettled(attempts);
    const [winner, ...more] = await stage.store.relationships(stage.scope, { limit: 10 });
    expect(more).toEqual([]);
    for (const error of refusals(outcomes)) {
      expect(error).toMatchObject({ code: 'duplicate', details: { entity: 'relationship', id: winner?.id } });
    }
  },

  'writers that try again make versions without gap or repeat': async (stage) => {
    const stores = await handles(stage, 4);
    const memory = makeMemory();
    await stage.keep(memory);
    const addOne = async (store: Backend): Promise<void> => {
      for (;;) {
        const [current] = await store.memories(stage.scope, [memory.id], 'live');
        if (current === undefined) throw new Error('the memory is gone');
        const outcome = await store.write(stage.scope, batchOf([replaces(current)])).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) return;
        if (!isAppError(outcome, 'version_conflict')) throw outcome;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => addOne(stores[index % 4] as Backend)));
    expect(await stage.memory(memoryId(1))).toMatchObject({ version: 41 });
    expect((await stage.changes()).map(({ version }) => version)).toEqual(
      Array.from({ length: 41 }, (_, index) => index + 1),
    );
  },

  'a read sees every write that was acknowledged before, through any handle': async (stage) => {
    const [writer, reader] = (await handles(stage, 2)) as [Backend, Backend];
    for (let id = 1; id <= 20; id += 1) {
      await writer.write(stage.scope, batchOf([creates(makeMemory({ id, content: 'word' }))]));
      expect(await reader.countMemories(stage.scope, {})).toBe(id);
      expect(await reader.search(stage.scope, wordsQuery('word'), {}, 100)).toHaveLength(id);
    }
  },

  'a batch is seen whole or not at all while it is written': async (stage) => {
    const [writer, reader] = (await handles(stage, 2)) as [Backend, Backend];
    const counts = new Set<number>();
    const writes = [0, 1, 2].map((round) => {
      const memories = Array.from({ length: 50 }, (_, index) => makeMemory({ id: round * 50 + index + 1 }));
      return writer.write(stage.scope, batchOf(memories.map((memory) => creates(memory))));
    });
    const reads = Array.from({ length: 20 }, async () => counts.add(await reader.countMemories(stage.scope, {})));
    await Promise.all([...writes, ...reads]);
    for (const count of counts) expect(count % 50).toBe(0);
    expect(await reader.countMemories(stage.scope, {})).toBe(150);
  },
});
