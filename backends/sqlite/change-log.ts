import { audiencesOf } from '../../src/domain/access.ts';
import type { Millis, TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { CallerScope, TenantScope } from '../../src/domain/scope.ts';
import type { ChangeNote } from '../../src/storage/batch.ts';
import type { Change, ChangeKind, ChangeQuery } from '../../src/storage/query.ts';
import { inList, listParameter, narrowed, readParams } from './access.ts';
import { audienceText } from './audiences.ts';
import { type Cell, type Connection, limited } from './connection.ts';
import type { Condition } from './filter.ts';
import { endOfLog, keySince, logKeys } from './log-position.ts';
import { edgeParams } from './relationships.ts';
import { numberOf } from './tenants.ts';
import type { Writer } from './writer.ts';

const appendSql = `INSERT INTO change_log (seq, at, entity, entity_id, version, kind, changed_by, reason, before)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const appendScopedSql = `INSERT INTO change_log
    (seq, at, entity, entity_id, version, kind, changed_by, reason, before, tenant_id, audience)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

type Entity = Change['entity'];

/** Who in the tenant could read the record before: empty for a relationship, which its ends decide, null if it was of another tenant. */
export const audienceBefore = (
  { entity, before }: { readonly entity: Entity; readonly before: Memory | Relationship | null },
  tenant: TenantId,
): string | null => {
  if (before === null) return null;
  if (entity === 'relationship') return (before as Relationship).tenantId === tenant ? '' : null;
  const { context } = before as Memory;
  return context.tenantId === tenant ? audienceText(context) : null;
};

/** Time never goes back in a log, whatever the writers' clocks say. */
export const appendChange = ({ connection, scope, tenantNo }: Writer, change: Omit<Change, 'seq'>): void => {
  const { entity, id, version, kind, by, reason, before } = change;
  const [seq, at] = endOfLog(connection, tenantNo);
  const kept = before === null ? null : JSON.stringify(before);
  const cells: Cell[] = [seq + 1, Math.max(at, change.at), entity, id, version, kind, by, reason, kept];
  if (scope.tenant === null) connection.run(appendSql, cells);
  else connection.run(appendScopedSql, [...cells, scope.tenant, audienceBefore(change, scope.tenant)]);
};

/** Notes that `record` came to be, or that it took the place of `before`. */
export const logChange = (
  writer: Writer,
  entity: Entity,
  record: Memory | Relationship,
  before: Memory | Relationship | null,
  { kind, reason }: ChangeNote,
): void => {
  const { at, by } = writer.batch;
  appendChange(writer, { at, by, entity, id: record.id, version: record.version, before, kind, reason } as Change);
};

export const forgetChanges = ({ connection, scope, tenantNo }: Writer, ids: readonly string[]): void => {
  const end = endOfLog(connection, tenantNo);
  if (scope.tenant === null) {
    connection.run('DELETE FROM purge_mark');
    connection.run('INSERT INTO purge_mark (seq, at) VALUES (?, ?)', end);
    connection.run(`DELETE FROM change_log WHERE entity_id IN ${inList}`, [listParameter(ids)]);
    return;
  }
  connection.run('DELETE FROM purge_mark WHERE tenant_id = ?', [scope.tenant]);
  connection.run('INSERT INTO purge_mark (seq, at, tenant_id) VALUES (?, ?, ?)', [...end, scope.tenant]);
  connection.run(`DELETE FROM change_log WHERE tenant_id = ? AND entity_id IN ${inList}`, [
    scope.tenant,
    listParameter(ids),
  ]);
};

type Row = [
  seq: number,
  at: Millis,
  entity: Entity,
  id: string,
  version: number,
  kind: ChangeKind,
  by: string | null,
  reason: string | null,
  before: string | null,
  audience: string | null,
];

/** A record from before its memory had a tenant, with the scope that the line was given for it. */
const adopted = <Kept extends Memory | Relationship>(kept: Kept, tenant: TenantId | null, audience: string): Kept => {
  if (tenant === null) return kept;
  if (!('context' in kept) || !('title' in kept)) return { ...kept, tenantId: tenant };
  if (kept.context.tenantId !== null) return kept;
  const [visibility = '', ...value] = audience.split(':');
  const teamId = visibility === 'team' ? value.join(':') : kept.context.teamId;
  return { ...kept, context: { ...kept.context, tenantId: tenant, teamId, visibility } };
};

const toChange = (
  tenant: TenantId | null,
  first: number,
  [seq, at, entity, id, version, kind, by, reason, before, audience]: Row,
): Change =>
  ({
    seq: seq - first,
    at,
    entity,
    id,
    version,
    kind,
    by,
    reason,
    before: before === null ? null : adopted(JSON.parse(before) as Memory | Relationship, tenant, audience ?? ''),
  }) as Change;

type Part = readonly [sql: string, ...params: Cell[]];

/**
 * A line is seen by who may read the memory, or both ends of the relationship, as they stand, and could have read what it replaced.
 * Takes the parameters of `visibleParams`.
 */
const visibleSql = narrowed(({ tenant, read }) => {
  const end = (key: string): string =>
    `EXISTS (SELECT 1 FROM memory m WHERE m.id = json_extract(before, '$.${key}')${read('m')})`;
  const memory = `EXISTS (SELECT 1 FROM memory m WHERE m.id = entity_id${read('m')})`;
  const relationship = `EXISTS (SELECT 1 FROM relationship r CROSS JOIN memory a ON a.pk = r.from_pk
      CROSS JOIN memory b ON b.pk = r.to_pk WHERE r.id = entity_id${tenant('r.tenant_id')}${read('+a')}${read('+b')})`;
  return `CASE entity WHEN 'memory' THEN ${memory} AND (before IS NULL OR audience IN ${inList} OR ? AND audience IS NOT NULL)
    ELSE ${relationship} AND (before IS NULL OR audience IS NOT NULL AND ${end('from')} AND ${end('to')}) END`;
});

const visible = (scope: CallerScope): Part => {
  const read = readParams(scope);
  const audiences = audiencesOf(scope);
  const before = [listParameter(audiences ?? []), audiences === null ? 1 : 0];
  return [visibleSql(scope), ...read, ...before, ...edgeParams(scope), ...read, ...read];
};

/** Keys between which the lines lie, where they are those of one tenant. */
const bounds = (
  scope: CallerScope,
  tenantNo: number,
  { afterSeq = 0, beforeSeq, ids }: ChangeQuery,
): readonly Part[] => {
  const { first, beyond } = logKeys(tenantNo);
  const end = beforeSeq === undefined ? beyond : Math.min(beyond, first + beforeSeq);
  return [
    // Without ids the keys alone lead to the tenant's lines, in their order.
    [`${ids === undefined ? '+' : ''}tenant_id = ?`, scope.tenant],
    ['seq > ?', first + Math.max(0, afterSeq)],
    ['seq < ?', end],
  ];
};

export const changeListing = (
  connection: Connection,
  scope: TenantScope,
  tenantNo: number | null,
  query: ChangeQuery,
): Condition => {
  const parts: Part[] = [];
  if (query.entity !== undefined) parts.push(['entity = ?', query.entity]);
  if (query.ids) parts.push([`entity_id IN ${inList}`, listParameter(query.ids)]);
  if (scope.tenant !== null && tenantNo !== null) parts.push(...bounds(scope, tenantNo, query));
  else {
    if (query.afterSeq !== undefined) parts.push(['seq > ?', query.afterSeq]);
    if (query.beforeSeq !== undefined) parts.push(['seq < ?', query.beforeSeq]);
  }
  if (query.since !== undefined) parts.push(['seq >= ?', keySince(connection, tenantNo, query.since)]);
  if (scope.tenant !== null) parts.push(visible(scope));
  const where = parts.length === 0 ? '' : `WHERE ${parts.map(([sql]) => sql).join(' AND ')}`;
  return {
    sql: `SELECT seq, at, entity, entity_id, version, kind, changed_by, reason, before, audience
      FROM change_log ${where}
      ORDER BY seq ${query.order === 'oldest_first' ? 'ASC' : 'DESC'} ${limited}`,
    params: [...parts.flatMap(([, ...params]) => params), query.limit],
  };
};

export const listChanges = (connection: Connection, scope: TenantScope, query: ChangeQuery): readonly Change[] =>
  connection.read(() => {
    const tenantNo = numberOf(connection, scope);
    const { sql, params } = changeListing(connection, scope, tenantNo, query);
    const { first } = logKeys(tenantNo);
    return connection.rows<Row>(sql, params).map((row) => toChange(scope.tenant, first, row));
  });
