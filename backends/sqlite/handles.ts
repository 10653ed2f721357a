import type Driver from 'better-sqlite3';

/**
 * Whatever the driver hands out stays here to the end of the process. Under Node 24.16 and later the process aborts when one of these is
 * collected while no script runs (`RemoveEnvironmentCleanupHook`, `env != nullptr`). Statement texts come from closed parts, so there
 * are only so many; iterators would grow without end, and none is made.
 */
const keptAlive: object[] = [];

const keepAlive = <T extends object>(handle: T): T => {
  keptAlive.push(handle);
  return handle;
};

/** The only way to a database: all that it hands out is kept, a statement made for a pragma as well. Throws what the driver throws. */
export const openDatabase = (driver: typeof Driver, path: string, options: Driver.Options = {}): Driver.Database => {
  const db = keepAlive(new driver(path, options));
  const prepare = db.prepare.bind(db);
  const kept = (sql: string): Driver.Statement => keepAlive(prepare(sql));
  const pragma: Driver.Database['pragma'] = (text, { simple = false } = {}) => {
    const statement = kept(`PRAGMA ${text}`);
    if (statement.reader) return simple ? statement.pluck().get() : statement.all();
    statement.run();
    return undefined;
  };
  return Object.assign(db, { prepare: kept, pragma });
};
