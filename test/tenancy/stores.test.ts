import { afterEach, describe, expect, test } from 'vitest';
import { maintenanceScope, scopeOf, singleTenantScope } from '../../src/auth/policy.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { CallerScope, Principal } from '../../src/domain/scope.ts';
import { isAppError } from '../../src/errors.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import { numbersOf } from '../conformance/caller.ts';
import { Stage } from '../conformance/stage.ts';
import { reachableTargets } from '../conformance/targets.ts';
import {
  batchOf,
  creates,
  day,
  makeDocument,
  makeRelationship,
  relates,
  replaces,
  reshapes,
  wordsQuery,
} from '../support/builders.ts';
import { drawChange, drawMemory, drawPrincipal, Lots, pairs, seed, tenants } from './drawn.ts';
import * as oracle from './oracle.ts';

const label = `PROPERTY_SEED=${seed}`;
const memoriesKept = 1000;
const callers = pairs / memoriesKept;
const attempts = pairs / 200;

const document = makeDocument({ title: 'word' });

/** Whoever they belong to, they are kept: those of a tenant by its upkeep, those of none in single-tenant mode. */
const plant = async (stage: Stage, memories: readonly Memory[]): Promise<void> => {
  const of = (tenant: Memory['context']['tenantId']): readonly WriteOperation[] =>
    memories.filter(({ context }) => context.tenantId === tenant).map((memory) => creates(memory, document));
  await stage.inOtherMode(async (store) => {
    await store.write(singleTenantScope, batchOf(of(null)));
  });
  for (const tenant of tenants) await stage.bare.write(maintenanceScope(tenant), batchOf(of(tenant)));
};

const drawMemories = (lots: Lots, count: number): readonly Memory[] =>
  Array.from({ length: count }, (_, index) => ({
    ...drawMemory(lots, index + 1),
    deletedAt: lots.chance(0.1) ? day(2) : null,
  }));

const isLive = ({ deletedAt }: Memory): boolean => deletedAt === null;

/** All that this caller is shown, by three ways; each as ascending numbers or a count. */
const readSets = async ({ bare }: Stage, scope: CallerScope): Promise<unknown> => {
  const sort = { field: 'created_at', direction: 'asc' } as const;
  const listed = await bare.listMemories(scope, { filter: { state: 'any' }, sort, limit: memoriesKept });
  const found = await bare.search(scope, wordsQuery('word'), {}, memoriesKept);
  return {
    listed: numbersOf(listed).toSorted((a, b) => a - b),
    counted: await bare.countMemories(scope, {}),
    found: numbersOf(found.map(({ memory }) => memory)).toSorted((a, b) => a - b),
  };
};

const expectedSets = (memories: readonly Memory[], principal: Principal): unknown => {
  const read = memories.filter((memory) => oracle.reads(principal, memory));
  const live = read.filter(isLive);
  return { listed: numbersOf(read), counted: live.length, found: numbersOf(live) };
};

/** Of several tenants, what stands in the store after every attempt that was allowed. */
class World {
  readonly memories: Memory[];
  readonly edges: Relationship[] = [];

  constructor(memories: readonly Memory[]) {
    this.memories = [...memories];
  }
}

interface Attempt {
  readonly operation: WriteOperation;
  readonly expected: oracle.Outcome;
  /** What stands afterwards, if it is allowed. */
  done(): void;
}

/** A caller near this memory, who may well have made it. */
const drawWriter = (lots: Lots, { context }: Memory): Principal => {
  const principal = drawPrincipal(lots, context.tenantId ?? lots.pick(tenants));
  return lots.chance(0.6) ? { ...principal, user: context.createdBy ?? principal.user } : principal;
};

const drawCreation = (lots: Lots, world: World, writer: Principal): Attempt => {
  const drawn = drawMemory(lots, world.memories.length + 1);
  const own = { ...drawn.context, tenantId: writer.tenant, createdBy: writer.user };
  const memory = lots.chance(0.7) ? { ...drawn, context: own } : drawn;
  return {
    operation: creates(memory),
    expected: oracle.creating(writer, memory),
    done: () => world.memories.push(memory),
  };
};

/** Ids are those of a tenant: what stands elsewhere is not there. */
const inReach = <T extends Memory>(writer: Principal, memory: T): T | undefined =>
  memory.context.tenantId === writer.tenant ? memory : undefined;

const drawReplacement = (lots: Lots, world: World, writer: Principal, index: number): Attempt => {
  const before = world.memories[index] as Memory;
  const { context } = drawChange(lots, before);
  const after = { ...before, context, version: before.version + 1 };
  return {
    operation: replaces(before, { context }),
    expected: oracle.changing(writer, inReach(writer, before), after),
    done: () => {
      world.memories[index] = after;
    },
  };
};

