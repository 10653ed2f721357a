import { setTimeout as delay } from 'node:timers/promises';
import type Driver from 'better-sqlite3';
import { isBusy } from './faults.ts';

/** How long one attempt may block the process while another one writes. */
export const busyTimeoutMs = 500;
/** Ten seconds in all. */
const attempts = 20;

/** How a statement ends that takes a limit. A bare parameter there is read by the planner, which then plans anew at each run. */
export const limited = 'LIMIT ? + 0';

export type Cell = string | number | Uint8Array | null;

/**
 * Repeats what other processes were in the way of. SQLite waits by itself in most cases, but not where it sees a
 * deadlock, e.g. when two processes switch a new file to WAL together.
 */
export const untilFree = async <T>(work: () => T): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || attempt === attempts) throw error;
    }
    await delay(attempt * 2);
  }
};

/** One open database. Statements are prepared once; rows come as arrays in the order of the columns. */
export class Connection {
  readonly db: Driver.Database;
  readonly #statements = new Map<string, Driver.Statement<Cell[]>>();
  readonly #begin: Driver.Statement<[]>;
  readonly #beginImmediate: Driver.Statement<[]>;
  readonly #commit: Driver.Statement<[]>;
  readonly #rollback: Driver.Statement<[]>;

  constructor(db: Driver.Database) {
    this.db = db;
    this.#begin = db.prepare('BEGIN');
    this.#beginImmediate = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
  }

  #statement(sql: string): Driver.Statement<Cell[]> {
    const cached = this.#statements.get(sql);
    if (cached !== undefined) return cached;
    const statement = this.db.prepare<Cell[]>(sql);
    if (statement.reader) statement.raw(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Row types are the caller's word: they follow from the columns named in `sql` and the strict tables. */
  rows<Row extends readonly Cell[]>(sql: string, params: readonly Cell[] = []): Row[] {
    return this.#statement(sql).all(...params) as Row[];
  }

  row<Row extends readonly Cell[]>(sql: string, params: readonly Cell[] = []): Row | undefined {
    return this.#statement(sql).get(...params) as Row | undefined;
  }

  /** The value of a setting, or sets it: `name`, `name = value`. */
  pragma(text: string): Cell | undefined {
    const statement = this.#statement(`PRAGMA ${text}`);
    if (statement.reader) return (statement.get() as Cell[] | undefined)?.[0];
    statement.run();
    return undefined;
  }

  run(sql: string, params: readonly Cell[] = []): Driver.RunResult {
    return this.#statement(sql).run(...params);
  }

  /** All reads inside see one state of the store. */
  read<T>(work: () => T): T {
    return this.#within(this.#begin, work);
  }

  /** Takes the write lock first: a read transaction that begins to write later may fail without a chance to wait. */
  write<T>(work: () => T): T {
    return this.#within(this.#beginImmediate, work);
  }

  #within<T>(begin: Driver.Statement<[]>, work: () => T): T {
    begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.db.inTransaction) this.#rollback.run();
      throw error;
    }
  }
}
