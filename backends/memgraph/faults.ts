import { AppError } from '../../src/errors.ts';
import type { Outcome } from '../cypher/dialect.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
const textOf = (error: unknown): string => (error instanceof Error ? error.message : '');

const connection = new Set(['ServiceUnavailable', 'SessionExpired', 'N/A']);
/** Its codes tell three classes apart; the rest is in the text. */
const isTimeout = (error: unknown): boolean => /transaction timeout|asked to abort/i.test(textOf(error));
const isConflict = (error: unknown): boolean =>
  /conflicting transactions|serialize|unique constraint/i.test(textOf(error));
/** A schema command waits for all others, a second long, and then gives up. */
const isCrowded = (error: unknown): boolean => /Cannot get .{1,20} access (to the )?storage/i.test(textOf(error));

/** The server will not do this, now or later. */
export const isRefusal = (error: unknown): boolean => codeOf(error).includes('.ClientError.');

/** A timeout calls itself transient too, and would be too slow again. */
export const outcomeOf = (error: unknown): Outcome => {
  if (isTimeout(error)) return 'failed';
  if (connection.has(codeOf(error))) return 'unknown';
  return isConflict(error) || isCrowded(error) || codeOf(error).includes('.TransientError.') ? 'again' : 'failed';
};

/** Our error for one of the driver's, null for any other. */
export const translateFault = (error: unknown): AppError | null => {
  const code = codeOf(error);
  const as = (name: ConstructorParameters<typeof AppError>[0], text: string): AppError =>
    new AppError(name, text, { cause: error });
  if (/Security\.|Unauthenticated|authentication/i.test(`${code} ${textOf(error)}`)) {
    return as(
      'store_unavailable',
      'Memgraph refused the user. Check MEMORY_MEMGRAPH_USER and MEMORY_MEMGRAPH_PASSWORD.',
    );
  }
  if (isTimeout(error)) {
    return as('deadline_exceeded', 'Memgraph gave up on a statement that took too long. Ask for less, or try again.');
  }
  if (connection.has(code)) {
    return as(
      'store_unavailable',
      'Memgraph does not answer. Check that the server runs and that MEMORY_MEMGRAPH_URI leads to it.',
    );
  }
  if (/properties on edges|properties-on-edges/i.test(textOf(error))) {
    return as(
      'store_unavailable',
      'Memgraph keeps no properties on edges. Start it with --storage-properties-on-edges=true.',
    );
  }
  if (/memory limit/i.test(textOf(error))) {
    return as('store_unavailable', 'Memgraph ran out of memory. Ask for less, or give it more.');
  }
  if (isConflict(error) || isCrowded(error) || code.includes('.TransientError.')) {
    return as('store_busy', 'Others keep the database busy. Try again in a moment.');
  }
  return code.startsWith('Memgraph.') || code.startsWith('Neo.')
    ? as('internal', 'The database refused a statement. Nothing was written.')
    : null;
};
