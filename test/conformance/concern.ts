import { describe, test } from 'vitest';
import { Stage } from './stage.ts';
import { type Mode, modes, type Target } from './target.ts';

export type Case = (stage: Stage) => Promise<void>;

/** Registers the cases of one concern for one target in one mode, where the concern is one of that mode. */
export interface Concern {
  (target: Target, mode: Mode): void;
  readonly concern: string;
  readonly cases: readonly string[];
}

const play = async (target: Target, mode: Mode, run: Case): Promise<void> => {
  const stage = await Stage.set(target, mode);
  try {
    await run(stage);
  } finally {
    await stage.strike();
  }
};

/** Cases by name; a name says what holds, and is unique in the suite so that a gap can point to it. */
export const makeConcern = (
  concern: string,
  cases: Readonly<Record<string, Case>>,
  playedIn: readonly Mode[] = modes,
): Concern => {
  const register = (target: Target, mode: Mode): void => {
    if (!playedIn.includes(mode)) return;
    describe(concern, () => {
      for (const [name, run] of Object.entries(cases)) {
        const gap = target.gaps.find((each) => each.case === name);
        if (gap === undefined) test(name, { timeout: 180_000 }, () => play(target, mode, run));
        else test.fails(`${name} (gap: ${gap.reason})`, { timeout: 180_000 }, () => play(target, mode, run));
      }
    });
  };
  return Object.assign(register, { concern, cases: Object.keys(cases) });
};
