import { expect, it } from 'vitest';
import { indexIsCurrent, renewIndex } from '../../src/service/renew-index.ts';
import { keepIndexCurrent } from '../../src/service/upkeep.ts';
import { makeDocument } from '../support/builders.ts';
import { onEveryStore, type Workbench } from './workbench.ts';

const empty = makeDocument({});

/** A store whose index was written by something else. */
const spoil = async (bench: Workbench, ids: readonly string[]): Promise<void> => {
  const operations = ids.map((id) => ({ op: 'index_memory', id: id as never, document: empty }) as const);
  await bench.context.store.write(bench.context.scope, { operations, at: bench.now, by: null });
};

const ids = (text: string): number => [...text.matchAll(/^\w+ \S{36} "/gm)].length;

onEveryStore('the index', (open) => {
  it('is made anew with the words of neighbours, once for each version', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('Alpha'), await bench.store('Bravo')];
    await bench.relate(a, 'CAUSES', b);
    await spoil(bench, [a, b]);
    expect(await bench.text('recall_memories', { query: 'alpha' })).toMatch(/^No memory matches/);
    expect(await indexIsCurrent(bench.context)).toBe(false);
    await keepIndexCurrent(bench.context);
    expect(await indexIsCurrent(bench.context)).toBe(true);
    expect(ids(await bench.text('recall_memories', { query: 'alpha' }))).toBe(2);
    await spoil(bench, [a, b]);
    await keepIndexCurrent(bench.context);
    expect(await bench.text('recall_memories', { query: 'alpha' })).toMatch(/^No memory matches/);
  });

  it('goes on where a run was cut off', async () => {
    const bench = await open();
    const stored: string[] = [];
    for (let i = 0; i < 250; i += 1) {
      bench.now += 1;
      stored.push(await bench.store(`number ${i}`, { content: 'zebra' }));
    }
    await spoil(bench, stored);
    const stop = new Error('cut off');
    const cut = renewIndex(bench.context, ({ done }) => {
      if (done === 200) throw stop;
    });
    await expect(cut).rejects.toBe(stop);
    expect(ids(await bench.text('search_memories', { query: 'zebra', limit: 100, max_tokens: 100_000 }))).toBe(100);
    const through = (await bench.context.store.indexState(bench.context.scope)).through;
    expect(through).toBe(stored[199]);
    const progress: number[] = [];
    expect(await renewIndex(bench.context, ({ done }) => progress.push(done))).toBe(50);
    expect(progress).toEqual([50]);
    const first = await bench.context.store.search(
      bench.context.scope,
      { groups: [[{ text: 'zebra', prefix: false }]], mode: 'any' },
      {},
      1000,
    );
    expect(first).toHaveLength(250);
  });

  it('of an empty store only takes note of the version, and of a read-only one nothing', async () => {
    const bench = await open();
    await keepIndexCurrent(bench.context);
    expect(await indexIsCurrent(bench.context)).toBe(true);
    const closed = await open({ readOnly: true });
    await keepIndexCurrent(closed.context);
    expect(await indexIsCurrent(closed.context)).toBe(false);
  });
});
