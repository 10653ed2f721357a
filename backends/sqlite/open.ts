import { closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Driver from 'better-sqlite3';
import { AppError } from '../../src/errors.ts';
import type { Admission } from '../../src/storage/store.ts';
import { busyTimeoutMs, Connection, untilFree } from './connection.ts';
import { openDatabase } from './handles.ts';
import { inspectSchema, migrate } from './schema.ts';
import type { SqliteSettings } from './settings.ts';
import { takeShape } from './shape.ts';

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const unwritable = (error: unknown): AppError =>
  new AppError(
    'store_unwritable',
    'The store cannot be written. Give this user write access to the file and its folder, or set MEMORY_SQLITE_PATH.',
    { cause: error },
  );

const refuseEmptied = (path: string): void => {
  const journalled = sizeOf(`${path}-wal`) > 0;
  if (!journalled || sizeOf(path) > 0) return;
  // SQLite would take the empty file for a new store and delete the log, which may hold all that was written.
  throw new AppError(
    'store_corrupt',
    'The file MEMORY_SQLITE_PATH names is empty but its write-ahead log is not. Restore a backup, or move both away.',
  );
};

/** Makes the file if there is none, readable by its owner alone; SQLite gives its side files the same mode. */
const prepareFile = ({ path, readOnly }: SqliteSettings): void => {
  try {
    refuseEmptied(path);
    if (readOnly && sizeOf(path) === 0) {
      throw new AppError('store_unavailable', 'There is no store yet to read. Start once without MEMORY_READ_ONLY.');
    }
    if (readOnly) return;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  } catch (error) {
    throw error instanceof AppError ? error : unwritable(error);
  }
};

/** Loaded here, not at start: the driver is native code that a server without calls never needs. */
const loadDriver = async (): Promise<typeof Driver> => {
  try {
    return (await import('better-sqlite3')).default;
  } catch (error) {
    throw driverMissing(error);
  }
};

const driverMissing = (error: unknown): AppError =>
  new AppError(
    'store_unavailable',
    'The SQLite driver does not load on this Node version. Reinstall with `npm rebuild better-sqlite3`.',
    { cause: error },
  );

const connect = (driver: typeof Driver, { path, readOnly }: SqliteSettings): Driver.Database => {
  try {
    return openDatabase(driver, path, { readonly: readOnly, fileMustExist: true, timeout: busyTimeoutMs });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code.startsWith('SQLITE_') ? error : driverMissing(error);
  }
};

const configure = (connection: Connection, { synchronous }: SqliteSettings): void => {
  connection.pragma('foreign_keys = ON');
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cell_size_check = ON');
  connection.pragma(`synchronous = ${synchronous}`);
  // No memory map: with it each page would be checked anew at each access, which triples the time of a search,
  // and what is read would count as the memory of the process.
  connection.pragma('mmap_size = 0');
};

const prepareSchema = (connection: Connection, settings: SqliteSettings, admit: Admission): void => {
  const { readOnly } = settings;
  // Nothing is written, not even the journal mode, before the file is known to be ours or empty.
  inspectSchema(connection);
  if (!readOnly) connection.pragma('journal_mode = WAL');
  migrate(connection, readOnly);
  takeShape(connection, settings, admit);
};

const openAnd = async (
  driver: typeof Driver,
  settings: SqliteSettings,
  prepare: (connection: Connection) => void,
): Promise<Connection> => {
  const db = await untilFree(() => connect(driver, settings));
  try {
    const connection = new Connection(db);
    configure(connection, settings);
    await untilFree(() => prepare(connection));
    return connection;
  } catch (error) {
    db.close();
    throw error;
  }
};

export const openStore = async (settings: SqliteSettings, admit: Admission = () => undefined): Promise<Connection> => {
  const driver = await loadDriver();
  prepareFile(settings);
  return openAnd(driver, settings, (connection) => prepareSchema(connection, settings, admit));
};

/**
 * A store that is there, in the shape that it has. With `readOnly` no byte of it changes: a store that was closed well is opened for
 * writing and not written, because SQLite would leave side files beside one that is opened for reading; one with a log that was not
 * taken in is opened for reading, because its last connection would take the log in.
 */
export const openAsIs = async (settings: SqliteSettings, readOnly: boolean): Promise<Connection> => {
  if (sizeOf(settings.path) === 0) {
    throw new AppError('store_unavailable', 'There is no store yet to migrate. Check MEMORY_SQLITE_PATH.');
  }
  const driver = await loadDriver();
  const onlyRead = readOnly && (settings.readOnly || sizeOf(`${settings.path}-wal`) > 0);
  return openAnd(driver, { ...settings, readOnly: onlyRead }, (connection) => {
    inspectSchema(connection);
    if (readOnly) connection.pragma('query_only = ON');
    migrate(connection, readOnly);
  });
};
