import type { Hold, Rescoped, UndoStep } from '../../../src/storage/migration.ts';
import type { Connection } from '../connection.ts';
import { keyRange, rangeOf } from '../tenants.ts';
import { stampAgain } from './expand.ts';
import { type Fields, newestEntries, type Written } from './journal.ts';
import { holding, runOf, throughGate } from './runs.ts';
import { dropUnscopingTriggers } from './triggers.ts';

const tables = { memory: 'memory', relationship: 'relationship', key: 'idempotency_key' } as const;
type UndoneKind = keyof typeof tables;

/** Columns that a journal may name, by kind; no other name gets into a statement. */
const known: Readonly<Record<UndoneKind, readonly string[]>> = {
  memory: ['context_tenant_id', 'context_team_id', 'context_visibility'],
  relationship: ['tenant_id'],
  key: ['tenant_id'],
};

const identity = { memory: 'id', relationship: 'id', key: 'CAST(rowid AS TEXT)' } as const;

const fieldsNow = (connection: Connection, kind: UndoneKind, { pk, id }: Written): Fields | null => {
  const columns = known[kind];
  const row = connection.row<(string | null)[]>(
    `SELECT ${columns.join(', ')} FROM ${tables[kind]} WHERE rowid = ? AND ${identity[kind]} = ?`,
    [pk, id],
  );
  return row === undefined ? null : Object.fromEntries(columns.map((column, place) => [column, row[place] ?? null]));
};

/** What belongs to a record and was given its tenant with it, or has come to it since. */
const releaseBelongings = (connection: Connection, kind: UndoneKind, { pk, id }: Written, tenant: string): void => {
  if (kind === 'key') return;
  connection.run(
    'UPDATE change_log SET tenant_id = NULL, audience = NULL WHERE entity_id = ? AND entity = ? AND tenant_id = ?',
    [id, kind, tenant],
  );
  if (kind === 'memory') {
    connection.run('UPDATE memory_vector SET tenant_id = NULL WHERE memory_pk = ? AND tenant_id IS NOT NULL', [pk]);
  }
};

type Undone = { readonly state: 'restored' | 'gone' } | { readonly state: 'rescoped'; readonly found: Fields };

const undoOne = (connection: Connection, entry: Written, tenant: string): Undone => {
  const kind = entry.kind as UndoneKind;
  const now = fieldsNow(connection, kind, entry);
  if (now === null) return { state: 'gone' };
  const columns = known[kind].filter((column) => Object.hasOwn(entry.prior, column));
  const set = columns.map((column) => `${column} = ?`).join(', ');
  const values = columns.map((column) => entry.prior[column] ?? null);
  connection.run(`UPDATE ${tables[kind]} SET ${set} WHERE rowid = ?`, [...values, entry.pk]);
  releaseBelongings(connection, kind, entry, tenant);
  const found = Object.fromEntries(
    columns.filter((column) => now[column] !== entry.next[column]).map((column) => [column, now[column] ?? null]),
  );
  return Object.keys(found).length === 0 ? { state: 'restored' } : { state: 'rescoped', found };
};

const tagsOfUnscoped = `UPDATE memory_tag SET tenant_id = NULL WHERE tenant_id IS NOT NULL
  AND memory_pk IN (SELECT pk FROM memory WHERE context_tenant_id IS NULL)`;
/** Keys that were used in single-tenant mode since; those of the other mode have a user. */
const arrivedKeys = `UPDATE idempotency_key SET tenant_id = NULL WHERE user_id IS NULL
  AND rowid IN (SELECT pk FROM scope_arrival WHERE kind = 'key' AND run >= ?)`;

const endsOfLog = `SELECT min(seq), max(seq), max(tenant_id IS NOT NULL) FROM
  (SELECT seq, tenant_id FROM change_log UNION ALL SELECT seq, tenant_id FROM purge_mark)`;

/** A log that multi-tenant mode numbered as the tenant's and of which nothing is a tenant's any more is numbered as it was. */
const numberAsBefore = (connection: Connection): void => {
  const [least, most, owned] = connection.row<[number | null, number, number]>(endsOfLog) ?? [null, 0, 0];
  if (least === null || owned === 1) return;
  const { first, beyond } = keyRange(rangeOf(least));
  if (first === 0 || most >= beyond) return;
  for (const table of ['change_log', 'purge_mark']) connection.run(`UPDATE ${table} SET seq = seq - ?`, [first]);
};

/** Everything is as it was: what the run kept for this is no longer needed. */
const close = (connection: Connection, run: number): void => {
  throughGate(connection, run, () => {
    connection.run(tagsOfUnscoped);
    connection.run(arrivedKeys, [run]);
    numberAsBefore(connection);
  });
  connection.db.exec(dropUnscopingTriggers);
  stampAgain(connection, run);
};

export const undoBatch = (connection: Connection, hold: Hold, limit: number): UndoStep => {
  const { run } = hold;
  return holding(connection, hold, () => {
    const { assignment, entries, done } = runOf(connection, run);
    const newest = newestEntries(connection, run, entries - done, limit);
    if (newest.length === 0) {
      close(connection, run);
      return { rows: 0, changed: 0, done: true, rescoped: [], gone: 0 };
    }
    const rescoped: Rescoped[] = [];
    let gone = 0;
    throughGate(connection, run, () => {
      for (const entry of newest) {
        const undone = undoOne(connection, entry, assignment.tenant);
        if (undone.state === 'gone') gone += 1;
        if (undone.state === 'rescoped') rescoped.push({ kind: entry.kind, key: entry.id, found: undone.found });
      }
    });
    connection.run('UPDATE scope_run SET done = done + ? WHERE no = ?', [newest.length, run]);
    return { rows: newest.length, changed: newest.length - gone, done: false, rescoped, gone };
  });
};

const dropSql = `DELETE FROM scope_journal WHERE run = ? AND seq IN
  (SELECT seq FROM scope_journal WHERE run = ? ORDER BY seq LIMIT ?)`;

/** Also forgets what came in since, once the last entry is gone. */
export const dropEntries = (connection: Connection, hold: Hold, limit: number): UndoStep =>
  holding(connection, hold, () => {
    const { changes } = connection.run(dropSql, [hold.run, hold.run, limit]);
    if (changes === 0) {
      connection.run('DELETE FROM scope_pair WHERE no NOT IN (SELECT pair FROM scope_journal)');
    }
    return { rows: changes, changed: changes, done: changes === 0, rescoped: [], gone: 0 };
  });
