import { expect, test } from 'vitest';
import { inBatches } from '../../src/service/migrate/pace.ts';

/** The sizes of ten batches, each of which takes half a second however many rows it has. */
const sizesOf = async (holdsWriters: boolean): Promise<readonly number[]> => {
  const sizes: number[] = [];
  let clock = 0;
  const halt = await inBatches(
    {
      store: { holdsWriters },
      now: () => clock,
      wait: async (ms) => {
        clock += ms;
      },
      signal: new AbortController().signal,
    },
    { batchSize: 1_000, maxRate: null },
    async () => false,
    async (limit) => {
      clock += 500;
      sizes.push(limit);
      return { rows: limit, changed: limit, done: sizes.length === 10 };
    },
    () => undefined,
  );
  expect(halt).toBe('done');
  return sizes;
};

test('batches that hold writers up for long are made smaller', async () => {
  expect(await sizesOf(true)).toEqual([100, 50, 25, 12, 10, 10, 10, 10, 10, 10]);
});

test('batches that hold nobody up grow to what was asked for, however slowly they are read', async () => {
  expect(await sizesOf(false)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
});
