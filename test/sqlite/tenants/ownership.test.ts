import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../backends/sqlite/handles.ts';
import { textTable } from '../../../backends/sqlite/tenants.ts';
import { ada, linkedBy, ownedBy, twin, upkeep } from '../../conformance/tenants/people.ts';
import { batchOf, creates, day, memoryId, relates, replaces, trashes } from '../../support/builders.ts';
import { makeFolder, openStore } from '../place.ts';
import { namesOf } from './schema-dump.ts';

const openFilled = async (): Promise<{ readonly path: string; readonly db: Database.Database }> => {
  const path = join(makeFolder(), 'memory.db');
  const store = await openStore(path, { multiTenant: true });
  await store.write(
    ada,
    batchOf([
      creates(ownedBy(ada, { id: 1 })),
      creates(ownedBy(ada, { id: 2 })),
      relates(linkedBy(ada)),
      { op: 'remember_key', key: 'k', record: { fingerprint: 'f', answer: {}, at: day(1) } },
      { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
      { op: 'set_index_state', state: { version: 1, through: null } },
      { op: 'set_vector', id: memoryId(1), version: 1, model: 'm', vector: Int8Array.of(1, 2) },
    ]),
  );
  const db = openDatabase(Database, path);
  onTestFinished(() => {
    db.close();
  });
  return { path, db };
};

/** Why each of these says nothing of a tenant. */
const global: Readonly<Record<string, string>> = {
  schema_migration: 'how the file was made',
  sealing_key: 'one key for all, which no answer tells',
  unscoped_text: 'words of what has no tenant, moved as soon as it has one',
};
/** A table of one tenant, by its number. */
const ofOneTenant = /^(?:memory_text|memory_term|memory_occurrence|relationship_text)_\d+$/;
const scopeColumns = ['tenant_id', 'context_tenant_id'];

const columnsOf = (db: Database.Database, table: string): readonly string[] =>
  db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];

/** Tables that carry no scope, whatever the reason. */
const withoutScope = (db: Database.Database, tables: readonly string[]): readonly string[] =>
  tables.filter((table) => table !== 'tenant' && !columnsOf(db, table).some((column) => scopeColumns.includes(column)));

describe('everything that is stored carries its scope', () => {
  test('in multi-tenant mode each table says whose a row is, but for a few with a reason', async () => {
    const { path, db } = await openFilled();
    const tables = namesOf(path, 'table');
    expect(tables.length).toBeGreaterThan(12);
    const unscoped = withoutScope(db, tables).filter((table) => !ofOneTenant.test(table));
    expect(unscoped.toSorted()).toEqual(Object.keys(global).toSorted());
    for (const table of tables.filter((each) => columnsOf(db, each).includes('tenant_id'))) {
      const strays = db.prepare(`SELECT count(*) FROM ${table} WHERE tenant_id IS NULL`).pluck().get();
      expect(strays, table).toBe(0);
    }
  });

  test('in single-tenant mode the same tables have the column, empty', async () => {
    const path = join(makeFolder(), 'memory.db');
    await openStore(path);
    const db = openDatabase(Database, path);
    const indexes = ['memory_text', 'memory_term', 'relationship_text'];
    const unscoped = withoutScope(db, namesOf(path, 'table')).filter((table) => !indexes.includes(table));
    expect(unscoped.toSorted()).toEqual(['schema_migration', 'sealing_key']);
    db.close();
  });

  test('the check sees a table that carries none', async () => {
    const { path, db } = await openFilled();
    db.exec('CREATE TABLE note (text TEXT)');
    expect(withoutScope(db, namesOf(path, 'table'))).toContain('note');
  });
});

const refused = 'SQLITE_CONSTRAINT_TRIGGER';

