import Database from 'better-sqlite3';
import { isStopWord } from '../../src/search/stop-words.ts';
import type { Note } from './corpus.ts';
import { wordsOf } from './words.ts';

/** Keys of at most ten notes, best first. */
export type Search = (question: string) => readonly string[] | Promise<readonly string[]>;

const depth = 10;

/** What most memory servers do: the text itself in a table, with the database's own means. */
export const baselines = (notes: readonly Note[]): Readonly<Record<string, Search>> => {
  const db = new Database(':memory:');
  db.exec(`CREATE TABLE note (pk INTEGER PRIMARY KEY, key TEXT, text TEXT);
    CREATE VIRTUAL TABLE words USING fts5 (title, content, tags, tokenize = 'porter unicode61');
    CREATE VIRTUAL TABLE unstemmed USING fts5 (title, content, tags, tokenize = 'unicode61');`);
  const insert = db.prepare('INSERT INTO note (pk, key, text) VALUES (?, ?, ?)');
  const indexes = ['words', 'unstemmed'].map((table) =>
    db.prepare(`INSERT INTO ${table} (rowid, title, content, tags) VALUES (?, ?, ?, ?)`),
  );
  db.transaction(() => {
    for (const [pk, note] of notes.entries()) {
      insert.run(pk, note.key, `${note.title}\n${note.content}\n${note.package}`);
      for (const index of indexes) index.run(pk, note.title, note.content, note.package);
    }
  })();
  const like = db.prepare<[string], string>("SELECT key FROM note WHERE text LIKE ? ESCAPE '\\' LIMIT 10").pluck();
  const holding = db.prepare<[string], number>("SELECT pk FROM note WHERE text LIKE ? ESCAPE '\\'").pluck();
  const matching = (table: string): Database.Statement<[string], string> =>
    db
      .prepare<[string], string>(
        `SELECT key FROM note JOIN ${table} ON pk = ${table}.rowid WHERE ${table} MATCH ? ORDER BY bm25(${table}) LIMIT 10`,
      )
      .pluck();
  const [stemmed, unstemmed] = [matching('words'), matching('unstemmed')];
  const pattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  // A scan is the same each time, so each word is looked for once.
  const scans = new Map<string, readonly number[]>();
  const scan = (word: string): readonly number[] => {
    const found = scans.get(word) ?? holding.all(pattern(word));
    scans.set(word, found);
    return found;
  };
  const anyOf = (match: Database.Statement<[string], string>, words: readonly string[]): readonly string[] =>
    words.length === 0
      ? []
      : match.all([...new Set(words)].map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR '));
  const telling = (question: string): readonly string[] => {
    const words = wordsOf(question);
    const left = words.filter((word) => !isStopWord(word.toLowerCase().replaceAll("'", '')));
    return left.length > 0 ? left : words;
  };
  return {
    'LIKE, the whole question': (question) => like.all(pattern(question)),
    'LIKE, most words': (question) => {
      const counts = new Map<number, number>();
      for (const word of new Set(wordsOf(question.toLowerCase()))) {
        for (const pk of scan(word)) counts.set(pk, (counts.get(pk) ?? 0) + 1);
      }
      return [...counts]
        .sort((a, b) => b[1] - a[1] || a[0] - b[0])
        .slice(0, depth)
        .map(([pk]) => notes[pk]?.key ?? '');
    },
    'FTS5, unstemmed': (question) => anyOf(unstemmed, wordsOf(question)),
    FTS5: (question) => anyOf(stemmed, wordsOf(question)),
    'FTS5, no stop words': (question) => anyOf(stemmed, telling(question)),
  };
};
