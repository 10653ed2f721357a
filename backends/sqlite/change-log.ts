import type { Millis } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { ChangeNote, WriteBatch } from '../../src/storage/batch.ts';
import type { Change, ChangeKind, ChangeQuery } from '../../src/storage/query.ts';
import type { Cell, Connection } from './connection.ts';
import { type Condition, inList } from './filter.ts';
import { listParameter } from './rows.ts';

/** The end of the log, whether its last line is still there or was purged. */
const endSql = `SELECT seq, at FROM (
    SELECT * FROM (SELECT seq, at FROM change_log ORDER BY seq DESC LIMIT 1) UNION ALL SELECT seq, at FROM purge_mark
  ) ORDER BY seq DESC LIMIT 1`;
const appendSql = `INSERT INTO change_log (seq, at, entity, entity_id, version, kind, changed_by, reason, before)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

type Entity = Change['entity'];

const endOfLog = (connection: Connection): [seq: number, at: Millis] =>
  connection.row<[number, Millis]>(endSql) ?? [0, Number.MIN_SAFE_INTEGER];

export const lastSeq = (connection: Connection): number => endOfLog(connection)[0];

/** Time never goes back in the log, whatever the writers' clocks say. */
export const appendChange = (connection: Connection, change: Omit<Change, 'seq'>): void => {
  const { entity, id, version, kind, by, reason, before } = change;
  const [seq, at] = endOfLog(connection);
  const kept = before === null ? null : JSON.stringify(before);
  connection.run(appendSql, [seq + 1, Math.max(at, change.at), entity, id, version, kind, by, reason, kept]);
};

/** Notes that `record` came to be, or that it took the place of `before`. */
export const logChange = (
  connection: Connection,
  { at, by }: WriteBatch,
  entity: Entity,
  record: Memory | Relationship,
  before: Memory | Relationship | null,
  { kind, reason }: ChangeNote,
): void =>
  appendChange(connection, { at, by, entity, id: record.id, version: record.version, before, kind, reason } as Change);

export const forgetChanges = (connection: Connection, ids: readonly string[]): void => {
  const end = endOfLog(connection);
  connection.run('DELETE FROM purge_mark');
  connection.run('INSERT INTO purge_mark (seq, at) VALUES (?, ?)', end);
  connection.run(`DELETE FROM change_log WHERE entity_id IN ${inList}`, [listParameter(ids)]);
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
];

const toChange = ([seq, at, entity, id, version, kind, by, reason, before]: Row): Change =>
  ({
    seq,
    at,
    entity,
    id,
    version,
    kind,
    by,
    reason,
    before: before === null ? null : JSON.parse(before),
  }) as Change;

const firstAfterSql = 'SELECT seq, at FROM change_log WHERE seq >= ? ORDER BY seq LIMIT 1';

/** The first line at or after a time, by bisection: the log is in the order of time, which saves an index on it. */
const seqSince = (connection: Connection, since: Millis): number => {
  let [low, high] = [0, lastSeq(connection) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [seq, at] = connection.row<[number, Millis]>(firstAfterSql, [middle]) ?? [high, since];
    if (at >= since) high = middle;
    else low = seq + 1;
  }
  return low;
};

export const changeListing = (connection: Connection, query: ChangeQuery): Condition => {
  const parts: [sql: string, param: Cell][] = [];
  if (query.entity !== undefined) parts.push(['entity = ?', query.entity]);
  if (query.ids) parts.push([`entity_id IN ${inList}`, listParameter(query.ids)]);
  if (query.afterSeq !== undefined) parts.push(['seq > ?', query.afterSeq]);
  if (query.beforeSeq !== undefined) parts.push(['seq < ?', query.beforeSeq]);
  if (query.since !== undefined) parts.push(['seq >= ?', seqSince(connection, query.since)]);
  const where = parts.length === 0 ? '' : `WHERE ${parts.map(([sql]) => sql).join(' AND ')}`;
  return {
    sql: `SELECT seq, at, entity, entity_id, version, kind, changed_by, reason, before FROM change_log ${where}
      ORDER BY seq ${query.order === 'oldest_first' ? 'ASC' : 'DESC'} LIMIT ?`,
    params: [...parts.map(([, param]) => param), query.limit],
  };
};

export const listChanges = (connection: Connection, query: ChangeQuery): readonly Change[] =>
  connection.read(() => {
    const { sql, params } = changeListing(connection, query);
    return connection.rows<Row>(sql, params).map(toChange);
  });
