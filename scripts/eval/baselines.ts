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
    CREATE VIRTUAL TABLE words USING fts5 (title, content, tags, tokenize = 'porter unicode61');`);
  const insert = db.prepare('INSERT INTO note (pk, key, text) VALUES (?, ?, ?)');
  const index = db.prepare('INSERT INTO words (rowid, title, content, tags) VALUES (?, ?, ?, ?)');
  db.transaction(() => {
    for (const [pk, note] of notes.entries()) {
      insert.run(pk, note.key, `${note.title}\n${note.content}\n${note.package}`);
      index.run(pk, note.title, note.content, note.package);
    }
  })();
  const like = db.prepare<[string], string>("SELECT key FROM note WHERE text LIKE ? ESCAPE '\\' LIMIT 10").pluck();
  const holding = db.prepare<[string], number>("SELECT pk FROM note WHERE text LIKE ? ESCAPE '\\'").pluck();
  const match = db
    .prepare<[string], string>(
      'SELECT key FROM words JOIN note ON pk = words.rowid WHERE words MATCH ? ORDER BY bm25(words) LIMIT 10',
    )
    .pluck();
  const pattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  // A scan is the same each time, so each word is looked for once.
  const scans = new Map<string, readonly number[]>();
  const scan = (word: string): readonly number[] => {
    const found = scans.get(word) ?? holding.all(pattern(word));
    scans.set(word, found);
    return found;
  };
  const anyOf = (words: readonly string[]): readonly string[] =>
    words.length === 0
      ? []
      : match.all([...new Set(words)].map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR '));
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
    'FTS5 bm25, all words': (question) => anyOf(wordsOf(question)),
    'FTS5 bm25, no stop words': (question) => {
      const words = wordsOf(question);
      const telling = words.filter((word) => !isStopWord(word.toLowerCase().replaceAll("'", '')));
      return anyOf(telling.length > 0 ? telling : words);
    },
  };
};
