import { AppError } from '../../src/errors.ts';
import type { Outcome } from '../cypher/dialect.ts';

/** The server gives no codes: an error is told by its text, that of a connection by its name. */
const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.constructor.name} ${error.name} ${codeOf(error)} ${error.message}` : '';

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

const missingGraph = /Invalid graph operation on empty key/i;
const lost = /SocketClosedUnexpectedly|ECONNRESET|EPIPE|SocketTimeout|DisconnectsClient|ClientClosed/;
const unsent = /ClientOffline|ECONNREFUSED|ENOENT|ENOTFOUND|EHOSTUNREACH|ConnectionTimeout|ETIMEDOUT/;
const waits = /\b(LOADING|BUSY|TRYAGAIN|MASTERDOWN)\b/;
const timedOut = /Query timed out/i;
const ofTheServer = /SimpleError|ErrorReply|errMsg|GRAPH\.|ERR /;

export const isMissingGraph = (error: unknown): boolean => missingGraph.test(textOf(error));

/** No error of a statement is worth another try; one of the connection leaves open whether it was run. */
export const outcomeOf = (error: unknown): Outcome => {
  const text = textOf(error);
  if (waits.test(text) || unsent.test(text)) return 'again';
  return lost.test(text) ? 'unknown' : 'failed';
};

const faults: readonly (readonly [text: RegExp, code: ConstructorParameters<typeof AppError>[0], message: string])[] = [
  [
    /WRONGPASS|NOAUTH|invalid password/i,
    'store_unavailable',
    'FalkorDB refused the user. Check MEMORY_FALKORDB_USER and MEMORY_FALKORDB_PASSWORD.',
  ],
  [
    /NOPERM/,
    'store_unwritable',
    'The user of MEMORY_FALKORDB_USER may not do this. Give it the graphs and commands that `graph-memory doctor` prints.',
  ],
  [
    /unknown command .?GRAPH\./i,
    'config_invalid',
    'The server of MEMORY_FALKORDB_URI is no FalkorDB: it knows no graphs. Load the module falkordb.so.',
  ],
  [/READONLY|MISCONF/, 'store_unwritable', 'The server takes no writes. Check that it is no replica, and its disk.'],
  [
    /OOM|out of memory/i,
    'store_unwritable',
    'The server ran out of memory. Give it more, or remove what is not needed.',
  ],
  [timedOut, 'deadline_exceeded', 'FalkorDB gave up on a statement that took too long. Ask for less, or try again.'],
  [waits, 'store_busy', 'The server is not ready yet. Try again in a moment.'],
  [
    new RegExp(`${lost.source}|${unsent.source}`),
    'store_unavailable',
    'FalkorDB does not answer. Check that the server runs and that MEMORY_FALKORDB_URI leads to it.',
  ],
];

/** Our error for one of the client's, null for any other. */
export const translateFault = (error: unknown): AppError | null => {
  const text = textOf(error);
  const known = faults.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return new AppError(known[1], known[2], { cause: error });
  return ofTheServer.test(text)
    ? new AppError('internal', 'The database refused a statement. Nothing was written.', { cause: error })
    : null;
};
