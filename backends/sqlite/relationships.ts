import type { MemoryId } from '../../src/domain/ids.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { Direction, GraphLink, RelationshipQuery, RelationshipState } from '../../src/storage/query.ts';
import type { Connection } from './connection.ts';
import { type Condition, inList } from './filter.ts';
import { listParameter, relationshipSelection, relationshipSource, toRelationship } from './rows.ts';

const stateSql: Readonly<Record<RelationshipState, string>> = {
  live: 'r.live = 1',
  closed: 'r.valid_until IS NOT NULL AND r.removed_at IS NULL',
  removed: 'r.removed_at IS NOT NULL',
  any: '1',
};

const touching = (ids: readonly string[], direction: Direction, state: RelationshipState): Condition => {
  const side = (own: string, symmetricOnly: boolean): string =>
    `SELECT pk FROM relationship WHERE ${own} IN (SELECT pk FROM memory WHERE id IN ${inList})
      ${state === 'live' ? 'AND live = 1' : ''} ${symmetricOnly ? 'AND symmetric = 1' : ''}`;
  const list = listParameter(ids);
  return {
    sql: `r.pk IN (${side('from_pk', direction === 'incoming')} UNION ${side('to_pk', direction === 'outgoing')})`,
    params: [list, list],
  };
};

export const relationshipListing = (query: RelationshipQuery): Condition => {
  const state = query.state ?? 'live';
  const parts: Condition[] = [{ sql: stateSql[state], params: [] }];
  if (query.of) parts.push(touching(query.of, query.direction ?? 'both', state));
  if (query.ids) parts.push({ sql: `r.id IN ${inList}`, params: [listParameter(query.ids)] });
  if (query.types) parts.push({ sql: `r.type IN ${inList}`, params: [listParameter(query.types)] });
  if (query.withTrashedEnds !== true) parts.push({ sql: 'a.live = 1 AND b.live = 1', params: [] });
  if (query.after !== undefined) parts.push({ sql: 'r.id > ?', params: [query.after] });
  return {
    sql: `SELECT ${relationshipSelection} FROM ${relationshipSource}
      WHERE ${parts.map(({ sql }) => sql).join(' AND ')} ORDER BY r.id LIMIT ?`,
    params: [...parts.flatMap(({ params }) => params), query.limit],
  };
};

export const listRelationships = (connection: Connection, query: RelationshipQuery): readonly Relationship[] => {
  const { sql, params } = relationshipListing(query);
  return connection.rows(sql, params).map(toRelationship);
};

const relationshipsByRowSql = `SELECT ${relationshipSelection} FROM ${relationshipSource} WHERE r.pk IN ${inList}`;

export const relationshipsByRow = (connection: Connection, pks: readonly number[]): ReadonlyMap<number, Relationship> =>
  new Map(
    connection
      .rows(relationshipsByRowSql, [JSON.stringify(pks)])
      .map((row) => [row[0] as number, toRelationship(row)] as const),
  );

/** One seek for each pair of them, so that a hub costs no more than any other memory. */
export const linksSql = `SELECT a.id, b.id, r.type, r.strength, r.origin
  FROM memory a CROSS JOIN relationship r CROSS JOIN memory b ON b.pk = r.to_pk
  WHERE a.id IN ${inList} AND a.live = 1 AND r.from_pk = a.pk AND r.live = 1
    AND r.to_pk IN (SELECT pk FROM memory WHERE id IN ${inList} AND live = 1) ORDER BY r.id`;

export const linksAmong = (connection: Connection, ids: readonly MemoryId[]): readonly GraphLink[] => {
  const list = listParameter(ids);
  return connection
    .rows<[MemoryId, MemoryId, GraphLink['type'], number, GraphLink['origin']]>(linksSql, [list, list])
    .map(([from, to, type, strength, origin]) => ({ from, to, type, strength, origin }));
};