const codeOf = (db: Database.Database, sql: string): unknown => {
  try {
    db.exec(sql);
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('tenant and maker', () => {
  test.each([
    ["UPDATE memory SET context_tenant_id = 'rival' WHERE pk = 1"],
    ['UPDATE memory SET context_tenant_id = NULL WHERE pk = 1'],
    ["UPDATE memory SET context_created_by = 'eve' WHERE pk = 1"],
    ["UPDATE relationship SET tenant_id = 'rival'"],
    ["UPDATE relationship SET created_by = 'eve'"],
    ["UPDATE change_log SET tenant_id = 'rival'"],
    ["UPDATE memory_vector SET tenant_id = 'rival'"],
    ["UPDATE idempotency_key SET user_id = 'eve'"],
    ["UPDATE guard SET tenant_id = 'rival'"],
    ['UPDATE index_state SET tenant_id = NULL'],
  ])('never change: %s', async (sql) => {
    const { db } = await openFilled();
    expect(codeOf(db, sql)).toBe(refused);
  });

  test.each(['memory', 'relationship', 'change_log', 'memory_vector', 'idempotency_key', 'guard', 'index_state'])(
    'a row of %s does not come in without a tenant',
    async (table) => {
      const { db } = await openFilled();
      const columns = db
        .prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 AND name NOT IN ('pk', 'seq')")
        .pluck()
        .all(table) as string[];
      const cells = columns.map((column) => (scopeColumns.includes(column) ? 'NULL' : column)).join(', ');
      const copy = `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${cells} FROM ${table} LIMIT 1`;
      expect(codeOf(db, copy)).toBe(refused);
    },
  );

  test('stay out of the way of what may change', async () => {
    const { db } = await openFilled();
    expect(codeOf(db, "UPDATE memory SET title = 'x', context_tenant_id = 'acme', context_created_by = 'ada'")).toBe(
      'done',
    );
    expect(codeOf(db, "UPDATE relationship SET strength = 0.1, tenant_id = 'acme'")).toBe('done');
  });
});

describe('what belongs to a tenant lies together', () => {
  test('a name of a table is made of a number of a tenant and of nothing else', () => {
    expect(textTable(7)).toBe('memory_text_7');
    for (const no of [0, -1, 1.5, Number.NaN, 2 ** 60]) expect(() => textTable(no)).toThrow(RangeError);
  });

  test('a log is read from a time on without a look at the next tenant’s, also behind a purge', async () => {
    const store = await openStore(join(makeFolder(), 'memory.db'), { multiTenant: true });
    const [kept, gone] = [ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 2 })];
    await store.write(ada, batchOf([creates(kept)], { at: day(1) }));
    await store.write(ada, batchOf([creates(gone), trashes(gone)], { at: day(5) }));
    await store.write(twin, batchOf([creates(ownedBy(twin, { id: 3 }))], { at: day(2) }));
    await store.write(ada, batchOf([{ op: 'purge_memory', id: gone.id }], { at: day(6) }));
    const since = (at: number): Promise<readonly unknown[]> =>
      store.changes(ada, { since: at, order: 'oldest_first', limit: 10 });
    expect(await since(day(1))).toHaveLength(1);
    expect(await since(day(2))).toEqual([]);
    const { seq } = await store.write(ada, batchOf([replaces(kept, { title: 'x' })], { at: day(3) }));
    expect(seq).toBe(4);
    expect(await since(day(5)), 'time does not go back behind what was purged').toHaveLength(1);
  });

  test('vectors of one tenant are read without those of another', async () => {
    const path = join(makeFolder(), 'memory.db');
    const store = await openStore(path, { multiTenant: true });
    for (const [index, scope] of [ada, twin, ada].entries()) {
      const id = memoryId(index + 1);
      const vector = Int8Array.of(1, index);
      await store.write(
        scope,
        batchOf([creates(ownedBy(scope, { id: index + 1 })), { op: 'set_vector', id, version: 1, model: 'm', vector }]),
      );
    }
    const db = openDatabase(Database, path, { readonly: true });
    const keys = db.prepare('SELECT pk >> 32, count(*) FROM memory_vector GROUP BY 1 ORDER BY 1').raw().all();
    expect(keys).toEqual([
      [1, 2],
      [2, 1],
    ]);
    db.close();
    expect(await store.countEmbedded(upkeep, { model: 'm', dimensions: 2 })).toBe(2);
  });
});
