import Database from 'better-sqlite3';
import type { TextQuery } from '../../src/storage/search-document.ts';
import type { Draft } from './corpus.ts';

export type Durability = 'full' | 'normal';

/** With more memory than our own store allows itself: a limit is what the machine can do. */
const open = (
  path: string,
  options: { readonly durability?: Durability; readonly readonly?: boolean },
): Database.Database => {
  const db = new Database(path, { readonly: options.readonly ?? false });
  db.pragma('cache_size = -65536');
  db.pragma('mmap_size = 268435456');
  if (!options.readonly) db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${options.durability ?? 'normal'}`);
  return db;
};

export interface RawStore {
  readonly insert: (id: string, draft: Draft) => void;
  readonly fill: (rows: readonly (readonly [id: string, draft: Draft])[]) => void;
  readonly close: () => void;
}

/** The least that a full-text store can do for a write: a row, its two indexes and its words, in one transaction. */
export const rawStore = (path: string, durability: Durability): RawStore => {
  const db = open(path, { durability });
  db.exec(`
    CREATE TABLE IF NOT EXISTS memory (
      pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT, title TEXT, tags TEXT, content TEXT, created_at INTEGER
    );
    CREATE INDEX IF NOT EXISTS memory_created ON memory (created_at);
    CREATE VIRTUAL TABLE IF NOT EXISTS memory_text USING fts5 (title, tags, content, content = 'memory', content_rowid = 'pk');
  `);
  const row = db.prepare('INSERT INTO memory (id, type, title, tags, content, created_at) VALUES (?, ?, ?, ?, ?, ?)');
  const text = db.prepare('INSERT INTO memory_text (rowid, title, tags, content) VALUES (?, ?, ?, ?)');
  const insert = (id: string, { type, title, tags, content }: Draft): void => {
    const joined = tags.join(' ');
    const { lastInsertRowid } = row.run(id, type, title, joined, content, Date.now());
    text.run(lastInsertRowid, title, joined, content);
  };
  return {
    insert: db.transaction(insert).immediate,
    fill: db.transaction((rows: readonly (readonly [string, Draft])[]) => {
      for (const [id, draft] of rows) insert(id, draft);
    }),
    close: () => db.close(),
  };
};

type Direction = 'outgoing' | 'both';

export interface RawReader {
  /** The best `limit` memories that have any of the words, their titles and contents. */
  readonly search: (query: TextQuery, limit: number) => number;
  /** Memories reached from `pk` within three steps, found by a loop over one prepared statement, with what an answer says of each. */
  readonly walk: (pk: number, direction: Direction, most: number, fanOut: number) => number;
  /** The same with the numbers of rows only. */
  readonly walkKeys: (pk: number, direction: Direction, most: number, fanOut: number) => number;
  readonly pkOf: (id: string) => number;
  /** Bytes of the file, of the full-text index, and of the texts that are searched. */
  readonly sizes: () => { readonly file: number; readonly index: number; readonly text: number };
  readonly close: () => void;
}

const steps = 3;

/** By `bm25()` and not by `rank`, which sorts all that match before it cuts. */
const searchSql = `SELECT m.id, m.title, m.content, f.score FROM (
    SELECT rowid, bm25(memory_text) AS score FROM memory_text WHERE memory_text MATCH ? ORDER BY score LIMIT ?
  ) f JOIN memory m ON m.pk = f.rowid ORDER BY f.score`;

const side = (own: string, other: string, named: boolean): string =>
  named
    ? `SELECT r.${other}, o.id, r.id, r.type, r.strength FROM relationship r CROSS JOIN memory o ON o.pk = r.${other}
        WHERE r.${own} = ? AND r.live = 1 AND o.live = 1`
    : `SELECT r.${other} FROM relationship r WHERE r.${own} = ? AND r.live = 1`;

/** Plain statements over the file of one of our own stores. */
export const rawReader = (path: string): RawReader => {
  const db = open(path, { readonly: true });
  const search = db.prepare(searchSql).raw();
  // Symmetric types are followed against their stored direction too, as by our own traversal.
  const hops = (named: boolean, direction: Direction): Database.Statement => {
    const back = `${side('to_pk', 'from_pk', named)}${direction === 'outgoing' ? ' AND r.symmetric = 1' : ''}`;
    return db.prepare(`${side('from_pk', 'to_pk', named)} UNION ALL ${back} LIMIT ?`).raw();
  };
  const statements = {
    outgoing: { named: hops(true, 'outgoing'), keys: hops(false, 'outgoing') },
    both: { named: hops(true, 'both'), keys: hops(false, 'both') },
  };
  const loop =
    (kind: 'named' | 'keys'): RawReader['walk'] =>
    (start, direction, most, fanOut) => {
      const statement = statements[direction][kind];
      const seen = new Set([start]);
      const reached: unknown[] = [];
      let frontier = [start];
      for (let depth = 0; depth < steps && frontier.length > 0; depth += 1) {
        const next: number[] = [];
        for (const from of frontier) {
          const rows = statement.all(from, from, fanOut) as [number][];
          for (const row of rows) {
            if (seen.has(row[0])) continue;
            if (reached.length === most) return reached.length;
            seen.add(row[0]);
            reached.push(row);
            next.push(row[0]);
          }
        }
        frontier = next;
      }
      return reached.length;
    };
  const number = (sql: string): number => db.prepare(sql).pluck().get() as number;
  return {
    search: ({ groups }, limit) => {
      const words = new Set(groups.flat().map(({ text }) => `"${text}"`));
      return search.all([...words].join(' OR '), limit).length;
    },
    walk: loop('named'),
    walkKeys: loop('keys'),
    pkOf: (id) => db.prepare('SELECT pk FROM memory WHERE id = ?').pluck().get(id) as number,
    sizes: () => ({
      file: number('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size'),
      index: number(`SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'memory_text%' AND aggregate = 1`),
      text: number('SELECT sum(length(title) + length(tags) + length(content)) FROM memory'),
    }),
    close: () => db.close(),
  };
};
