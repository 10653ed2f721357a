import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import Database from 'better-sqlite3';
import { createBackend } from '../../backends/index.ts';
import { openDatabase } from '../../backends/sqlite/handles.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { runCli } from '../../src/cli/cli.ts';
import type { Memory, Visibility } from '../../src/domain/memory.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import { batchOf, creates, makeMemory, makeRelationship, relates, replaces, trashes } from '../support/builders.ts';

/** Full sizes, for who has the time. */
export const soak = process.env.SOAK === '1';

const projects = ['github.com/acme/shop', 'github.com/acme/ops', null] as const;

const visibilityOf = (id: number): Visibility | null => {
  if (id % 50 === 1) return 'private';
  return id % 50 === 2 ? 'public' : null;
};

/** One of many kinds: of projects and of none, private with a creator and without, public, in the trash. */
export const manyKinds = (id: number): Memory =>
  makeMemory({
    id,
    tags: ['many', `tag-${id % 7}`],
    content: `What memory ${id} says, in ö and 漢字, at some length. `.repeat(3),
    extra: id % 9 === 0 ? { z: 1, a: [1.5, null] } : null,
    context: {
      projectPath: projects[id % 3] ?? null,
      visibility: visibilityOf(id),
      createdBy: id % 100 === 1 ? 'alice' : null,
    },
  });

/** Memories, relationships, history, trash and idempotency keys, in single-tenant mode. */
export const fill = async (store: GraphStore, count: number): Promise<void> => {
  for (let at = 1; at <= count; at += 500) {
    const memories = Array.from({ length: Math.min(500, count - at + 1) }, (_, index) => manyKinds(at + index));
    await store.write(scope, batchOf(memories.map((memory) => creates(memory))));
    const pairs = memories.slice(1).filter((_, index) => index % 3 === 0);
    await store.write(
      scope,
      batchOf(
        pairs.map((_, index) =>
          relates(makeRelationship({ id: at + index, from: at + 3 * index, to: at + 3 * index + 1 })),
        ),
      ),
    );
    const changed = memories.filter((_, index) => index % 5 === 0);
    await store.write(scope, batchOf(changed.map((memory) => replaces(memory, { content: 'new words' }))));
    const trashed = memories.filter((_, index) => index % 20 === 7);
    await store.write(scope, batchOf(trashed.map((memory) => trashes(memory))));
    const record = { fingerprint: 'f', answer: { id: 'x' }, at: 1 };
    await store.write(scope, batchOf([{ op: 'remember_key', key: `key ${at}`, record }]));
  }
};

/** A closed store. */
export const fillStore = async (path: string, count: number): Promise<void> => {
  const store = await createBackend('sqlite', { path, synchronous: 'normal' });
  await store.open();
  await fill(store, count);
  await store.close();
};

/** Every row of every table but those of the migration itself and the inner ones of the text index, which the latter's rows stand for. */
export const dumpOf = (path: string): Readonly<Record<string, string>> => {
  const db = openDatabase(Database, path, { readonly: true });
  try {
    const tables = db
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'scope\\_%' ESCAPE '\\'
          AND name NOT LIKE '%\\_text\\_%' ESCAPE '\\' AND name NOT LIKE '%\\_term%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
          ORDER BY name`,
      )
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      tables.map((table) => {
        const hash = createHash('sha256');
        const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[];
        // As bytes: a number that became a text, or a text that was written anew, is another one.
        const cells = columns.map((column) => `quote("${column}")`).join(" || ',' || ");
        const rows = db.prepare(`SELECT ${cells} FROM "${table}" ORDER BY 1`).pluck();
        let count = 0;
        for (const row of rows.all() as string[]) {
          hash.update(`${row}\n`);
          count += 1;
        }
        return [table, `${count} rows ${hash.digest('hex').slice(0, 24)}`];
      }),
    );
  } finally {
    db.close();
  }
};

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The path of a SQLite store, or the settings of another one. */
export type At = string | Readonly<Record<string, string>>;

export const settingsOf = (at: At): Readonly<Record<string, string>> =>
  typeof at === 'string' ? { MEMORY_SQLITE_PATH: at, MEMORY_SQLITE_SYNCHRONOUS: 'normal' } : at;

interface Around {
  readonly env?: Readonly<Record<string, string>>;
  /** Answers of a person at a terminal. */
  readonly types?: string;
}

/** The command, in this process. */
export const migrate = async (at: At, args: readonly string[], { env = {}, types }: Around = {}): Promise<Said> => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (types !== undefined) Object.assign(stdin, { isTTY: true });
  stdin.end(types ?? '');
  const code = await runCli(['migrate-to-multitenant', ...args], {
    stdin,
    stdout,
    stderr,
    env: { HOME: '/nonexistent', ...settingsOf(at), ...env },
    argv: ['node', 'graph-memory'],
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Said>;
}

/** The command as a process of its own. */
export const startMigration = (
  program: readonly string[],
  at: At,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child => {
  const [command = '', ...rest] = program;
  const child = spawn(command, [...rest, 'migrate-to-multitenant', ...args], {
    env: { ...process.env, ...settingsOf(at), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code ?? (signal === null ? -1 : 137),
    out,
    err,
  }));
  return { process: child, ended };
};

/** How far the newest run is, as another connection sees it; null before one began. */
export const progressOf = (path: string): { readonly state: string; readonly done: number } | null => {
  const db = openDatabase(Database, path, { readonly: true });
  try {
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'scope_run'").get() === undefined) return null;
    return (db.prepare('SELECT state, done FROM scope_run ORDER BY no DESC LIMIT 1').get() ?? null) as never;
  } finally {
    db.close();
  }
};

/** What a person would do with the SQLite shell. */
export const edit = (path: string, sql: string): void => {
  const db = openDatabase(Database, path);
  db.exec(sql);
  db.close();
};

export const ask = <T>(path: string, sql: string): T => {
  const db = openDatabase(Database, path, { readonly: true });
  try {
    return db.prepare(sql).all() as T;
  } finally {
    db.close();
  }
};
