import { AppError } from '../../src/errors.ts';
import type { Outcome } from '../cypher/dialect.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const isRetryable = (error: unknown): boolean =>
  error instanceof Error && 'retriable' in error && error.retriable === true;

const connection = new Set(['ServiceUnavailable', 'SessionExpired', 'N/A']);
const timeouts = /TransactionTimedOut|TransactionTerminated|LockAcquisitionTimeout/;

/** A timeout is never tried again: what was too slow once would be too slow twice. */
export const outcomeOf = (error: unknown): Outcome => {
  const code = codeOf(error);
  if (timeouts.test(code)) return 'failed';
  if (connection.has(code)) return 'unknown';
  // Two who make the same node at once: one of them finds it there the next time.
  if (code.endsWith('ConstraintValidationFailed')) return 'again';
  return isRetryable(error) ? 'again' : 'failed';
};

const faults: readonly (readonly [code: RegExp, error: ConstructorParameters<typeof AppError>[0], text: string])[] = [
  [
    /Security\.(Unauthorized|AuthenticationRateLimit|TokenExpired|CredentialsExpired)/,
    'store_unavailable',
    'Neo4j refused the user. Check MEMORY_NEO4J_USER and MEMORY_NEO4J_PASSWORD.',
  ],
  [
    /Security\.Forbidden/,
    'store_unwritable',
    'The user of MEMORY_NEO4J_USER may not do this. Give it the right to read, write and make indexes.',
  ],
  [/Database\.DatabaseNotFound/, 'store_unavailable', 'Neo4j has no such database. Check MEMORY_NEO4J_DATABASE.'],
  [
    /General\.DatabaseUnavailable|Database\.DatabaseUnavailable/,
    'store_unavailable',
    'The database is not ready. Check the server, and try again.',
  ],
  [
    /NotALeader|ForbiddenOnReadOnlyDatabase|AccessMode|WriteOnReadOnlyAccessDatabase/,
    'store_unwritable',
    'The database takes no writes here. Check that MEMORY_NEO4J_URI leads to one that does.',
  ],
  [timeouts, 'deadline_exceeded', 'Neo4j gave up on a statement that took too long. Ask for less, or try again.'],
  [
    /^(ServiceUnavailable|SessionExpired)$/,
    'store_unavailable',
    'Neo4j does not answer. Check that the server runs and that MEMORY_NEO4J_URI leads to it.',
  ],
  [/OutOfMemory|MemoryPoolOutOfMemory/, 'store_unavailable', 'Neo4j ran out of memory. Ask for less, or give it more.'],
];

/** Our error for one of the driver's, null for any other. */
export const translateFault = (error: unknown): AppError | null => {
  const code = codeOf(error);
  const known = faults.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return new AppError(known[1], known[2], { cause: error });
  if (isRetryable(error)) {
    return new AppError('store_busy', 'Others keep the database busy. Try again in a moment.', { cause: error });
  }
  return code.startsWith('Neo.') || connection.has(code)
    ? new AppError('internal', 'The database refused a statement. Nothing was written.', { cause: error })
    : null;
};
