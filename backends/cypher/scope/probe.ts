import { audiencesOf, mayRead } from '../../../src/domain/access.ts';
import type { MemoryId } from '../../../src/domain/ids.ts';
import type { Memory } from '../../../src/domain/memory.ts';
import type { CallerScope } from '../../../src/domain/scope.ts';
import type { ProbeReaders } from '../../../src/storage/migration.ts';
import { keyOf } from '../keys.ts';
import { readHead } from '../load-images.ts';
import { memoriesById } from '../memories.ts';
import { toMemory } from '../records.ts';
import type { Ways } from './carry.ts';
import { entriesBehind } from './entries.ts';
import { nodesByKeys } from './pages.ts';

const looked = 200;

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && new Set([...a, ...b]).size === a.length;

/**
 * Reads the first copies as somebody of another tenant, who must see none, and as somebody of this one without a team or project, who must
 * see those that the rule lets him; and looks whether what has no tenant is closed. Writes nothing.
 */
export const probeParts = async (ways: Ways, { colleague, stranger }: ProbeReaders): Promise<readonly string[]> => {
  const { base, part, run } = ways;
  const { tenant } = run.assignment;
  const { entries } = await entriesBehind(part, tenant, null, looked, 'memory');
  const ids = entries.map(({ key }) => key as MemoryId);
  const there = await nodesByKeys(
    part,
    'Memory',
    ids.map((id) => keyOf(tenant, id)),
  );
  const copies: readonly Memory[] = [...there.values()].map(toMemory);
  const member: CallerScope = { ...colleague, tenant };
  const failed: string[] = [];
  const seen = async (scope: CallerScope): Promise<readonly string[]> =>
    (await memoriesById(base.partOf?.(scope.tenant) ?? base, scope, ids, 'any')).map(({ id }) => id);
  if ((await seen(stranger)).length > 0) failed.push('another tenant read a memory');
  const allowed = copies.filter((memory) => mayRead(member, memory)).map(({ id }) => id);
  if (audiencesOf(member) === null || !isSameSet(await seen(member), allowed)) {
    failed.push('a member did not read exactly what he may');
  }
  if (run.state !== 'finalized' && (await readHead(base, null))?.movedTo !== tenant) {
    failed.push('memories can still come in without a tenant');
  }
  return failed;
};
