import type { Millis } from '../../../src/domain/ids.ts';
import { AppError } from '../../../src/errors.ts';
import type { Hold, MigrationState, Run } from '../../../src/storage/migration.ts';
import type { Connection } from '../connection.ts';
import { hasMigrationTables, renewLease } from './lease.ts';

type Row = [
  no: number,
  state: MigrationState,
  assignment: string,
  plan: string,
  baseline: string,
  backup: string | null,
  startedAt: Millis,
  changedAt: Millis,
  paused: number,
  entries: number,
  done: number,
];

const columns = 'no, state, assignment, plan, baseline, backup, started_at, changed_at, paused, entries, done';

const toRun = ([no, state, assignment, plan, baseline, backup, startedAt, changedAt, paused, ...rest]: Row): Run => {
  const [entries, done] = rest;
  return {
    ...{ no, state, plan, backup, startedAt, changedAt, entries, done },
    assignment: JSON.parse(assignment),
    baseline: JSON.parse(baseline),
    paused: paused === 1,
  };
};

export const allRuns = (connection: Connection): readonly Run[] =>
  hasMigrationTables(connection) ? connection.rows<Row>(`SELECT ${columns} FROM scope_run ORDER BY no`).map(toRun) : [];

export const runOf = (connection: Connection, no: number): Run => {
  const row = connection.row<Row>(`SELECT ${columns} FROM scope_run WHERE no = ?`, [no]);
  if (row === undefined) throw new AppError('not_found', 'There is no such run of a migration.');
  return toRun(row);
};

export const beginRun = (
  connection: Connection,
  fence: number,
  { assignment, plan, baseline, startedAt }: Pick<Run, 'assignment' | 'plan' | 'baseline' | 'startedAt'>,
): number =>
  connection.write(() => {
    const held = connection.row('SELECT 1 FROM scope_lease WHERE fence = ? AND owner IS NOT NULL', [fence]);
    if (held === undefined) throw new AppError('version_conflict', 'Another process took over this migration.');
    const { lastInsertRowid } = connection.run(
      `INSERT INTO scope_run (tenant_id, state, assignment, plan, baseline, started_at, changed_at)
        VALUES (?, 'planned', ?, ?, ?, ?, ?)`,
      [assignment.tenant, JSON.stringify(assignment), plan, JSON.stringify(baseline), startedAt, startedAt],
    );
    return Number(lastInsertRowid);
  });

/** A write of who holds the migration: the lease goes on in the same transaction. */
export const holding = <T>(connection: Connection, { fence, until }: Hold, work: () => T): T =>
  connection.write(() => {
    renewLease(connection, fence, until);
    return work();
  });

/** Call it while holding. */
export const moveState = (connection: Connection, run: number, from: MigrationState, to: MigrationState): void => {
  const { changes } = connection.run('UPDATE scope_run SET state = ? WHERE no = ? AND state = ?', [to, run, from]);
  if (changes === 0) throw new AppError('version_conflict', `The run is no longer ${from}; look at it with --status.`);
};

/** The scopes of records may change inside. */
export const throughGate = <T>(connection: Connection, run: number, work: () => T): T => {
  connection.run('INSERT INTO scope_gate (run) VALUES (?)', [run]);
  const result = work();
  connection.run('DELETE FROM scope_gate');
  return result;
};
