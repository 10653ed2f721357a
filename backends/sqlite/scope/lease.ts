import type { Millis } from '../../../src/domain/ids.ts';
import { AppError } from '../../../src/errors.ts';
import type { Lease } from '../../../src/storage/migration.ts';
import type { Connection } from '../connection.ts';
import { migrationTables } from './tables.ts';

type Row = [owner: string | null, fence: number, expires: Millis];

export const hasMigrationTables = (connection: Connection): boolean =>
  connection.row("SELECT 1 FROM sqlite_schema WHERE name = 'scope_lease'") !== undefined;

const row = (connection: Connection): Row =>
  connection.row<Row>('SELECT owner, fence, expires FROM scope_lease') ?? [null, 0, 0];

/** Null if nobody has it, or nobody ever had. */
export const currentLease = (connection: Connection): Lease | null => {
  if (!hasMigrationTables(connection)) return null;
  const [owner, fence, expires] = row(connection);
  return owner === null ? null : { owner, fence, expires };
};

const set = (connection: Connection, { owner, fence, expires }: Lease): void => {
  connection.run('UPDATE scope_lease SET owner = ?, fence = ?, expires = ?', [owner, fence, expires]);
};

/** The fence grows with each owner, so that what an earlier one still writes is told from what the present one does. */
export const acquireLease = (
  connection: Connection,
  owner: string,
  now: Millis,
  until: Millis,
  isDead: (owner: string) => boolean,
): { lease: Lease; mine: boolean } =>
  connection.write(() => {
    connection.db.exec(migrationTables);
    const [held, fence, expires] = row(connection);
    if (held !== null && expires > now && !isDead(held)) return { lease: { owner: held, fence, expires }, mine: false };
    const lease = { owner, fence: fence + 1, expires: until };
    set(connection, lease);
    return { lease, mine: true };
  });

const lost = (): AppError =>
  new AppError('version_conflict', 'Another process took over this migration; look at it with --status.');

/** In the transaction of what it allows. Throws `version_conflict` for a fence that another one followed. */
export const renewLease = (connection: Connection, fence: number, until: Millis): void => {
  const { changes } = connection.run('UPDATE scope_lease SET expires = ? WHERE fence = ? AND owner IS NOT NULL', [
    until,
    fence,
  ]);
  if (changes === 0) throw lost();
};

export const releaseLease = (connection: Connection, fence: number): void => {
  connection.run('UPDATE scope_lease SET owner = NULL, expires = 0 WHERE fence = ?', [fence]);
};

/** The next owner gets a new fence, so that this one's writes are refused from now on. */
export const breakLease = (connection: Connection): Lease | null =>
  connection.write(() => {
    const lease = currentLease(connection);
    if (lease !== null) connection.run('UPDATE scope_lease SET owner = NULL, fence = fence + 1, expires = 0');
    return lease;
  });
