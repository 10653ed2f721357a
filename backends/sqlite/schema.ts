import { AppError } from '../../src/errors.ts';
import type { Connection } from './connection.ts';
import { checksum, type Migration, migrations } from './migrations/index.ts';

/** "GMem" in the file's header tells our stores from other SQLite files. */
export const applicationId = 0x474d656d;

type Recorded = [number: number, name: string, checksum: string];

const foreign = (): AppError =>
  new AppError(
    'store_foreign',
    'MEMORY_SQLITE_PATH names a database of another program. It was left as it is; name another file.',
  );

/** Whether the file holds a store of ours already; another program's is refused. Call it in a transaction. */
const isOurs = (connection: Connection): boolean => {
  const id = connection.pragma('application_id');
  if (id === applicationId) return true;
  if (id !== 0 || connection.row('SELECT 1 FROM sqlite_schema LIMIT 1') !== undefined) throw foreign();
  return false;
};

const recorded = (connection: Connection): Recorded[] =>
  connection.rows<Recorded>('SELECT number, name, checksum FROM schema_migration ORDER BY number');

/** The migrations that the store has run, null if it is an empty file; another program's file is refused. */
export const inspectSchema = (connection: Connection): readonly Recorded[] | null =>
  // In one transaction: another process may be creating the schema right now.
  connection.read(() => (isOurs(connection) ? recorded(connection) : null));

/** The migrations that a store still lacks; throws if what it has is not what we know. */
const outstanding = (rows: readonly Recorded[]): readonly Migration[] => {
  if (rows.length > migrations.length) {
    throw new AppError(
      'store_newer',
      'A newer version of graph-memory wrote this store. Upgrade, or set MEMORY_SQLITE_PATH to another file.',
    );
  }
  for (const [index, [number, , sum]] of rows.entries()) {
    const known = migrations[index];
    if (known === undefined || known.number !== number || checksum(known) !== sum) {
      throw new AppError(
        'store_foreign',
        'The schema of this store was made by a different build of graph-memory. Use that build, or restore a backup.',
      );
    }
  }
  return migrations.slice(rows.length);
};

const apply = (connection: Connection, migration: Migration): void => {
  connection.db.exec(migration.sql);
  connection.run('INSERT INTO schema_migration (number, name, checksum) VALUES (?, ?, ?)', [
    migration.number,
    migration.name,
    checksum(migration),
  ]);
};

const create = (connection: Connection): void => {
  connection.pragma(`application_id = ${applicationId}`);
  connection.db.exec(
    'CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT',
  );
};

/** Brings the schema up to date, in one transaction; when nothing is to be done, no lock is taken. */
export const migrate = (connection: Connection, readOnly: boolean): void => {
  const present = inspectSchema(connection);
  if (present !== null && outstanding(present).length === 0) return;
  if (readOnly) {
    throw new AppError(
      'store_unwritable',
      'The schema of this store has to be upgraded first. Start once without MEMORY_READ_ONLY.',
    );
  }
  connection.write(() => {
    if (!isOurs(connection)) create(connection);
    for (const migration of outstanding(recorded(connection))) apply(connection, migration);
  });
};
