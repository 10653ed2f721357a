/** Who has to act on an error: the caller, the person who runs the server, or us. */
export type Audience = 'caller' | 'operator' | 'maintainer';

interface ErrorKind {
  readonly audience: Audience;
  readonly httpStatus: number;
  readonly exitCode: number;
  readonly retryable: boolean;
}

const kind = (audience: Audience, httpStatus: number, exitCode: number, retryable = false): ErrorKind => ({
  audience,
  httpStatus,
  exitCode,
  retryable,
});

/** The one table of error codes. `docs/errors.md` is generated from it. */
export const errorTable = Object.freeze({
  invalid_input: kind('caller', 400, 2),
  cursor_invalid: kind('caller', 400, 2),
  not_found: kind('caller', 404, 1),
  version_conflict: kind('caller', 409, 1),
  duplicate: kind('caller', 409, 1),
  idempotency_mismatch: kind('caller', 409, 1),
  cycle: kind('caller', 409, 1),
  read_only: kind('caller', 403, 1),
  forbidden: kind('caller', 403, 1),
  scope_required: kind('maintainer', 500, 70),
  request_too_large: kind('caller', 413, 1),
  deadline_exceeded: kind('caller', 504, 7, true),
  store_busy: kind('caller', 503, 7, true),
  store_unavailable: kind('operator', 503, 4, true),
  store_unwritable: kind('operator', 503, 4),
  store_foreign: kind('operator', 500, 5),
  store_newer: kind('operator', 500, 5),
  store_corrupt: kind('operator', 500, 5),
  config_invalid: kind('operator', 500, 3),
  address_in_use: kind('operator', 500, 6),
  internal: kind('maintainer', 500, 70),
} satisfies Record<string, ErrorKind>);

export type ErrorCode = keyof typeof errorTable;

/**
 * The only error class. `message` is ours alone, says what to do next, and may reach a model:
 * no statement, path of the server, or text of another memory belongs in it. The original goes in `cause`, for the log.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** Facts a program may act on, e.g. the current record behind a `version_conflict`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

export const isAppError = (error: unknown, code?: ErrorCode): error is AppError =>
  error instanceof AppError && (code === undefined || error.code === code);
