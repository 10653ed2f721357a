import { describe } from 'vitest';
import { concerns } from './coverage.ts';
import type { Mode } from './target.ts';
import { reachableTargets } from './targets.ts';

/** The contract suite in one mode on every store that is there. The modes are two files, so that two workers share the work. */
export const playAll = async (mode: Mode): Promise<void> => {
  for (const target of await reachableTargets(mode)) {
    describe(`${target.name}, ${mode}-tenant`, () => {
      for (const concern of concerns) concern(target, mode);
    });
  }
};
