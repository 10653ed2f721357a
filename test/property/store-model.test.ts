import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { outcomeOf } from '../conformance/outcome.ts';
import { Stage } from '../conformance/stage.ts';
import type { Target } from '../conformance/target.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { ReferenceStore } from '../reference/store.ts';
import { furniture } from './commands.ts';
import { ask, type Command, command, planBatch } from './play.ts';
import { expectSame, expectSameHits, expectSameReasons } from './same-answers.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 150);
const mostCommands = 200;
const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);

const everything: readonly Command[] = [
  { command: 'leaf', filter: { state: 'any' }, field: 'created_at', direction: 'asc', limit: 5 },
  { command: 'relationships', query: { state: 'any', withTrashedEnds: true }, limit: 100 },
  { command: 'changes', bounds: {}, order: 'oldest_first', limit: 1000 },
  { command: 'statistics', top: 100 },
  { command: 'vocabulary', range: { prefix: '', minLength: 1, maxLength: 100, limit: 1000 } },
];

const step = async (reference: ReferenceStore, stage: Stage, next: Command): Promise<void> => {
  if (next.command === 'reopen') return stage.reopen();
  if (next.command === 'search') return expectSameHits(next, reference, stage.store);
  if (next.command === 'reasons') return expectSameReasons(next, reference, stage.store);
  if (next.command !== 'write') {
    return expectSame(next, await outcomeOf(ask(reference, next)), await outcomeOf(ask(stage.store, next)));
  }
  const batch = await planBatch(reference, next);
  const expected = await outcomeOf(reference.write(scope, batch));
  expectSame(next, expected, await outcomeOf(stage.store.write(scope, batch)));
};

const play = async (target: Target, commands: readonly Command[]): Promise<void> => {
  const reference = new ReferenceStore();
  const stage = await Stage.set(target);
  try {
    for (const next of [...commands, ...everything]) await step(reference, stage, next);
  } finally {
    await stage.strike();
  }
};

for (const target of (await reachableTargets()).filter(({ name }) => name !== 'reference')) {
  describe(target.name, () => {
    test('answers every sequence of commands as the reference does', { timeout: 300_000 }, async () => {
      process.stderr.write(`${target.name}: PROPERTY_SEED=${seed} PROPERTY_RUNS=${runs}\n`);
      let played = 0;
      const sequence = fc.array(command, { minLength: 1, maxLength: mostCommands, size: 'max' });
      const property = fc.asyncProperty(furniture, sequence, async (first, rest) => {
        played += first.length + rest.length;
        await play(target, [...first, ...rest]);
      });
      // A failure is worth some time to make it small, not all the time there is.
      await fc.assert(property, {
        seed,
        numRuns: runs,
        interruptAfterTimeLimit: 200_000,
        markInterruptAsFailure: true,
      });
      process.stderr.write(`${target.name}: ${played} commands\n`);
      expect(played).toBeGreaterThan(runs * 70);
    });
  });
}
