import { expect, test } from 'vitest';
import { scopeOf } from '../../src/auth/policy.ts';
import { audienceOf, audiencesOf, isReadByAllReadersOf, mayRead, mayWrite } from '../../src/domain/access.ts';
import type { Memory } from '../../src/domain/memory.ts';
import { type Relationship, relationshipTypes } from '../../src/domain/relationship.ts';
import type { CallerScope, Principal } from '../../src/domain/scope.ts';
import { isAppError } from '../../src/errors.ts';
import { checkCreated, checkLinked, checkRelinked, checkReplaced } from '../../src/storage/write-rules.ts';
import { makeRelationship } from '../support/builders.ts';
import { drawChange, drawMemory, drawPrincipal, Lots, pairs, seed, tenants } from './drawn.ts';
import * as oracle from './oracle.ts';

const label = `PROPERTY_SEED=${seed}`;
/** A million take their time on a machine that has other things to do. */
const timeout = 300_000;

/** One tenant for both most of the time, so that the other clauses decide. */
const drawNear = (lots: Lots, memory: Memory): Principal =>
  drawPrincipal(lots, lots.chance(0.8) ? (memory.context.tenantId ?? lots.pick(tenants)) : lots.pick(tenants));

const isInAudience = (scope: CallerScope, { context }: Memory): boolean => {
  const audience = audienceOf(context);
  return audience !== null && context.tenantId === scope.tenant && audiencesOf(scope)?.includes(audience) === true;
};

test(`${pairs} pairs of a caller and a memory are decided as the text of the rule says`, { timeout }, () => {
  const lots = new Lots(seed);
  const decided = { read: 0, written: 0 };
  for (let pair = 0; pair < pairs; pair += 1) {
    const memory = drawMemory(lots);
    const principal = drawNear(lots, memory);
    const scope = scopeOf(principal);
    const expected = [
      oracle.reads(principal, memory),
      oracle.reads(principal, memory),
      oracle.writes(principal, memory),
    ];
    const actual = [mayRead(scope, memory), isInAudience(scope, memory), mayWrite(scope, memory)];
    if (String(actual) !== String(expected)) expect({ label, principal, memory, decided: actual }).toEqual(expected);
    if (expected[0]) decided.read += 1;
    if (expected[2]) decided.written += 1;
  }
  expect(decided.read / pairs, label).toBeGreaterThan(0.2);
  expect(decided.written / pairs, label).toBeGreaterThan(0.08);
});

const nowhere = 'nobody' as Principal['tenant'];

/** Everybody in the two tenants whom the rule could tell apart by what the two memories name. */
const everybody = (...memories: readonly Memory[]): readonly Principal[] => {
  const subsets = (values: readonly (string | null)[]): readonly (readonly string[])[] => {
    const each = [...new Set(values)].filter((value) => value !== null);
    return [[], ...each.map((value) => [value]), each];
  };
  const contexts = memories.map(({ context }) => context);
  const users = ['somebody else', ...contexts.map(({ createdBy }) => createdBy ?? 'nobody')];
  return contexts.flatMap(({ tenantId }) =>
    users.flatMap((user) =>
      subsets(contexts.map(({ teamId }) => teamId)).flatMap((teams) =>
        subsets(contexts.map(({ projectPath }) => projectPath)).map((projects) => ({
          tenant: tenantId ?? nowhere,
          user,
          teams,
          projects,
          role: 'member' as const,
        })),
      ),
    ),
  );
};

test('a neighbour is shared with all readers of a memory just when each of them may read it', { timeout }, () => {
  const lots = new Lots(seed);
  let shared = 0;
  for (let pair = 0; pair < pairs / 20; pair += 1) {
    const memory = drawMemory(lots, 1);
    const neighbour = lots.chance(0.5) ? drawChange(lots, memory) : drawMemory(lots, 2);
    // Two memories without a tenant are those of single-tenant mode, which everybody reads.
    if (memory.context.tenantId === null) continue;
    const readers = everybody(memory, neighbour).filter((each) => oracle.reads(each, memory));
    const expected = readers.length > 0 && readers.every((each) => oracle.reads(each, neighbour));
    const actual = isReadByAllReadersOf(memory, neighbour);
    if (actual !== expected) expect({ label, memory, neighbour, shared: actual }).toEqual(expected);
    if (expected) shared += 1;
  }
  expect(shared, label).toBeGreaterThan(pairs / 200);
});

