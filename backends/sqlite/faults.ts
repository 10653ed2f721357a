import { AppError, type ErrorCode } from '../../src/errors.ts';
import { guardedBy } from './multi-tenant-sql.ts';

type AppFault = readonly [code: ErrorCode, message: string];

const busy = 'Other processes keep the store busy. Try again in a moment.';

/** By the beginning of SQLite's result code; the first that fits. */
const faults: readonly (readonly [prefix: string, code: ErrorCode, message: string])[] = [
  ['SQLITE_BUSY', 'store_busy', busy],
  ['SQLITE_LOCKED', 'store_busy', busy],
  ['SQLITE_PROTOCOL', 'store_busy', busy],
  [
    'SQLITE_NOTADB',
    'store_corrupt',
    'The file that MEMORY_SQLITE_PATH names is no SQLite database. Name another file or restore a backup.',
  ],
  [
    'SQLITE_CORRUPT',
    'store_corrupt',
    'The file that MEMORY_SQLITE_PATH names is damaged. Stop all servers that use it and restore a backup.',
  ],
  [
    'SQLITE_FULL',
    'store_unwritable',
    'The disk that holds MEMORY_SQLITE_PATH is full. Nothing was written; make room.',
  ],
  [
    'SQLITE_READONLY',
    'store_unwritable',
    'The store may not be written. Give this user write access to the file and its folder, or set MEMORY_SQLITE_PATH.',
  ],
  [
    'SQLITE_CANTOPEN',
    'store_unwritable',
    'The store cannot be opened. Check that this user may write the file and its folder, or set MEMORY_SQLITE_PATH.',
  ],
  [
    'SQLITE_PERM',
    'store_unwritable',
    'The store may not be opened. Give this user access to the file and its folder, or set MEMORY_SQLITE_PATH.',
  ],
  ['SQLITE_IOERR', 'store_unavailable', 'The disk that holds MEMORY_SQLITE_PATH failed to read or write. Check it.'],
  ['SQLITE_NOMEM', 'store_unavailable', 'There was not enough memory for this. Ask for less, or free some.'],
  ['SQLITE_TOOBIG', 'request_too_large', 'A value is too large for the store. Make it shorter.'],
];

const otherMode: AppFault = [
  'store_foreign',
  'The store was switched between single-tenant and multi-tenant mode. Restart this server with MEMORY_MULTI_TENANT_MODE as the others have it.',
];

/** What a statement of one mode meets in a store of the other: tables and unique keys are gone, or a trigger refuses the row. */
const meetsOtherMode = (code: string, { message }: Error): boolean =>
  code === 'SQLITE_ERROR'
    ? /^no such (?:index|table: (?:main\.)?(?:(?:memory|relationship)_(?:text|term|occurrence)|audience|tenant))|^ON CONFLICT clause does not match/.test(
        message,
      )
    : code === 'SQLITE_CONSTRAINT_TRIGGER' && message === guardedBy;

const resultCode = (error: unknown): string | null => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : null;
};

/** Our error for one of SQLite's, null for any other. */
export const translateFault = (error: unknown): AppError | null => {
  const code = resultCode(error);
  if (code === null) return null;
  if (meetsOtherMode(code, error as Error)) return new AppError(...otherMode, { cause: error });
  const fault = faults.find(([prefix]) => code.startsWith(prefix));
  return fault === undefined
    ? new AppError('internal', 'The store refused a statement. Nothing was written.', { cause: error })
    : new AppError(fault[1], fault[2], { cause: error });
};

/** Another process is in the way, and will not be for long. */
export const isBusy = (error: unknown): boolean => translateFault(error)?.code === 'store_busy';
