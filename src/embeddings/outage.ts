import type { Millis } from '../domain/ids.ts';

/** A provider that failed is left in peace for a while, longer each time, and one warning is enough. */
export interface Outage {
  /** Whether it is too early to ask again. */
  readonly resting: () => boolean;
  readonly restMs: () => number;
  failed(error: unknown): void;
  answered(): void;
}

const longestRest = 10;

export const watchOutage = (parts: {
  readonly now: () => Millis;
  /** The first rest. */
  readonly restMs: number;
  readonly onOutage: (error: unknown) => void;
  readonly onReturn: () => void;
}): Outage => {
  let rests = 0;
  let until = Number.NEGATIVE_INFINITY;
  const resting = (): boolean => parts.now() < until;
  return {
    resting,
    restMs: () => Math.max(0, until - parts.now()),
    failed: (error) => {
      // Calls that were under way when the first one failed belong to the same failure.
      if (resting()) return;
      if (rests === 0) parts.onOutage(error);
      rests = Math.min(rests === 0 ? 1 : rests * 2, longestRest);
      until = parts.now() + rests * parts.restMs;
    },
    answered: () => {
      if (rests > 0) parts.onReturn();
      rests = 0;
      until = Number.NEGATIVE_INFINITY;
    },
  };
};
