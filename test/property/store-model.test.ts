import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../conformance/outcome.ts';
import { Stage } from '../conformance/stage.ts';
import { type Mode, modes, type Target } from '../conformance/target.ts';
import { reachableTargets, shareOfRuns } from '../conformance/targets.ts';
import { makeReservoir, ReferenceStore } from '../reference/store.ts';
import { ask } from './play.ts';
import { expectSame, expectSameHits, expectSameReasons } from './same-answers.ts';
import { furnishing, onlookers, planTurn, scopeOfTurn, type Turn, turn } from './turns.ts';

const mostRuns = Number(process.env.PROPERTY_RUNS ?? 150);
const mostTurns = 200;
const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);

type Question = Parameters<typeof ask>[2];

const everything: readonly Question[] = [
  { command: 'leaf', filter: { state: 'any' }, field: 'created_at', direction: 'asc', limit: 5 },
  { command: 'relationships', query: { state: 'any', withTrashedEnds: true }, limit: 100 },
  { command: 'changes', bounds: {}, order: 'oldest_first', limit: 1000 },
  { command: 'statistics', top: 100 },
  { command: 'vocabulary', range: { prefix: '', minLength: 1, maxLength: 100, limit: 1000 } },
];

const step = async (reference: ReferenceStore, stage: Stage, next: Turn): Promise<void> => {
  const { command } = next;
  const scope = scopeOfTurn(stage.mode, next);
  const store = stage.bare;
  if (command.command === 'reopen') return stage.reopen();
  if (command.command === 'search') return expectSameHits(scope, command, reference, store);
  if (command.command === 'reasons') return expectSameReasons(scope, command, reference, store);
  if (command.command !== 'write') {
    const expected = await outcomeOf(ask(reference, scope, command));
    return expectSame(next, expected, await outcomeOf(ask(store, scope, command)));
  }
  const batch = await planTurn(reference, scope, next, command);
  const expected = await outcomeOf(reference.write(scope, batch));
  expectSame({ ...next, batch }, expected, await outcomeOf(store.write(scope, batch)));
};

const lookAround = async (reference: ReferenceStore, stage: Stage): Promise<void> => {
  for (const scope of onlookers(stage.mode)) {
    for (const question of everything) {
      const expected = await outcomeOf(ask(reference, scope, question));
      expectSame({ scope, question }, expected, await outcomeOf(ask(stage.bare, scope, question)));
    }
  }
};

const play = async (target: Target, mode: Mode, turns: readonly Turn[]): Promise<void> => {
  const reference = new ReferenceStore(makeReservoir(), { multiTenant: mode === 'multi' });
  const stage = await Stage.set(target, mode);
  try {
    for (const next of turns) await step(reference, stage, next);
    await lookAround(reference, stage);
  } finally {
    await stage.strike();
  }
};

const others = async (mode: Mode): Promise<readonly Target[]> =>
  (await reachableTargets(mode)).filter(({ name }) => name !== 'reference');

for (const mode of modes) {
  describe.each(await others(mode))(`$name, ${mode}-tenant`, (target) => {
    // Two tenants are furnished where one was.
    const runs = Math.ceil(mostRuns * shareOfRuns(target) * (mode === 'single' ? 1 : 0.5));
    test('answers every sequence of commands as the reference does', { timeout: 300_000 }, async () => {
      process.stderr.write(`${target.name}, ${mode}-tenant: PROPERTY_SEED=${seed} PROPERTY_RUNS=${runs}\n`);
      let played = 0;
      const sequence = fc.array(turn, { minLength: 1, maxLength: mostTurns, size: 'max' });
      const property = fc.asyncProperty(furnishing(mode), sequence, async (first, rest) => {
        played += first.length + rest.length;
        await play(target, mode, [...first, ...rest]);
      });
      // A failure is worth some time to make it small, not all the time there is.
      await fc.assert(property, {
        seed,
        numRuns: runs,
        interruptAfterTimeLimit: 200_000,
        markInterruptAsFailure: true,
      });
      process.stderr.write(`${target.name}, ${mode}-tenant: ${played} commands\n`);
      // Of a few sequences all may be short.
      expect(played).toBeGreaterThan(runs * (runs < 30 ? 5 : 70));
    });
  });
}
