import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../backends/sqlite/handles.ts';
import { dropOwnershipTriggers } from '../../../backends/sqlite/multi-tenant-sql.ts';
import { singleTenantScope } from '../../../src/auth/policy.ts';
import type { Finding } from '../../../src/storage/store.ts';
import { ada, isPrivate, linkedBy, ownedBy, twin } from '../../conformance/tenants/people.ts';
import { batchOf, creates, makeMemory, makeRelationship, memoryId, relates, trashes } from '../../support/builders.ts';
import { makeFolder, openStore } from '../place.ts';

const worst = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ severity }) => severity !== 'ok').map(({ severity, what }) => `${severity}: ${what}`);

const openFilled = async (path: string): ReturnType<typeof openStore> => {
  const store = await openStore(path, { multiTenant: true });
  const trashed = ownedBy(ada, { id: 4 });
  await store.write(
    ada,
    batchOf([
      creates(ownedBy(ada, { id: 1, tags: ['a'] })),
      creates(ownedBy(ada, { id: 2, context: isPrivate })),
      creates(ownedBy(ada, { id: 3, context: { visibility: 'team' } })),
      creates(trashed),
      relates(linkedBy(ada), 'because of it'),
      { op: 'set_vector', id: memoryId(1), version: 1, model: 'm', vector: Int8Array.of(1) },
    ]),
  );
  await store.write(ada, batchOf([trashes(trashed)]));
  await store.write(twin, batchOf([creates(ownedBy(twin, { id: 1 })), creates(ownedBy(twin, { id: 9 }))]));
  return store;
};

/** What is found after this was done to the file. */
const after = async (sql: string): Promise<readonly string[]> => {
  const path = join(makeFolder(), 'memory.db');
  const store = await openFilled(path);
  const db = openDatabase(Database, path);
  db.exec(dropOwnershipTriggers);
  db.exec(sql);
  db.close();
  return worst(await store.inspect());
};

test('nothing is wrong with a store in use', async () => {
  expect(worst(await (await openFilled(join(makeFolder(), 'memory.db'))).inspect())).toEqual([]);
});

test('rows that never got a tenant are told, with their number', async () => {
  const path = join(makeFolder(), 'memory.db');
  const single = await openStore(path);
  const memories = [1, 2].map((id) => creates(makeMemory({ id })));
  await single.write(singleTenantScope, batchOf([...memories, relates(makeRelationship())]));
  await single.close();
  expect(worst(await (await openStore(path, { multiTenant: true })).inspect())).toEqual([
    'warning: Memories without a tenant, which nobody reads: 2',
    'warning: Relationships without a tenant, which nobody reads: 1',
  ]);
});

test.each([
  [
    'a relationship into another tenant',
    "UPDATE relationship SET to_pk = (SELECT pk FROM memory WHERE context_tenant_id = 'rival' LIMIT 1)",
    ['error: Relationships that are not of the tenant of both their memories: 1'],
  ],
  [
    'tags and vectors of another tenant',
    "UPDATE memory_tag SET tenant_id = 'rival'; UPDATE memory_vector SET tenant_id = 'rival'",
    ['error: Tags and vectors that are not of the tenant of their memory: 2'],
  ],
  [
    'a counter that is wrong',
    "UPDATE audience SET memories = memories + 1 WHERE audience = 'public' AND tenant_id = 'acme'",
    ['error: Audiences whose memories or words are counted wrong: 2'],
  ],
  [
    'words that are missing',
    'DELETE FROM memory_text_1 WHERE rowid = (SELECT min(rowid) FROM memory_text_1)',
    [
      'error: Memories that the text index misses or should not hold: 1',
      'error: Audiences whose memories or words are counted wrong: 1',
    ],
  ],
  [
    'words of readers that a memory had before',
    "UPDATE memory SET context_visibility = 'public' WHERE context_visibility = 'private'",
    ['error: Memories that the text index misses or should not hold: 2'],
  ],
  [
    'a line in the log of another tenant',
    "UPDATE change_log SET tenant_id = 'rival' WHERE seq = (SELECT min(seq) FROM change_log)",
    ['error: Lines of the change log that are numbered in the log of another tenant: 1'],
  ],
])('%s is found', async (_, sql, expected) => {
  expect(await after(sql)).toEqual(expect.arrayContaining(expected));
});