const outcomeOf = (check: () => void): oracle.Outcome => {
  try {
    check();
    return 'done';
  } catch (error) {
    if (isAppError(error, 'not_found') || isAppError(error, 'forbidden')) return error.code as oracle.Outcome;
    throw error;
  }
};

/** A caller who is near the memory and may well be the one who made it. */
const drawWriter = (lots: Lots, memory: Memory): Principal => {
  const principal = drawNear(lots, memory);
  return lots.chance(0.5) ? { ...principal, user: memory.context.createdBy ?? principal.user } : principal;
};

const drawEdge = (lots: Lots, writer: Principal): Relationship =>
  makeRelationship({
    type: lots.pick(relationshipTypes),
    tenantId: lots.chance(0.9) ? writer.tenant : lots.chance(0.5) ? null : lots.pick(tenants),
    createdBy: lots.chance(0.7) ? writer.user : lots.chance(0.5) ? null : 'ada',
  });

const drawEdgeChange = (lots: Lots, edge: Relationship): Relationship => {
  const other = makeRelationship({ from: 3, to: 4, type: 'SOLVES', tenantId: lots.pick(tenants), createdBy: 'Ada' });
  const field = lots.pick(['from', 'to', 'type', 'tenantId', 'createdBy'] as const);
  return lots.chance(0.3) ? { ...edge, [field]: other[field] } : { ...edge, strength: 1 };
};

const maybe = <T>(lots: Lots, value: T): T | undefined => (lots.chance(0.05) ? undefined : value);

const attempts: Readonly<Record<string, (lots: Lots) => { expected: oracle.Outcome; actual: oracle.Outcome }>> = {
  create: (lots) => {
    const memory = drawMemory(lots);
    const writer = drawWriter(lots, memory);
    const actual = outcomeOf(() => checkCreated(scopeOf(writer), memory));
    return { expected: oracle.creating(writer, memory), actual };
  },
  replace: (lots) => {
    const memory = drawMemory(lots);
    const before = maybe(lots, memory);
    const after = drawChange(lots, memory);
    const writer = drawWriter(lots, memory);
    const actual = outcomeOf(() => checkReplaced(scopeOf(writer), before, after));
    return { expected: oracle.changing(writer, before, after), actual };
  },
  link: (lots) => {
    const [first, second] = [drawMemory(lots, 1), drawMemory(lots, 2)];
    const [from, to] = [maybe(lots, first), maybe(lots, lots.chance(0.5) ? { ...first, id: second.id } : second)];
    const writer = drawWriter(lots, first);
    const edge = drawEdge(lots, writer);
    const actual = outcomeOf(() => checkLinked(scopeOf(writer), edge, { from, to }));
    return { expected: oracle.linking(writer, edge, from, to), actual };
  },
  relink: (lots) => {
    const [first, second] = [drawMemory(lots, 1), drawMemory(lots, 2)];
    const [from, to] = [maybe(lots, first), maybe(lots, lots.chance(0.5) ? { ...first, id: second.id } : second)];
    const writer = drawWriter(lots, first);
    const edge = drawEdge(lots, writer);
    const before = maybe(lots, edge);
    const after = drawEdgeChange(lots, edge);
    const actual = outcomeOf(() => checkRelinked(scopeOf(writer), before, after, { from, to }));
    return { expected: oracle.relinking(writer, before, after, from, to), actual };
  },
};

test.each(Object.keys(attempts))(
  `${pairs / 4} attempts to %s are allowed and refused as the text of the rule says`,
  { timeout },
  (name) => {
    const lots = new Lots(seed);
    const outcomes = { done: 0, not_found: 0, forbidden: 0 };
    for (let attempt = 0; attempt < pairs / 4; attempt += 1) {
      const { expected, actual } = attempts[name]?.(lots) ?? {};
      if (actual !== expected || expected === undefined)
        expect({ label, attempt, actual }).toEqual({ label, attempt, actual: expected });
      else outcomes[expected] += 1;
    }
    const least = pairs / 4 / 50;
    expect(outcomes.done, label).toBeGreaterThan(least);
    expect(outcomes.forbidden, label).toBeGreaterThan(least);
    if (name !== 'create') expect(outcomes.not_found, label).toBeGreaterThan(least);
  },
);
