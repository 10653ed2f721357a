import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../../backends/sqlite/connection.ts';
import { openDatabase } from '../../../backends/sqlite/handles.ts';
import { dropOwnershipTriggers, ownershipTriggers } from '../../../backends/sqlite/multi-tenant-sql.ts';
import { settle } from '../../../backends/sqlite/settle.ts';
import { maintenanceScope, singleTenantScope } from '../../../src/auth/policy.ts';
import type { TenantScope } from '../../../src/domain/scope.ts';
import type { SearchHit } from '../../../src/storage/query.ts';
import type { Backend } from '../../../src/storage/store.ts';
import { quantise } from '../../../src/storage/vector.ts';
import { ada, bob, isPrivate, linkedBy, ownedBy } from '../../conformance/tenants/people.ts';
import {
  batchOf,
  creates,
  day,
  makeDocument,
  makeMemory,
  makeRelationship,
  memoryId,
  nextVersion,
  relates,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../../support/builders.ts';
import { makeFolder, makeStore } from '../place.ts';

const upkeep = maintenanceScope(ada.tenant);
const model = 'm';
const vector = quantise([1, 2, 3]);

const open = async (path: string, multiTenant: boolean): Promise<Backend> => {
  const store = await makeStore(path, { multiTenant });
  onTestFinished(() => store.close());
  await store.open();
  return store;
};

const memories = [
  ownedBy(ada, { id: 1, title: 'one', tags: ['a', 'b'] }),
  ownedBy(ada, { id: 2, title: 'two', tags: ['b'], context: { visibility: 'team' } }),
  ownedBy(ada, { id: 3, title: 'three', context: { visibility: 'project' } }),
  ownedBy(ada, { id: 4, title: 'four', context: isPrivate }),
  ownedBy(ada, { id: 5, title: 'five' }),
];

/** Two of these words in ever other proportions, so that no two memories score the same. */
const documentOf = (id: number): ReturnType<typeof makeDocument> =>
  makeDocument({ title: 'loop', content: `${'login '.repeat(id)}${'filler '.repeat(2 * id)}x${id}` });

const fill = async (store: Backend): Promise<void> => {
  const edge = linkedBy(ada, { id: 1, from: 1, to: 2 });
  await store.write(
    ada,
    batchOf([
      ...memories.map((memory, index) => creates(memory, documentOf(index + 1))),
      relates(edge, 'because of login'),
      relates(linkedBy(ada, { id: 2, from: 3, to: 4, type: 'SOLVES' }), 'login again'),
      { op: 'set_vector', id: memoryId(1), version: 1, model, vector },
      { op: 'remember_key', key: 'k', record: { fingerprint: 'f', answer: { a: 1 }, at: day(1) } },
      { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
      { op: 'set_index_state', state: { version: 7, through: null } },
    ]),
  );
  await store.write(
    ada,
    batchOf([reshapes(edge, { strength: 0.9 }), trashes(memories[4] ?? makeMemory())], { at: day(3) }),
  );
};

const ranking = (hits: readonly SearchHit[]): readonly string[] =>
  hits.map(({ memory, score }) => `${memory.id} ${score.toPrecision(9)}`);

/** Everything that a switch could lose, as this scope sees it. */
const portrait = async (store: Backend, scope: TenantScope): Promise<unknown> => ({
  memories: await store.listMemories(scope, {
    filter: { state: 'any' },
    sort: { field: 'created_at', direction: 'asc' },
    limit: 100,
  }),
  relationships: await store.relationships(scope, { state: 'any', withTrashedEnds: true, limit: 100 }),
  reasons: (await store.searchRelationships(scope, wordsQuery('login'), null, 10)).map(({ id }) => id),
  found: ranking(await store.search(scope, wordsQuery('login loop', 'any'), {}, 10)),
  tagged: ranking(await store.search(scope, wordsQuery('loop'), { tags: { values: ['b'], mode: 'any' } }, 10)),
  near: ranking(await store.nearest(scope, { model, vector }, {}, 10)),
  words: await store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 100, limit: 100 }),
  statistics: await store.statistics(scope, 10),
  guard: await store.guardRevision(scope, 'acyclic_graph'),
  indexState: await store.indexState(scope),
});

const logOf = async (store: Backend, scope: TenantScope): Promise<unknown> =>
  store.changes(scope, { order: 'oldest_first', limit: 100 });

const withoutNumbers = (changes: unknown): unknown =>
  (changes as readonly object[]).map((change) => ({ ...change, seq: null }));

