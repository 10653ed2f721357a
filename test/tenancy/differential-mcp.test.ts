import { afterEach, describe, expect, test } from 'vitest';
import { maintenanceScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { limits } from '../../src/domain/limits.ts';
import { type Memory, visibilities } from '../../src/domain/memory.ts';
import type { Principal } from '../../src/domain/scope.ts';
import { reachableTargets, shareOfRuns } from '../conformance/targets.ts';
import { batchOf, creates, makeMemory } from '../support/builders.ts';
import { Lots } from './drawn.ts';
import { reads, writes } from './oracle.ts';
import { type Person, Street } from './people-over-mcp.ts';

/** Names that a process may be given, and that a careless comparison takes for one another, for a pattern or for another clause. */
const names = ['ada', 'Ada', '%', 'a_a', '0', 'null', 'public', 'team:ada', 'é', 'e\u0301'];
const tenants = ['acme', 'Acme', 'a_me'] as readonly string[] as readonly TenantId[];
const [callersInAll, memoriesEach] = [50, 34];

const drawMemory = (lots: Lots, id: number, tenantId: TenantId): Memory =>
  makeMemory({
    id,
    title: `Number ${id}`,
    context: {
      tenantId,
      visibility: lots.pick(visibilities),
      teamId: lots.pick([...names, '_everyone', null]),
      projectPath: lots.pick([...names, null]),
      createdBy: lots.pick(names),
    },
  });

const drawPrincipal = (lots: Lots): Principal => ({
  tenant: lots.pick(tenants),
  user: lots.pick(names),
  teams: lots.some(names),
  projects: lots.some(names),
  role: 'member',
});

/** Of these the ones that can be opened. */
const opened = async (person: Person, memories: readonly Memory[]): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let from = 0; from < memories.length; from += limits.idsPerCall) {
    const memory_ids = memories.slice(from, from + limits.idsPerCall).map(({ id }) => id);
    const input = { memory_ids, include_relationships: false, max_tokens: 50_000 };
    const { text } = await person.call('get_memory', input);
    found.push(...[...text.matchAll(/^general (\S{36}) v1 /gm)].map(([, id]) => id ?? ''));
  }
  return found;
};

/** What a call that changes nothing tells of the caller's rights. */
const verdictOf = async (person: Person, { id }: Memory): Promise<string> => {
  const { text } = await person.call('update_memory', { memory_id: id, importance: 1, expected_version: 999 });
  return text.slice(0, text.indexOf(':'));
};

const expected = (principal: Principal, memory: Memory): string => {
  if (!reads(principal, memory)) return 'not_found';
  return writes(principal, memory) ? 'version_conflict' : 'forbidden';
};

const composed = (text: string): string => text.normalize('NFC');

/** The configuration composes names, so that one typed on two systems is the same. */
const asConfigured = (principal: Principal): Principal => ({
  ...principal,
  user: composed(principal.user),
  teams: principal.teams.map(composed),
  projects: principal.projects.map(composed),
});

for (const target of await reachableTargets('multi')) {
  describe(`callers over MCP on ${target.name}`, () => {
    let street: Street;
    afterEach(() => street.close());

    test('read and write what the oracle says, and are told of nothing else', { timeout: 600_000 }, async () => {
      const seed = Number(process.env.SEED ?? 20_261_123);
      const lots = new Lots(seed);
      street = await Street.open(target);
      const handle = await street.handle();
      await handle.open();
      const memories = Array.from({ length: memoriesEach * tenants.length }, (_, index) =>
        drawMemory(lots, index + 1, tenants[index % tenants.length] as TenantId),
      );
      for (const tenant of tenants) {
        const own = memories.filter(({ context }) => context.tenantId === tenant);
        await handle.write(maintenanceScope(tenant), batchOf(own.map((memory) => creates(memory))));
      }
      const callers = Math.ceil(callersInAll * Math.min(1, 6 * shareOfRuns(target)));
      let [pairs, readable, writable] = [0, 0, 0];
      for (let number = 0; number < callers; number += 1) {
        const principal = asConfigured(drawPrincipal(lots));
        const person = await street.person(principal);
        const own = memories.filter(({ context }) => context.tenantId === principal.tenant);
        const seen = memories.filter((memory) => reads(principal, memory));
        expect(await opened(person, memories), JSON.stringify({ seed, principal })).toEqual(seen.map(({ id }) => id));
        pairs += memories.length;
        for (const memory of own) {
          const verdict = await verdictOf(person, memory);
          expect(verdict, JSON.stringify({ seed, principal, memory: memory.context })).toBe(
            expected(principal, memory),
          );
          if (verdict !== 'not_found') readable += 1;
          if (verdict === 'version_conflict') writable += 1;
        }
        const { text } = await person.call('search_memories', { limit: 100, max_tokens: 10_000 });
        const listed = [...text.matchAll(/"Number (\d+)"/g)].map(([, id]) => Number(id)).sort((a, b) => a - b);
        expect(listed, JSON.stringify({ seed, principal })).toEqual(seen.map(({ title }) => Number(title.slice(7))));
        const statistics = (await person.call('get_memory_statistics')).text;
        expect(statistics).toContain(`memories: ${seen.length} (0 more in the trash)`);
      }
      expect(pairs).toBeGreaterThanOrEqual(100 * callers);
      expect(readable).toBeGreaterThan(6 * callers);
      expect(writable).toBeGreaterThan(callers);
    });
  });
}
