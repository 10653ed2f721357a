import type { TenantId } from '../../src/domain/ids.ts';
import { type Memory, type MemoryContext, visibilities } from '../../src/domain/memory.ts';
import type { Principal } from '../../src/domain/scope.ts';
import { makeMemory } from '../support/builders.ts';

/** Draws the same things for the same seed. */
export class Lots {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0, below 1. Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** Up to `most`, not all different. */
  some<T>(values: readonly T[], most = 3): readonly T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.pick(values));
  }
}

/** Names that a careless comparison takes for one another, for a pattern, for another clause of the rule, or for nothing. */
const names = ['ada', 'Ada', 'ada ', '%', 'a_a', '', '0', 'null', 'public', 'team:ada', '_everyone', 'é', 'e\u0301'];
export const tenants = ['acme', 'Acme', 'a_me', '0'] as readonly string[] as readonly TenantId[];

export const drawPrincipal = (lots: Lots, tenant: TenantId = lots.pick(tenants)): Principal => ({
  tenant,
  user: lots.pick(names),
  teams: lots.some(names),
  projects: lots.some(names),
  role: lots.chance(0.25) ? 'admin' : 'member',
});

const maybe = <T>(lots: Lots, value: T): T | null => (lots.chance(0.1) ? null : value);

export const drawOwnership = (lots: Lots): Partial<MemoryContext> => ({
  tenantId: maybe(lots, lots.pick(tenants)),
  visibility: lots.chance(0.03) ? null : lots.pick(visibilities),
  teamId: maybe(lots, lots.pick(names)),
  projectPath: maybe(lots, lots.pick(names)),
  createdBy: maybe(lots, lots.pick(names)),
});

export const drawMemory = (lots: Lots, id = 1): Memory => makeMemory({ id, context: drawOwnership(lots) });

/** Another owner, now and then, or the same. */
export const drawChange = (lots: Lots, memory: Memory): Memory => {
  const { tenantId, visibility, teamId, projectPath, createdBy } = { ...memory.context, ...drawOwnership(lots) };
  const kept = memory.context;
  return {
    ...memory,
    context: {
      ...kept,
      tenantId: lots.chance(0.1) ? tenantId : kept.tenantId,
      createdBy: lots.chance(0.1) ? createdBy : kept.createdBy,
      ...(lots.chance(0.5) ? { visibility, teamId, projectPath } : {}),
    },
  };
};

/** How many pairs a run compares: a hundred thousand, a million with `SOAK=1`. */
export const pairs = process.env.SOAK === '1' ? 1_000_000 : 100_000;
export const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);
