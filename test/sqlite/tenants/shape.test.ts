import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../backends/sqlite/handles.ts';
import { multiTenantIndexes, multiTenantTables, namesIn } from '../../../backends/sqlite/multi-tenant-sql.ts';
import { singleTenantScope } from '../../../src/auth/policy.ts';
import type { Backend } from '../../../src/storage/store.ts';
import { expectRefusal } from '../../conformance/caller.ts';
import { ada, ownedBy, twin } from '../../conformance/tenants/people.ts';
import { batchOf, creates, makeMemory, wordsQuery } from '../../support/builders.ts';
import { makeFolder, makeStore } from '../place.ts';
import { namesOf, schemaOf } from './schema-dump.ts';

const multi = { multiTenant: true } as const;
const conditional = ['idx_memory_tenant', 'idx_memory_team', 'idx_memory_visibility', 'idx_memory_created_by'].concat(
  'idx_memory_tenant_visibility',
);

const makePath = (): string => join(makeFolder(), 'memory.db');

/** Opens it once in this mode and closes it, as a process that comes and goes. */
const visit = async (path: string, multiTenant: boolean): Promise<void> => {
  const store = await makeStore(path, { multiTenant });
  await store.open();
  await store.close();
};

const opened = async (path: string, multiTenant: boolean): Promise<Backend> => {
  const store = await makeStore(path, { multiTenant });
  onTestFinished(() => store.close());
  await store.open();
  return store;
};

describe('the schema', () => {
  test('has in single-tenant mode nothing of the other mode', async () => {
    const path = makePath();
    await visit(path, false);
    const names = schemaOf(path).map(([, name]) => name);
    expect(names).toContain('memory_created');
    const others = [...namesIn(multiTenantIndexes, 'INDEX'), 'audience', 'unscoped_text', 'memory_text_1'];
    expect(others.filter((name) => names.includes(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('idx_'))).toEqual([]);
    expect(namesOf(path, 'trigger')).toEqual([]);
  });

  test('has the five indexes in multi-tenant mode, and is not touched when it is opened again', async () => {
    const path = makePath();
    await visit(path, true);
    const before = schemaOf(path);
    expect(namesOf(path, 'index')).toEqual(expect.arrayContaining(conditional));
    expect(namesOf(path, 'table')).toEqual(expect.arrayContaining([...namesIn(multiTenantTables, 'TABLE')]));
    await visit(path, true);
    expect(schemaOf(path)).toEqual(before);
    const db = openDatabase(Database, path);
    expect(db.pragma('schema_version', { simple: true })).toBe(await versionAfterAnotherVisit(path));
    db.close();
  });

  test('is after both switches that of a store which was never switched', async () => {
    const [plain, switched] = [makePath(), makePath()];
    await visit(plain, false);
    await visit(switched, true);
    const store = await opened(switched, true);
    await store.write(ada, batchOf([creates(ownedBy(ada))]));
    await store.close();
    await visit(switched, false);
    expect(schemaOf(switched)).toEqual(schemaOf(plain));
  });
});

const versionAfterAnotherVisit = async (path: string): Promise<unknown> => {
  await visit(path, true);
  const db = openDatabase(Database, path, { readonly: true });
  const version = db.pragma('schema_version', { simple: true });
  db.close();
  return version;
};

describe('a switch', () => {
  test('is made once, however many open the store at the same moment', async () => {
    const path = makePath();
    const first = await opened(path, false);
    await first.write(singleTenantScope, batchOf([creates(makeMemory())]));
    await first.close();
    const handles = await Promise.all(Array.from({ length: 6 }, () => makeStore(path, multi)));
    await Promise.all(handles.map((handle) => handle.open()));
    await handles[0]?.write(ada, batchOf([creates(ownedBy(ada))]));
    for (const handle of handles) expect(await handle.countMemories(ada, {})).toBe(1);
    await Promise.all(handles.map((handle) => handle.close()));
  });

  test('to one tenant is refused where memories of two are, and leaves them as they were', async () => {
    const path = makePath();
    const store = await opened(path, true);
    for (const scope of [ada, twin]) await store.write(scope, batchOf([creates(ownedBy(scope))]));
    const before = schemaOf(path);
    await expectRefusal(visit(path, false), 'store_foreign');
    expect(schemaOf(path)).toEqual(before);
    expect(await store.search(ada, wordsQuery('memory'), {}, 10)).toHaveLength(1);
  });

  test('to one tenant is refused where one id is there with a tenant and without', async () => {
    const path = makePath();
    const single = await opened(path, false);
    await single.write(singleTenantScope, batchOf([creates(makeMemory({ id: 1 }))]));
    const store = await opened(path, true);
    await store.write(ada, batchOf([creates(ownedBy(ada, { id: 1 }))]));
    await expectRefusal(visit(path, false), 'store_foreign');
    expect(await store.countMemories(ada, {})).toBe(1);
  });

  test('needs the right to write', async () => {
    const path = makePath();
    await visit(path, false);
    const store = await makeStore(path, { ...multi, readOnly: true });
    await expectRefusal(store.open(), 'store_unwritable');
    await store.close();
  });
});

describe('a process that works on in the former mode', () => {
  const complaint = (store: Backend, error: unknown): unknown => store.translate(error) ?? error;
  const restart = { code: 'store_foreign', message: expect.stringContaining('MEMORY_MULTI_TENANT_MODE') };
  const failure = (answer: Promise<unknown>): Promise<unknown> =>
    answer.then(
      () => 'no error',
      (error: unknown) => error,
    );

  test('is told to restart when it searches or writes, from one tenant to many', async () => {
    const path = makePath();
    const stale = await opened(path, false);
    const memory = makeMemory();
    await stale.write(singleTenantScope, batchOf([creates(memory)]));
    await stale.search(singleTenantScope, wordsQuery('memory'), {}, 5);
    await visit(path, true);
    const search = await failure(stale.search(singleTenantScope, wordsQuery('memory'), {}, 5));
    expect(complaint(stale, search)).toMatchObject(restart);
    const write = await failure(stale.write(singleTenantScope, batchOf([creates(makeMemory({ id: 2 }))])));
    expect(complaint(stale, write)).toMatchObject(restart);
  });

  test('is told the same from many to one', async () => {
    const path = makePath();
    const stale = await opened(path, true);
    await stale.write(ada, batchOf([creates(ownedBy(ada))]));
    await stale.search(ada, wordsQuery('memory'), {}, 5);
    await visit(path, false);
    expect(complaint(stale, await failure(stale.search(ada, wordsQuery('memory'), {}, 5)))).toMatchObject(restart);
    const write = await failure(stale.write(ada, batchOf([creates(ownedBy(ada, { id: 2 }))])));
    expect(complaint(stale, write)).toMatchObject(restart);
  });
});
