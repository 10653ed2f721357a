import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { Principal } from '../../src/domain/scope.ts';

/*
 * The access rule a second time, from its text alone and from nothing that it is held against:
 *
 *   read(p, m)   = m.tenant = p.tenant
 *                  and (  m.visibility = public
 *                      or m.visibility = team     and m.team    in p.teams, or it is the team of all the tenant
 *                      or m.visibility = project  and m.project in p.projects
 *                      or m.visibility = private  and m.creator = p.user )
 *   write(p, m)  = read(p, m) and (m.creator = p.user or p is an admin)
 *   create       = the record names p's tenant and p as creator, and p reads it afterwards
 *   change       = write(p, before), the same tenant and creator as before, and p reads it afterwards
 *   link(a → b)  = read(a) and read(b), write(a), or write(b) too where the type has no direction; p's tenant, p as creator
 *   edge         = edge.tenant = p.tenant and read(both ends)
 *   edge change  = edge, made by p or link, and the same tenant, creator, ends and type as before
 *
 * What may not be read is answered as if it had never existed.
 */

export type Outcome = 'done' | 'not_found' | 'forbidden';

export const reads = (p: Principal, { context: m }: Memory): boolean => {
  if (m.tenantId === null || m.tenantId !== p.tenant) return false;
  switch (m.visibility) {
    case 'public':
      return true;
    case 'team':
      return m.teamId === '_everyone' || p.teams.some((team) => team === m.teamId);
    case 'project':
      return p.projects.some((project) => project === m.projectPath);
    case 'private':
      return m.createdBy === p.user;
    default:
      return false;
  }
};

export const writes = (p: Principal, m: Memory): boolean =>
  reads(p, m) && (m.context.createdBy === p.user || p.role === 'admin');

export const creating = (p: Principal, m: Memory): Outcome =>
  m.context.tenantId === p.tenant && m.context.createdBy === p.user && reads(p, m) ? 'done' : 'forbidden';

export const changing = (p: Principal, before: Memory | undefined, after: Memory): Outcome => {
  if (before === undefined || !reads(p, before)) return 'not_found';
  const isSameOwner =
    before.context.tenantId === after.context.tenantId && before.context.createdBy === after.context.createdBy;
  return writes(p, before) && isSameOwner && reads(p, after) ? 'done' : 'forbidden';
};

const withoutDirection = [
  'SIMILAR_TO',
  'RELATED_TO',
  'ALTERNATIVE_TO',
  'ANALOGY_TO',
  'OPPOSITE_OF',
  'PARALLEL_TO',
  'WORKS_WITH',
];

const mayJoin = (p: Principal, edge: Relationship, from: Memory, to: Memory): boolean =>
  writes(p, from) || (withoutDirection.includes(edge.type) && writes(p, to));

export const linking = (
  p: Principal,
  edge: Relationship,
  from: Memory | undefined,
  to: Memory | undefined,
): Outcome => {
  if (from === undefined || to === undefined || !reads(p, from) || !reads(p, to)) return 'not_found';
  return edge.tenantId === p.tenant && edge.createdBy === p.user && mayJoin(p, edge, from, to) ? 'done' : 'forbidden';
};

export const readsEdge = (
  p: Principal,
  edge: Relationship,
  from: Memory | undefined,
  to: Memory | undefined,
): boolean => edge.tenantId === p.tenant && from !== undefined && to !== undefined && reads(p, from) && reads(p, to);

export const relinking = (
  p: Principal,
  before: Relationship | undefined,
  after: Relationship,
  from: Memory | undefined,
  to: Memory | undefined,
): Outcome => {
  if (before === undefined || from === undefined || to === undefined) return 'not_found';
  if (!readsEdge(p, before, from, to)) return 'not_found';
  const isSame = (['tenantId', 'createdBy', 'from', 'to', 'type'] as const).every(
    (field) => before[field] === after[field],
  );
  return isSame && (before.createdBy === p.user || mayJoin(p, before, from, to)) ? 'done' : 'forbidden';
};