test('off and on again over a store with data loses nothing, and no ranking changes', async () => {
  const path = join(makeFolder(), 'memory.db');
  const first = await open(path, true);
  await fill(first);
  const [whole, own, others] = [await portrait(first, upkeep), await portrait(first, ada), await portrait(first, bob)];
  const [log, key] = [await logOf(first, ada), await first.idempotencyRecord(ada, 'k')];
  await first.close();

  const single = await open(path, false);
  expect(await portrait(single, singleTenantScope)).toEqual(whole);
  expect(withoutNumbers(await logOf(single, singleTenantScope))).toEqual(withoutNumbers(log));
  expect(await single.idempotencyRecord(singleTenantScope, 'k')).toEqual(key);
  expect((await single.inspect()).filter(({ severity }) => severity === 'error')).toEqual([]);
  await single.close();

  const second = await open(path, true);
  expect(await portrait(second, ada)).toEqual(own);
  expect(await portrait(second, bob)).toEqual(others);
  expect(await logOf(second, ada)).toEqual(log);
  expect(await second.idempotencyRecord(ada, 'k')).toEqual(key);
  expect((await second.inspect()).filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('what was written in between is there, and numbers of the log go on', async () => {
  const path = join(makeFolder(), 'memory.db');
  const first = await open(path, true);
  const memory = ownedBy(ada, { id: 1 });
  const { seq } = await first.write(ada, batchOf([creates(memory)], { at: day(1) }));
  await first.close();

  const single = await open(path, false);
  await single.write(
    singleTenantScope,
    batchOf([replaces(memory, { title: 'renamed' }, 'updated', makeDocument({ title: 'renamed' }))], { at: day(2) }),
  );
  await single.write(singleTenantScope, batchOf([creates(makeMemory({ id: 2, title: 'stray' }))], { at: day(3) }));
  await single.close();

  const second = await open(path, true);
  expect(await second.search(ada, wordsQuery('renamed'), {}, 10)).toHaveLength(1);
  expect(await second.search(ada, wordsQuery('memory'), {}, 10)).toEqual([]);
  expect(await second.search(upkeep, wordsQuery('stray'), {}, 10)).toEqual([]);
  const changes = await second.changes(ada, { order: 'oldest_first', limit: 10 });
  expect(changes.map(({ kind }) => kind)).toEqual(['created', 'updated']);
  expect(changes[1]?.seq).toBeGreaterThan(seq);
  const renamed = nextVersion(memory, { title: 'renamed' });
  const next = await second.write(ada, batchOf([replaces(renamed, { title: 'again' })], { at: day(4) }));
  expect(next.seq).toBeGreaterThan(changes[1]?.seq ?? Number.POSITIVE_INFINITY);
  await second.close();

  const last = await open(path, false);
  expect(await last.search(singleTenantScope, wordsQuery('stray'), {}, 10)).toHaveLength(1);
  expect(await last.search(singleTenantScope, wordsQuery('again'), {}, 10)).toHaveLength(1);
  const all = await last.changes(singleTenantScope, { order: 'oldest_first', limit: 10 });
  expect(all.map(({ seq: number }) => number)).toEqual(all.map(({ seq: number }) => number).toSorted((a, b) => a - b));
  expect(await last.changes(singleTenantScope, { since: day(3), order: 'oldest_first', limit: 10 })).toHaveLength(2);
});

test('rows without a tenant keep their words for the way back', async () => {
  const path = join(makeFolder(), 'memory.db');
  const single = await open(path, false);
  await single.write(singleTenantScope, batchOf([1, 2, 3].map((id) => creates(makeMemory({ id }), documentOf(id)))));
  const before = await portrait(single, singleTenantScope);
  await single.close();

  const multi = await open(path, true);
  expect(await multi.search(upkeep, wordsQuery('login'), {}, 10)).toEqual([]);
  expect(await multi.vocabulary(upkeep, { prefix: '', minLength: 1, maxLength: 100, limit: 100 })).toEqual([]);
  await multi.close();

  expect(await portrait(await open(path, false), singleTenantScope)).toEqual(before);
});

test('rows that are given a tenant bring their words, tags, vectors and history along, under the numbers they had', async () => {
  const path = join(makeFolder(), 'memory.db');
  const single = await open(path, false);
  const [one, two] = [makeMemory({ id: 1, tags: ['a'] }), makeMemory({ id: 2 })];
  await single.write(
    singleTenantScope,
    batchOf([
      creates(one, documentOf(1)),
      creates(two, documentOf(2)),
      relates(makeRelationship(), 'login reason'),
      { op: 'set_vector', id: one.id, version: 1, model, vector },
      { op: 'set_index_state', state: { version: 7, through: null } },
    ]),
  );
  const before = await single.changes(singleTenantScope, { order: 'oldest_first', limit: 10 });
  await single.close();
  const store = await open(path, true);

  const connection = new Connection(openDatabase(Database, path));
  connection.write(() => {
    connection.db.exec(dropOwnershipTriggers);
    connection.db.exec("UPDATE memory SET context_tenant_id = 'acme', context_visibility = 'public'");
    connection.db.exec("UPDATE relationship SET tenant_id = 'acme'");
    settle(connection);
    connection.db.exec(ownershipTriggers);
  });
  connection.db.close();

  expect(ranking(await store.search(bob, wordsQuery('login'), {}, 10)).map((line) => line.slice(0, 8))).toEqual([
    two.id.slice(0, 8),
    one.id.slice(0, 8),
  ]);
  expect(await store.search(bob, wordsQuery('loop'), { tags: { values: ['a'], mode: 'any' } }, 10)).toHaveLength(1);
  expect(await store.searchRelationships(bob, wordsQuery('reason'), null, 10)).toHaveLength(1);
  expect(await store.nearest(bob, { model, vector }, {}, 10)).toHaveLength(1);
  expect(await store.indexState(bob)).toEqual({ version: 7, through: null });
  expect(await store.changes(bob, { order: 'oldest_first', limit: 10 })).toEqual(before);
  expect((await store.inspect()).filter(({ severity }) => severity !== 'ok')).toEqual([]);
});

test('numbers that a purge took away in one mode are not given again in the other', async () => {
  const path = join(makeFolder(), 'memory.db');
  const first = await open(path, true);
  const [kept, gone] = [ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 2 })];
  await first.write(ada, batchOf([creates(kept), creates(gone)]));
  const { seq } = await first.write(ada, batchOf([trashes(gone)]));
  await first.write(ada, batchOf([{ op: 'purge_memory', id: gone.id }]));
  await first.close();
  await (await open(path, false)).close();
  const second = await open(path, true);
  const next = await second.write(ada, batchOf([replaces(kept, { title: 'later' })]));
  expect(next.seq).toBeGreaterThan(seq);
});
