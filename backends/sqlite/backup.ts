import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type Driver from 'better-sqlite3';
import { AppError } from '../../src/errors.ts';
import { Connection } from './connection.ts';
import { openDatabase } from './handles.ts';
import { inspectSchema } from './schema.ts';

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** An empty file of the right mode, which `VACUUM INTO` then fills. Refuses one that is there. */
const reserve = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw isCode(error, 'EEXIST')
      ? new AppError('invalid_input', 'There is a file at the path of the backup. Name another one.')
      : new AppError(
          'store_unwritable',
          'The backup cannot be written there. Name a folder that this user may write.',
          {
            cause: error,
          },
        );
  }
};

/** SQLite does not flush a vacuumed copy. */
const flush = (path: string): void => {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const check = (copy: Connection): void => {
  const sound = copy.pragma('quick_check(1)') === 'ok';
  if (!sound || inspectSchema(copy) === null) {
    throw new AppError('store_corrupt', 'The copy did not pass its check and was removed. Run `graph-memory doctor`.');
  }
};

/** Copies one consistent state, whatever is written meanwhile, and opens the copy to check it. */
export const backupStore = (connection: Connection, target: string): void => {
  const path = resolve(target);
  reserve(path);
  try {
    connection.run('VACUUM INTO ?', [path]);
    flush(path);
    const driver = connection.db.constructor as typeof Driver;
    const copy = openDatabase(driver, path, { readonly: true, fileMustExist: true });
    try {
      check(new Connection(copy));
    } finally {
      copy.close();
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
};
