import type { MemoryId, RelationshipId } from '../../src/domain/ids.ts';
import type { RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Traversal, TraversalRequest, TraversalStep } from '../../src/storage/query.ts';
import { narrowed, narrowing, readParams, tenantParams } from './access.ts';
import { type Cell, type Connection, limited } from './connection.ts';

const startSql = narrowed(({ read }) => `SELECT pk FROM memory WHERE id = ? AND live = 1${read('memory')}`);

type Hop = [pk: number, memoryId: string, relationshipId: string, type: string, strength: number, forward: number];

interface Node {
  readonly pk: number;
  readonly id: MemoryId;
}

/**
 * Index order is the order asked for, strongest first, so a hub is read no further than its fan-out. What may not be read is left out
 * here, at each step, before anything is counted.
 */
export const hopsSql = (
  scope: TenantScope,
  forward: boolean,
  symmetricOnly: boolean,
  types: number,
  statedOnly = false,
): string => {
  const { tenant, read } = narrowing(scope);
  const [own, other] = forward ? ['from_pk', 'to_pk'] : ['to_pk', 'from_pk'];
  return `SELECT r.${other}, o.id, r.id, r.type, r.strength, ${forward ? 1 : 0}
    FROM relationship r CROSS JOIN memory o ON o.pk = r.${other}
    WHERE r.${own} = ? AND r.live = 1 AND o.live = 1${tenant('r.tenant_id')}${read('+o')}${symmetricOnly ? ' AND r.symmetric = 1' : ''}${
      types === 0 ? '' : ` AND r.type IN (${Array.from({ length: types }, () => '?').join(', ')})`
    }${forward ? '' : ' AND r.from_pk <> r.to_pk'}${statedOnly ? " AND r.origin = 'stated'" : ''}
    ORDER BY r.strength DESC, r.id ${limited}`;
};

const strongestFirst = (a: Hop, b: Hop): number => b[4] - a[4] || (a[2] < b[2] ? -1 : 1);

/** The strongest `fanOut` relationships of a memory and, to tell that there are more, the next one. */
const hopsOf = (
  connection: Connection,
  scope: TenantScope,
  { direction, types = [], fanOut, statedOnly }: TraversalRequest,
): ((pk: number) => Hop[]) => {
  const out = hopsSql(scope, true, direction === 'incoming', types.length, statedOnly);
  const into = hopsSql(scope, false, direction === 'outgoing', types.length, statedOnly);
  const narrow = [...tenantParams(scope), ...readParams(scope)];
  return (pk) => {
    const params: Cell[] = [pk, ...narrow, ...types, fanOut + 1];
    const hops = connection.rows<Hop>(out, params);
    const others = connection.rows<Hop>(into, params);
    if (others.length === 0) return hops;
    return hops.length === 0 ? others : [...hops, ...others].sort(strongestFirst).slice(0, fanOut + 1);
  };
};

const toStep = (
  from: Node,
  depth: number,
  [, memoryId, relationshipId, type, strength, forward]: Hop,
): TraversalStep => ({
  memoryId: memoryId as MemoryId,
  depth,
  from: from.id,
  relationshipId: relationshipId as RelationshipId,
  type: type as RelationshipType,
  strength,
  forward: forward === 1,
});

const walk = (connection: Connection, scope: TenantScope, start: Node, request: TraversalRequest): Traversal => {
  const hopsFrom = hopsOf(connection, scope, request);
  const seen = new Set([start.pk]);
  const steps: TraversalStep[] = [];
  let cut = false;
  let frontier: Node[] = [start];
  for (let depth = 1; depth <= request.maxDepth && frontier.length > 0; depth += 1) {
    const next: Node[] = [];
    for (const from of frontier) {
      const hops = hopsFrom(from.pk);
      const isHub = hops.length > request.fanOut;
      if (isHub) hops.pop();
      for (const hop of hops) {
        const [pk, id] = hop;
        if (seen.has(pk)) continue;
        if (steps.length === request.maxNodes) return { steps, cut: true };
        seen.add(pk);
        const step = toStep(from, depth, hop);
        steps.push(step);
        if (id === request.until) return { steps, cut };
        next.push({ pk, id: step.memoryId });
      }
      cut ||= isHub;
    }
    frontier = next;
  }
  return { steps, cut };
};

export const traverse = (connection: Connection, scope: TenantScope, request: TraversalRequest): Traversal => {
  if (request.types?.length === 0 || request.until === request.from) return { steps: [], cut: false };
  return connection.read(() => {
    const start = connection.row<[number]>(startSql(scope), [request.from, ...readParams(scope)]);
    return start === undefined
      ? { steps: [], cut: false }
      : walk(connection, scope, { pk: start[0], id: request.from }, request);
  });
};
