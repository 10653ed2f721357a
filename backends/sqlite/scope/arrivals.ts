import type { Arrival, Hold, KindCounts, Step } from '../../../src/storage/migration.ts';
import type { Change } from '../../../src/storage/query.ts';
import type { Cell, Connection } from '../connection.ts';
import { endOfLog } from '../log-position.ts';
import { unindexRelationship } from '../relationship-text.ts';
import { memorySelection, relationshipSelection, relationshipSource, toMemory, toRelationship } from '../rows.ts';
import { holding } from './runs.ts';

/** Those that are still there, and are what came in: a key of a row may have been given again. */
const arrived = (kind: 'memory' | 'relationship', name: string): string => `scope_arrival x
  JOIN ${kind} ${name} ON ${name}.pk = x.pk AND ${name}.id = x.id
  WHERE x.kind = '${kind}' AND x.run >= ?`;

const countOf = (connection: Connection, kind: 'memory' | 'relationship', run: number): number =>
  connection.row<[number]>(`SELECT count(*) FROM ${arrived(kind, 'r')}`, [run])?.[0] ?? 0;

const linesOfArrived = (selection: string): string => `SELECT ${selection} FROM change_log c WHERE EXISTS
  (SELECT 1 FROM scope_arrival x WHERE x.run >= ? AND x.kind = c.entity AND x.id = c.entity_id)`;

export const countArrivals = (connection: Connection, run: number): KindCounts => ({
  memory: countOf(connection, 'memory', run),
  relationship: countOf(connection, 'relationship', run),
  change: connection.row<[number]>(linesOfArrived('count(*)'), [run])?.[0] ?? 0,
  key: connection.row<[number]>("SELECT count(*) FROM scope_arrival WHERE kind = 'key' AND run >= ?", [run])?.[0] ?? 0,
});

interface Arrivals {
  readonly records: readonly Arrival[];
  readonly next: string | null;
}

type LineRow = [number, number, string, string, number, string, string | null, string | null, string | null];

const toLine = ([seq, at, entity, id, version, kind, by, reason, before]: LineRow): Change =>
  ({ seq, at, entity, id, version, kind, by, reason, before: before === null ? null : JSON.parse(before) }) as Change;

const readers: Readonly<Record<Arrival['kind'], { sql: string; toArrival: (row: readonly Cell[]) => Arrival }>> = {
  memory: {
    sql: `SELECT ${memorySelection} FROM ${arrived('memory', 'm')} AND m.pk > ? ORDER BY m.pk LIMIT ?`,
    toArrival: (row) => ({ kind: 'memory', record: toMemory(row) }),
  },
  relationship: {
    sql: `SELECT ${relationshipSelection} FROM ${relationshipSource}
      JOIN scope_arrival x ON x.kind = 'relationship' AND x.pk = r.pk AND x.id = r.id
      WHERE x.run >= ? AND r.pk > ? ORDER BY r.pk LIMIT ?`,
    toArrival: (row) => ({ kind: 'relationship', record: toRelationship(row) }),
  },
  change: {
    sql: `${linesOfArrived('c.seq, c.at, c.entity, c.entity_id, c.version, c.kind, c.changed_by, c.reason, c.before')}
      AND c.seq > ? ORDER BY c.seq LIMIT ?`,
    toArrival: (row) => ({ kind: 'change', record: toLine(row as LineRow) }),
  },
};

export const readArrivals = (
  connection: Connection,
  run: number,
  kind: Arrival['kind'],
  from: string | null,
  limit: number,
): Arrivals => {
  const { sql, toArrival } = readers[kind];
  const rows = connection.rows<Cell[]>(sql, [run, Number(from ?? 0), limit]);
  const last = rows.at(-1)?.[0];
  return { records: rows.map(toArrival), next: rows.length < limit || last === undefined ? null : String(last) };
};

type Named = [pk: number, id: string];

const forget = (connection: Connection, [, id]: Named): void => {
  connection.run('DELETE FROM change_log WHERE entity_id = ?', [id]);
};

const removeRelationship = (connection: Connection, row: Named): void => {
  unindexRelationship(connection, null, row[0]);
  forget(connection, row);
  connection.run('DELETE FROM relationship WHERE pk = ?', [row[0]]);
};

const removeMemory = (connection: Connection, row: Named): void => {
  const [pk] = row;
  const touching = connection.rows<Named>('SELECT pk, id FROM relationship WHERE from_pk = ? OR to_pk = ?', [pk, pk]);
  for (const relationship of touching) removeRelationship(connection, relationship);
  connection.run('DELETE FROM memory_text WHERE rowid = ?', [pk]);
  connection.run(
    `DELETE FROM memory_tag WHERE memory_pk = ? AND tag IN
      (SELECT value FROM json_each((SELECT tags FROM memory WHERE pk = ?)))`,
    [pk, pk],
  );
  connection.run('DELETE FROM memory_vector WHERE memory_pk = ?', [pk]);
  forget(connection, row);
  connection.run('DELETE FROM memory WHERE pk = ?', [pk]);
};

/** The log goes on behind what was taken out of it, as after a purge. */
const markEnd = (connection: Connection): void => {
  const end = endOfLog(connection, null);
  connection.run('DELETE FROM purge_mark WHERE tenant_id IS NULL');
  connection.run('INSERT INTO purge_mark (seq, at) VALUES (?, ?)', end);
};

const someSql = (kind: 'memory' | 'relationship'): string => `SELECT r.pk, r.id FROM ${arrived(kind, 'r')} LIMIT ?`;

/** Call it in a store of single-tenant shape. */
export const removeArrived = (connection: Connection, hold: Hold, limit: number): Step =>
  holding(connection, hold, () => {
    const relationships = connection.rows<Named>(someSql('relationship'), [hold.run, limit]);
    const memories = relationships.length > 0 ? [] : connection.rows<Named>(someSql('memory'), [hold.run, limit]);
    const rows = relationships.length + memories.length;
    if (rows > 0) markEnd(connection);
    for (const row of relationships) removeRelationship(connection, row);
    for (const row of memories) removeMemory(connection, row);
    return { rows, changed: rows, done: rows === 0 };
  });
