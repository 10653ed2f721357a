import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TenantId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import { outcomeOf } from '../conformance/outcome.ts';
import { Stage } from '../conformance/stage.ts';
import type { Target } from '../conformance/target.ts';
import { reachableTargets, shareOfRuns } from '../conformance/targets.ts';
import { furniture, type ValueOf, write } from '../property/commands.ts';
import { ask, type Command, command } from '../property/play.ts';
import { acme, colleagues, inTurn, onlookers, openStamp, planTurn, scopeOfTurn, type Turn } from '../property/turns.ts';
import { seed } from './drawn.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 50);
const others = ['rival', 'Acme', 'acm', 'a_me'] as readonly string[] as readonly TenantId[];

const makers = ['ada', 'bob', 'chief'] as const;
/** The first of the memories that one may begin with and of the relationships among them. */
const furnishing = (count: number): fc.Arbitrary<readonly Turn[]> =>
  furniture.chain((writes) =>
    fc.tuple(...writes.slice(0, count).map((each) => inTurn(fc.constant(each), makers, openStamp))),
  );
const exactly = <T>(count: number, of: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(of, { minLength: count, maxLength: count });

const script = fc.record({
  first: furnishing(24),
  turns: exactly(25, inTurn(command, colleagues)),
  noise: exactly(15, fc.record({ tenant: fc.constantFrom(...others), turn: inTurn(write, makers) })),
  crowds: fc.tuple(...others.map(() => furnishing(10))),
});

const answer = async (store: GraphStore, scope: TenantScope, of: Command, turn: Turn): Promise<unknown> => {
  switch (of.command) {
    case 'write':
      return store.write(scope, await planTurn(store, scope, turn, of));
    case 'search':
      return store.search(scope, of.query, of.filter, of.limit);
    case 'reasons':
      return store.searchRelationships(scope, of.query, of.types, of.limit);
    case 'reopen':
      return null;
    default:
      return ask(store, scope, of);
  }
};

const play = async (stage: Stage, turn: Turn, tenant: TenantId): Promise<unknown> => {
  if (turn.command.command === 'reopen') await stage.reopen();
  const scope = scopeOfTurn('multi', turn, tenant);
  return outcomeOf(answer(stage.bare, scope, turn.command, turn));
};

/** What one tenant is told in all, while others write between its commands. */
const told = async (
  stage: Stage,
  turns: readonly Turn[],
  between: (index: number) => Promise<unknown>,
): Promise<unknown> => {
  const outcomes: unknown[] = [];
  for (const [index, turn] of turns.entries()) {
    await between(index);
    outcomes.push(await play(stage, turn, acme));
  }
  for (const scope of onlookers('multi').filter(({ tenant }) => tenant === acme)) {
    for (const question of lastQuestions) outcomes.push(await ask(stage.bare, scope, question));
  }
  // Scores are added up in any order, and agree to nine digits.
  const text = JSON.stringify(outcomes, (key, value: unknown) =>
    key === 'score' ? Number((value as number).toPrecision(9)) : value,
  );
  return JSON.parse(text);
};

const lastQuestions: readonly Parameters<typeof ask>[2][] = [
  { command: 'leaf', filter: { state: 'any' }, field: 'title', direction: 'asc', limit: 100 },
  { command: 'relationships', query: { state: 'any', withTrashedEnds: true }, limit: 100 },
  { command: 'changes', bounds: {}, order: 'oldest_first', limit: 1000 },
  { command: 'statistics', top: 100 },
  { command: 'vocabulary', range: { prefix: '', minLength: 1, maxLength: 100, limit: 1000 } },
];

const onStage = async <T>(target: Target, work: (stage: Stage) => Promise<T>): Promise<T> => {
  const stage = await Stage.set(target, 'multi');
  try {
    return await work(stage);
  } finally {
    await stage.strike();
  }
};

/** One after the other: some servers have room for one store. */
const playedBoth = async (target: Target, { first, turns, noise, crowds }: ValueOf<typeof script>): Promise<void> => {
  const all = [...first, ...turns];
  const expected = await onStage(target, (alone) => told(alone, all, async () => undefined));
  await onStage(target, async (among) => {
    for (const [index, crowd] of crowds.entries()) {
      for (const turn of crowd) await play(among, turn, others[index] as TenantId);
    }
    const actual = await told(among, all, async (index) => {
      const loud = noise[index % noise.length];
      return loud && play(among, loud.turn, loud.tenant);
    });
    expect((await among.bare.tenants()).map(({ tenant }) => tenant)).toEqual(expect.arrayContaining([...others]));
    expect(actual).toEqual(expected);
  });
};

describe.each(await reachableTargets('multi'))('$name', (target) => {
  test('a tenant is told the same alone and among four busy ones', { timeout: 300_000 }, async () => {
    // The reference keeps each tenant's state apart: a few runs show that the test itself is right.
    const numRuns = target.name === 'reference' ? Math.min(runs, 5) : Math.ceil(runs * shareOfRuns(target));
    process.stderr.write(`${target.name}, non-interference: PROPERTY_SEED=${seed} PROPERTY_RUNS=${numRuns}\n`);
    let played = 0;
    const property = fc.asyncProperty(script, async (each) => {
      await playedBoth(target, each);
      played += 1;
    });
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 200_000, markInterruptAsFailure: true });
    expect(played).toBe(numRuns);
  });
});
