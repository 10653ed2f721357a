import type { MemoryId, RelationshipId } from '../../src/domain/ids.ts';
import { isSymmetric, type RelationshipType, relationshipTypes } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Traversal, TraversalRequest, TraversalStep } from '../../src/storage/query.ts';
import { accessParameters, readable } from './access.ts';
import type { Dialect } from './dialect.ts';
import { where } from './filter.ts';
import { keyOf } from './keys.ts';
import type { Row } from './values.ts';

type Hop = readonly [
  memoryId: string,
  relationshipId: string,
  type: string,
  strength: number | string,
  forward: boolean,
];

const followed = (request: TraversalRequest): readonly RelationshipType[] =>
  request.types === undefined ? relationshipTypes : relationshipTypes.filter((type) => request.types?.includes(type));

/** The strongest hops of each memory of the frontier, one more than are followed, to tell that there are more. */
const frontierText = (scope: TenantScope, request: TraversalRequest, types: readonly RelationshipType[]): string => {
  const conditions = ['o.live = true', ...readable(scope, 'o')];
  if (request.statedOnly) conditions.push("e.origin = 'stated'");
  const oneWay = { outgoing: 'e.from_key = k', incoming: 'e.to_key = k', both: null }[request.direction];
  if (oneWay !== null) {
    const symmetric = types.filter(isSymmetric).map((type) => `'${type}'`);
    conditions.push(symmetric.length === 0 ? oneWay : `(${oneWay} OR type(e) IN [${symmetric.join(', ')}])`);
  }
  // Bound first, or a planner may begin at the far ends.
  return `UNWIND $keys AS k MATCH (m:Memory {key: k})${where(['m.live = true', ...readable(scope, 'm')])} WITH k AS k, m AS m
    MATCH (m)-[e:${types.join('|')}]-(o:Memory)${where(conditions)}
    WITH k, e.id AS edge, type(e) AS kind, e.strength AS strength,
      coalesce(e.strength_exact, e.strength) AS exact, e.from_key = k AS forward, o.id AS other
    ORDER BY strength DESC, edge ASC
    WITH k, collect([other, edge, kind, exact, forward]) AS hops
    RETURN k AS k, hops[..$width] AS hops`;
};

const toStep = (
  from: MemoryId,
  depth: number,
  [memoryId, relationshipId, type, strength, forward]: Hop,
): TraversalStep => ({
  memoryId: memoryId as MemoryId,
  depth,
  from,
  relationshipId: relationshipId as RelationshipId,
  type: type as RelationshipType,
  strength: Number(strength),
  forward,
});

interface Walk {
  readonly seen: Set<MemoryId>;
  readonly steps: TraversalStep[];
  cut: boolean;
  done: boolean;
}

const take = (
  walk: Walk,
  request: TraversalRequest,
  from: MemoryId,
  depth: number,
  hops: readonly Hop[],
): MemoryId[] => {
  const next: MemoryId[] = [];
  for (const hop of hops.slice(0, request.fanOut)) {
    const step = toStep(from, depth, hop);
    if (walk.seen.has(step.memoryId)) continue;
    if (walk.steps.length === request.maxNodes) {
      walk.cut = true;
      walk.done = true;
      return next;
    }
    walk.seen.add(step.memoryId);
    walk.steps.push(step);
    if (step.memoryId === request.until) {
      walk.done = true;
      return next;
    }
    next.push(step.memoryId);
  }
  if (hops.length > request.fanOut) walk.cut = true;
  return next;
};

/** Level by level, each with one call. */
export const traverse = async (dialect: Dialect, scope: TenantScope, request: TraversalRequest): Promise<Traversal> => {
  const types = followed(request);
  if (types.length === 0 || request.until === request.from) return { steps: [], cut: false };
  const text = frontierText(scope, request, types);
  const walk: Walk = { seen: new Set([request.from]), steps: [], cut: false, done: false };
  let frontier: readonly MemoryId[] = [request.from];
  for (let depth = 1; depth <= request.maxDepth && frontier.length > 0 && !walk.done; depth += 1) {
    const keys = frontier.map((id) => keyOf(scope.tenant, id));
    const rows = await dialect.read({
      text,
      parameters: { ...accessParameters(scope), keys, width: request.fanOut + 1 },
    });
    const hops = new Map(rows.map((row: Row) => [row.k as string, row.hops as Hop[]]));
    const next: MemoryId[] = [];
    for (const from of frontier) {
      if (walk.done) break;
      next.push(...take(walk, request, from, depth, hops.get(keyOf(scope.tenant, from)) ?? []));
    }
    frontier = next;
  }
  return { steps: walk.steps, cut: walk.cut };
};