const drawLink = (lots: Lots, world: World, writer: Principal, index: number): Attempt => {
  const from = world.memories[index] as Memory;
  const to = lots.pick(world.memories.filter((memory) => memory !== from));
  const number = world.edges.length + 1;
  const [tenantId, createdBy] = [lots.chance(0.9) ? writer.tenant : null, lots.chance(0.9) ? writer.user : 'Ada'];
  const type = lots.pick(['CAUSES', 'SOLVES', 'BLOCKS', 'SIMILAR_TO'] as const);
  const drawn = makeRelationship({ id: number, type, tenantId, createdBy, validUntil: day(2) });
  const edge = { ...drawn, from: from.id, to: to.id };
  const ends = [from, to].map((end) => (isLive(end) ? inReach(writer, end) : undefined));
  return {
    operation: relates(edge),
    expected: oracle.linking(writer, edge, ends[0], ends[1]),
    done: () => world.edges.push(edge),
  };
};

const drawRelink = (lots: Lots, world: World, writer: Principal, index: number): Attempt => {
  const before = world.edges[index] as Relationship;
  const forged = lots.pick([
    { tenantId: null },
    { createdBy: 'Ada' },
    { type: 'CAUSES' as const },
    { from: before.to },
  ]);
  const changes = lots.chance(0.3) ? forged : { strength: lots.next() };
  const after = { ...before, ...changes, version: before.version + 1 };
  const end = (id: Memory['id']): Memory | undefined => {
    const memory = world.memories.find((each) => each.id === id);
    return memory && inReach(writer, memory);
  };
  return {
    operation: reshapes(before, changes),
    expected: oracle.relinking(writer, before, after, end(before.from), end(before.to)),
    done: () => {
      world.edges[index] = after;
    },
  };
};

const drawAttempt = (lots: Lots, world: World): readonly [Principal, Attempt] => {
  const index = lots.below(world.memories.length);
  const writer = drawWriter(lots, world.memories[index] as Memory);
  const share = lots.next();
  if (share < 0.2) return [writer, drawCreation(lots, world, writer)];
  if (share < 0.5) return [writer, drawReplacement(lots, world, writer, index)];
  if (share < 0.75 || world.edges.length === 0) return [writer, drawLink(lots, world, writer, index)];
  const edge = lots.below(world.edges.length);
  const from = world.memories.find(({ id }) => id === world.edges[edge]?.from) as Memory;
  const near = drawWriter(lots, from);
  return [near, drawRelink(lots, world, near, edge)];
};

const outcomeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (isAppError(error)) return error.code;
      throw error;
    },
  );

describe.each(await reachableTargets('multi'))('$name', (target) => {
  const stages: Stage[] = [];
  const open = async (): Promise<Stage> => {
    const stage = await Stage.set(target, 'multi');
    stages.push(stage);
    return stage;
  };
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.strike();
  });

  test(`${callers} callers are shown of ${memoriesKept} memories what the text of the rule says`, {
    timeout: 600_000,
  }, async () => {
    const lots = new Lots(seed);
    const stage = await open();
    const memories = drawMemories(lots, memoriesKept);
    await plant(stage, memories);
    for (let caller = 0; caller < callers; caller += 1) {
      const principal = drawPrincipal(lots);
      const shown = await readSets(stage, scopeOf(principal));
      expect({ label, principal, shown }).toEqual({ label, principal, shown: expectedSets(memories, principal) });
    }
  });

  test(`${attempts} attempts to write are allowed and refused as the text of the rule says`, {
    timeout: 600_000,
  }, async () => {
    const lots = new Lots(seed);
    const stage = await open();
    const world = new World(drawMemories(lots, 60));
    await plant(stage, world.memories);
    const outcomes = { done: 0, not_found: 0, forbidden: 0 };
    for (let number = 0; number < attempts; number += 1) {
      const [writer, attempt] = drawAttempt(lots, world);
      const outcome = await outcomeOf(stage.bare.write(scopeOf(writer), batchOf([attempt.operation])));
      const what = { label, number, writer, attempt: attempt.operation };
      expect({ outcome, ...what }).toEqual({ outcome: attempt.expected, ...what });
      if (outcome === 'done') attempt.done();
      outcomes[attempt.expected] += 1;
    }
    for (const [outcome, count] of Object.entries(outcomes)) {
      expect(count, `${label} ${outcome}`).toBeGreaterThan(attempts / 20);
    }
    for (const tenant of tenants) {
      const kept = await stage.as(maintenanceScope(tenant)).matching({ state: 'any' });
      expect(kept).toEqual(numbersOf(world.memories.filter(({ context }) => context.tenantId === tenant)));
    }
  });
});
