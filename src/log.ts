import type { Logger } from 'pino';
import type { LogLevel } from './config.ts';
import { AppError } from './errors.ts';

type Severity = Exclude<LogLevel, 'silent'>;
export type LogFields = Readonly<Record<string, unknown>>;

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** What users wrote, and what opens doors: never in a log, also one level down. */
const hidden = [
  ...['password', 'secret', 'token', 'authorization', 'cookie', 'apiKey', 'key', 'env'],
  ...['content', 'title', 'summary', 'tags', 'query', 'text', 'description', 'context', 'arguments', 'input'],
  ...['sql', 'statement', 'parameters', 'path', 'location'],
];

/** `at fn (/home/me/app/dist/main.cjs:1:2)` without the folders, and without the message, which may look like a frame. */
const frames = ({ stack = '', message }: Error): readonly string[] =>
  stack
    .slice(stack.startsWith(message) || message === '' ? 0 : stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim().replace(/(\(|at |async )(?:file:\/\/)?(?:[A-Za-z]:)?[\\/](?:[^()]*[\\/])?/, '$1'));

/** Messages that are not ours may quote a memory or a statement, so they are written at level `debug` only. */
const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return typeof error;
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error instanceof AppError || level === 'debug' ? { message: error.message } : {}),
    frames: frames(error),
    ...(error.cause === undefined || depth > 4 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
};

let level: LogLevel = 'warn';
let logger: Logger | null = null;
let loading: Promise<void> | null = null;
const waiting: (() => void)[] = [];

const load = async (): Promise<void> => {
  const { pino } = await import('pino');
  logger = pino(
    {
      // The facade has already decided.
      level: 'debug',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: hidden.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
  for (const write of waiting.splice(0)) write();
};

const write = (severity: Severity, message: string, fields: LogFields): void => {
  if (rank[severity] < rank[level]) return;
  const at = logger;
  const line = 'error' in fields ? { ...fields, error: describeError(fields.error) } : fields;
  if (at !== null) {
    at[severity](line, message);
    return;
  }
  waiting.push(() => logger?.[severity](line, message));
  loading ??= load();
};

/**
 * Structured lines on stderr. An error goes in the field `error`. The writer is loaded with the first line, so a process that logs
 * nothing does not pay for it; from then on a line is written before the call returns.
 */
export const log = Object.freeze({
  debug: (message: string, fields: LogFields = {}): void => write('debug', message, fields),
  info: (message: string, fields: LogFields = {}): void => write('info', message, fields),
  warn: (message: string, fields: LogFields = {}): void => write('warn', message, fields),
  error: (message: string, fields: LogFields = {}): void => write('error', message, fields),
});

export const setLogLevel = (next: LogLevel): void => {
  level = next;
};

/** Resolves when every line is out. To be awaited before the process is ended by hand. */
export const flushLog = async (): Promise<void> => {
  await loading;
};
