import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src/errors.ts';
import type { Outcome } from './dialect.ts';

/** What a call came to: an answer, or the reason to try again (null: somebody else was faster). */
export type Attempt<T> = { readonly value: T } | { readonly lost: unknown };

/** Takes a failure of one of these kinds for a reason to try again; any other is thrown. */
export const attempted = async <T>(
  outcomeOf: (error: unknown) => Outcome,
  bearable: readonly Outcome[],
  call: () => Promise<T>,
): Promise<Attempt<T>> => {
  try {
    return { value: await call() };
  } catch (error) {
    if (!bearable.includes(outcomeOf(error))) throw error;
    return { lost: error };
  }
};

const rounds = 60;
const longestWaitMs = 250;

/** Tries until it comes to an answer, within bounds. `seed` is hexadecimal and differs between those who may meet. */
export const contend = async <T>(seed: string, attempt: () => Promise<Attempt<T>>): Promise<T> => {
  let cause: unknown;
  for (let round = 1; round <= rounds; round += 1) {
    const result = await attempt();
    if ('value' in result) return result.value;
    cause = result.lost;
    // Uneven, so that writers who met do not meet again.
    const spread = (Number.parseInt(seed.slice(0, 4), 16) + round * 7_919) % 1_000;
    await delay((Math.min(longestWaitMs, round * 4) * (500 + spread)) / 1_000);
  }
  throw new AppError('store_busy', 'Others keep writing to the store. Try again in a moment.', { cause });
};
