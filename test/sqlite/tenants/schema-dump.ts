import Database from 'better-sqlite3';
import { openDatabase } from '../../../backends/sqlite/handles.ts';

type Row = readonly [type: string, name: string, sql: string | null];

/** Tables, indexes and triggers as the file describes them, in order of name; the insides of a text index belong to SQLite. */
export const schemaOf = (path: string): readonly Row[] => {
  const db = openDatabase(Database, path, { readonly: true });
  const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').raw().all() as Row[];
  db.close();
  return rows.filter(([, name]) => !/_(?:data|idx|content|docsize|config)$/.test(name));
};

export const namesOf = (path: string, type: string): readonly string[] =>
  schemaOf(path)
    .filter(([each]) => each === type)
    .map(([, name]) => name);
