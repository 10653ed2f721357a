import type { MemoryId } from '../../src/domain/ids.ts';
import type { MemoryName } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type {
  Direction,
  GraphLink,
  RelationshipQuery,
  RelationshipState,
  RelationshipWithEnds,
} from '../../src/storage/query.ts';
import { inList, listParameter, narrowed, narrowing, readParams, tenantParams } from './access.ts';
import { type Cell, type Connection, limited } from './connection.ts';
import type { Condition } from './filter.ts';
import { relationshipSelection, relationshipSource, toRelationship } from './rows.ts';

/** Over relationship `r` from `a` to `b`: it is the tenant's, and the scope may read both ends. Takes `edgeParams`. */
export const readEdge = narrowed(({ tenant, read }) => `${tenant('r.tenant_id')}${read('+a')}${read('+b')}`);
/** The same where the relationships are found otherwise than by their tenant. */
const readEdgeFound = narrowed(({ tenant, read }) => `${tenant('+r.tenant_id')}${read('+a')}${read('+b')}`);
export const edgeParams = (scope: TenantScope): readonly Cell[] => [
  ...tenantParams(scope),
  ...readParams(scope),
  ...readParams(scope),
];

const stateSql: Readonly<Record<RelationshipState, string>> = {
  live: 'r.live = 1',
  closed: 'r.valid_until IS NOT NULL AND r.removed_at IS NULL',
  removed: 'r.removed_at IS NOT NULL',
  any: '1',
};

const touching = (
  scope: TenantScope,
  ids: readonly string[],
  direction: Direction,
  state: RelationshipState,
): Condition => {
  const tenant = narrowing(scope).tenant('context_tenant_id');
  const side = (own: string, symmetricOnly: boolean): string =>
    `SELECT pk FROM relationship WHERE ${own} IN (SELECT pk FROM memory WHERE id IN ${inList}${tenant})
      ${state === 'live' ? 'AND live = 1' : ''} ${symmetricOnly ? 'AND symmetric = 1' : ''}`;
  const params = [listParameter(ids), ...tenantParams(scope)];
  return {
    sql: `r.pk IN (${side('from_pk', direction === 'incoming')} UNION ${side('to_pk', direction === 'outgoing')})`,
    params: [...params, ...params],
  };
};

export const relationshipListing = (scope: TenantScope, query: RelationshipQuery): Condition => {
  const state = query.state ?? 'live';
  const read = query.of ? readEdgeFound : readEdge;
  const parts: Condition[] = [{ sql: `${stateSql[state]}${read(scope)}`, params: edgeParams(scope) }];
  if (query.of) parts.push(touching(scope, query.of, query.direction ?? 'both', state));
  if (query.ids) parts.push({ sql: `r.id IN ${inList}`, params: [listParameter(query.ids)] });
  if (query.types) parts.push({ sql: `r.type IN ${inList}`, params: [listParameter(query.types)] });
  if (query.withTrashedEnds !== true) parts.push({ sql: 'a.live = 1 AND b.live = 1', params: [] });
  if (query.after !== undefined) parts.push({ sql: 'r.id > ?', params: [query.after] });
  return {
    sql: `SELECT ${relationshipSelection}, a.type, a.title, b.type, b.title FROM ${relationshipSource}
      WHERE ${parts.map(({ sql }) => sql).join(' AND ')} ORDER BY r.id ${limited}`,
    params: [...parts.flatMap(({ params }) => params), query.limit],
  };
};

export const listRelationships = (
  connection: Connection,
  scope: TenantScope,
  query: RelationshipQuery,
): readonly Relationship[] => {
  const { sql, params } = relationshipListing(scope, query);
  return connection.rows(sql, params).map(toRelationship);
};

/** The columns that `relationshipListing` selects behind those of the relationship. */
const endsOf = (row: readonly Cell[]): readonly Cell[] => row.slice(-4);

export const listWithEnds = (
  connection: Connection,
  scope: TenantScope,
  query: RelationshipQuery,
): readonly RelationshipWithEnds[] => {
  const { sql, params } = relationshipListing(scope, query);
  return connection.rows(sql, params).map((row) => {
    const relationship = toRelationship(row);
    const [fromType, fromTitle, toType, toTitle] = endsOf(row);
    return {
      relationship,
      from: { id: relationship.from, type: fromType, title: fromTitle } as MemoryName,
      to: { id: relationship.to, type: toType, title: toTitle } as MemoryName,
    };
  });
};

const relationshipsByRowSql = (scope: TenantScope): string =>
  `SELECT ${relationshipSelection} FROM ${relationshipSource} WHERE r.pk IN ${inList}${readEdgeFound(scope)}`;

export const relationshipsByRow = (
  connection: Connection,
  scope: TenantScope,
  pks: readonly number[],
): ReadonlyMap<number, Relationship> =>
  new Map(
    connection
      .rows(relationshipsByRowSql(scope), [JSON.stringify(pks), ...edgeParams(scope)])
      .map((row) => [row[0] as number, toRelationship(row)] as const),
  );

/** One seek for each pair of them, so that a hub costs no more than any other memory. */
export const linksSql = narrowed(
  ({ tenant, read }) => `SELECT a.id, b.id, r.type, r.strength, r.origin
  FROM memory a CROSS JOIN relationship r CROSS JOIN memory b ON b.pk = r.to_pk
  WHERE a.id IN ${inList} AND a.live = 1${read('a')} AND r.from_pk = a.pk AND r.live = 1${tenant('r.tenant_id')}
    AND r.to_pk IN (SELECT pk FROM memory WHERE id IN ${inList} AND live = 1${tenant('context_tenant_id')})${read('+b')} ORDER BY r.id`,
);

export const linksAmong = (
  connection: Connection,
  scope: TenantScope,
  ids: readonly MemoryId[],
): readonly GraphLink[] => {
  const [list, tenant, read] = [listParameter(ids), tenantParams(scope), readParams(scope)];
  return connection
    .rows<[MemoryId, MemoryId, GraphLink['type'], number, GraphLink['origin']]>(linksSql(scope), [
      list,
      ...read,
      ...tenant,
      list,
      ...tenant,
      ...read,
    ])
    .map(([from, to, type, strength, origin]) => ({ from, to, type, strength, origin }));
};
