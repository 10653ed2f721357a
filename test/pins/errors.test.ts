import { expect, test } from 'vitest';
import { AppError, type Audience, errorTable, isAppError } from '../../src/errors.ts';

/** Clients and scripts act on these: a change here is a change of the interface. */
const pinned: Record<string, readonly [Audience, httpStatus: number, exitCode: number, retryable: boolean]> = {
  invalid_input: ['caller', 400, 2, false],
  cursor_invalid: ['caller', 400, 2, false],
  not_found: ['caller', 404, 1, false],
  version_conflict: ['caller', 409, 1, false],
  duplicate: ['caller', 409, 1, false],
  idempotency_mismatch: ['caller', 409, 1, false],
  cycle: ['caller', 409, 1, false],
  read_only: ['caller', 403, 1, false],
  forbidden: ['caller', 403, 1, false],
  scope_required: ['maintainer', 500, 70, false],
  request_too_large: ['caller', 413, 1, false],
  deadline_exceeded: ['caller', 504, 7, true],
  store_busy: ['caller', 503, 7, true],
  store_unavailable: ['operator', 503, 4, true],
  store_unwritable: ['operator', 503, 4, false],
  store_foreign: ['operator', 500, 5, false],
  store_newer: ['operator', 500, 5, false],
  store_corrupt: ['operator', 500, 5, false],
  config_invalid: ['operator', 500, 3, false],
  address_in_use: ['operator', 500, 6, false],
  internal: ['maintainer', 500, 70, false],
};

test('the error table is the one that clients know', () => {
  const table = Object.entries(errorTable).map(([code, { audience, httpStatus, exitCode, retryable }]) => [
    code,
    [audience, httpStatus, exitCode, retryable],
  ]);
  expect(Object.fromEntries(table)).toEqual(pinned);
});

test('the table cannot be changed while the program runs', () => {
  expect(Object.isFrozen(errorTable)).toBe(true);
});

test('an AppError keeps its cause apart from its message', () => {
  const error = new AppError('store_busy', 'Try again.', { cause: new Error('SQLITE_BUSY: database is locked') });
  expect(String(error)).toBe('AppError: Try again.');
  expect(JSON.stringify(error)).not.toContain('SQLITE_BUSY');
  expect(error.retryable).toBe(true);
  expect(isAppError(error, 'store_busy')).toBe(true);
  expect(isAppError(error, 'internal')).toBe(false);
});
