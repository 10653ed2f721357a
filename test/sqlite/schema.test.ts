import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDatabase } from '../../backends/sqlite/handles.ts';
import { checksum, migrations } from '../../backends/sqlite/migrations/index.ts';
import { memoryFields, relationshipFields } from '../../src/domain/fields.ts';
import { isSymmetric, relationshipTypes } from '../../src/domain/relationship.ts';
import { makeFolder, openStore } from './place.ts';

const connect = async (): Promise<Database.Database> => {
  const path = join(makeFolder(), 'memory.db');
  await openStore(path);
  return openDatabase(Database, path);
};

const columnsOf = (db: Database.Database, table: string): unknown[] =>
  db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table);

test('a migration that was given out never changes', () => {
  expect(migrations.map((migration) => [migration.number, migration.name, checksum(migration)])).toEqual([
    [1, 'initial', '46bebd2d829d22dcc937928a64ecbf7710f23399ecf4b15221b4070219d46396'],
  ]);
});

test('there is a column for every field', async () => {
  const db = await connect();
  const ends = ['from_memory_id', 'to_memory_id'];
  expect(new Set(columnsOf(db, 'memory'))).toEqual(new Set(['pk', ...memoryFields.map(({ name }) => name)]));
  expect(new Set(columnsOf(db, 'relationship'))).toEqual(
    new Set([
      'pk',
      'from_pk',
      'to_pk',
      'words',
      ...relationshipFields.map(({ name }) => name).filter((name) => !ends.includes(name)),
    ]),
  );
});

test('the schema knows the same symmetric types as the domain', async () => {
  const db = await connect();
  const sql = String(db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'relationship'").pluck().get());
  const named = relationshipTypes.filter((type) => sql.includes(`'${type}'`));
  expect(named.length).toBeGreaterThan(0);
  expect(named).toEqual(relationshipTypes.filter(isSymmetric));
});
