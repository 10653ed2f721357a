import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { changeListing } from '../../../backends/sqlite/change-log.ts';
import { Connection } from '../../../backends/sqlite/connection.ts';
import { openDatabase } from '../../../backends/sqlite/handles.ts';
import { scopedRecordSql } from '../../../backends/sqlite/idempotency.ts';
import { countQuery, idsByPrefixSql, listing, memoriesSql } from '../../../backends/sqlite/memories.ts';
import { linksSql, relationshipListing } from '../../../backends/sqlite/relationships.ts';
import { facetQuery, relationshipTypesQuery, totalsQuery } from '../../../backends/sqlite/summaries.ts';
import { countSql, scopedCountsSql } from '../../../backends/sqlite/tenants.ts';
import { hopsSql } from '../../../backends/sqlite/traverse.ts';
import { partTermSql } from '../../../backends/sqlite/vocabulary.ts';
import type { ChangeQuery, MemoryListing } from '../../../src/storage/query.ts';
import { ada, ownedBy, upkeep } from '../../conformance/tenants/people.ts';
import { batchOf, creates, memoryId } from '../../support/builders.ts';
import { makeFolder, openStore } from '../place.ts';

const connect = async (): Promise<Connection> => {
  const path = join(makeFolder(), 'memory.db');
  const store = await openStore(path, { multiTenant: true });
  await store.write(ada, batchOf([creates(ownedBy(ada))]));
  return new Connection(openDatabase(Database, path));
};

const planOf = (connection: Connection, sql: string): readonly string[] =>
  connection
    .rows<[number, number, number, string]>(
      `EXPLAIN QUERY PLAN ${sql}`,
      Array.from(sql.matchAll(/\?/g), () => '0'),
    )
    .map(([, , , detail]) => detail);

/** Steps that go through a table of the store, as opposed to a list, a subquery or a text index. */
const steps = (plan: readonly string[]): readonly string[] =>
  plan.filter(
    (step) => /^(?:SEARCH|SCAN) (?!json_each|\(subquery|seen|CONSTANT)/.test(step) && !step.includes('VIRTUAL'),
  );

const indexOf = (step: string): string => /USING (?:COVERING )?INDEX (\w+)/.exec(step)?.[1] ?? '';

const beginsWithTenant = (connection: Connection, step: string): boolean => {
  const [column] =
    connection.row<[string]>('SELECT name FROM pragma_index_info(?) WHERE seqno = 0', [indexOf(step)]) ?? [];
  return /USING PRIMARY KEY \(tenant_id=/.test(step) || column === 'context_tenant_id' || column === 'tenant_id';
};

const newest = { field: 'created_at', direction: 'desc' } as const;
const list = (part: Partial<MemoryListing>): string =>
  listing(ada, { filter: {}, sort: newest, limit: 10, ...part }).sql;
const changes = (connection: Connection, query: Partial<ChangeQuery>): string =>
  changeListing(connection, ada, 1, { order: 'newest_first', limit: 10, ...query }).sql;

describe('a query in scope begins with the tenant', () => {
  test.each([
    ['memories by id', memoriesSql(ada), 'memory_tenant_id'],
    ['ids by prefix', idsByPrefixSql(ada), 'memory_tenant_id'],
    ['newest first', list({}), 'idx_memory_tenant'],
    ['oldest first', list({ sort: { field: 'created_at', direction: 'asc' } }), 'idx_memory_tenant'],
    ['the page after a key', list({ after: { value: 0, id: memoryId(1) } }), 'idx_memory_tenant'],
    ['of one type', list({ filter: { types: ['problem'] } }), 'idx_memory_tenant'],
    ['of one project', list({ filter: { projects: ['p'] } }), 'idx_memory_tenant'],
    ['last changed first', list({ sort: { field: 'updated_at', direction: 'desc' } }), 'memory_tenant_updated'],
    [
      'in the trash',
      list({ filter: { state: 'trashed' }, sort: { field: 'updated_at', direction: 'desc' } }),
      'memory_tenant_trash',
    ],
    ['the count for upkeep', countQuery(upkeep, {}).sql, 'idx_memory_tenant'],
    ['all relationships', relationshipListing(ada, { limit: 10 }).sql, 'relationship_tenant_id'],
    ['relationships by id', relationshipListing(ada, { ids: [], limit: 10 }).sql, 'relationship_tenant_id'],
    ['links among memories', linksSql(ada), 'memory_tenant_id'],
    ['an idempotency key', scopedRecordSql, 'idempotency_key_owner'],
    ['how many memories each tenant has', scopedCountsSql, 'memory_tenant_id'],
  ])('%s', async (_, sql, index) => {
    const connection = await connect();
    const [first = ''] = steps(planOf(connection, sql));
    expect(indexOf(first)).toBe(index);
    expect(beginsWithTenant(connection, first)).toBe(true);
  });

  test.each([
    ['a count', countQuery(ada, {}).sql],
    ['totals', totalsQuery(ada).sql],
    ['types', facetQuery(ada, 'types').sql],
    ['projects', facetQuery(ada, 'projects').sql],
    ['relationships by type', relationshipTypesQuery(ada).sql],
  ])('%s goes clause by clause through the indexes of visibilities', async (_, sql) => {
    const connection = await connect();
    const plan = steps(planOf(connection, sql)).filter((step) => !/ r USING/.test(step));
    const clauses = [
      'idx_memory_visibility',
      'idx_memory_team',
      'idx_memory_tenant_visibility',
      'idx_memory_created_by',
    ];
    expect(plan.slice(0, 4).map(indexOf).toSorted()).toEqual(clauses.toSorted());
    expect(plan.filter((step) => !beginsWithTenant(connection, step))).toEqual([]);
  });

  test('tags are those of the tenant, and what has a tag is found by its key', async () => {
    const connection = await connect();
    expect(steps(planOf(connection, facetQuery(ada, 'tags').sql))[0]).toContain(
      'memory_tag USING PRIMARY KEY (tenant_id=?)',
    );
    const plan = planOf(connection, list({ filter: { tags: { values: ['t'], mode: 'any' } } })).join('\n');
    expect(plan).toContain('SEARCH m USING INTEGER PRIMARY KEY');
    expect(plan).toContain('memory_tag USING PRIMARY KEY (tenant_id=? AND tag=?)');
  });

  test('a page in the order of an index is not sorted', async () => {
    const connection = await connect();
    for (const sql of [list({}), list({ after: { value: 0, id: memoryId(1) } }), hopsSql(ada, true, false, 0)]) {
      expect(planOf(connection, sql).join()).not.toContain('TEMP B-TREE');
    }
  });
});

describe('keys that begin with the number of the tenant', () => {
  test('the log is read from one key to another, and by record through the tenant', async () => {
    const connection = await connect();
    expect(steps(planOf(connection, changes(connection, {})))[0]).toBe(
      'SEARCH change_log USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
    );
    const [byRecord = ''] = steps(planOf(connection, changes(connection, { ids: ['x'] })));
    expect(beginsWithTenant(connection, byRecord)).toBe(true);
  });

  test('words are sought in the text of the tenant alone', async () => {
    const connection = await connect();
    expect(planOf(connection, partTermSql(1)).join()).toMatch(/SCAN memory_text_1 VIRTUAL TABLE INDEX \d+:M/);
  });
});

describe('a walk', () => {
  test.each([
    ['onward', hopsSql(ada, true, false, 0), 'relationship_tenant_out'],
    ['back by some types', hopsSql(ada, false, false, 3), 'relationship_tenant_in'],
    ['back by symmetric types only', hopsSql(ada, false, true, 0), 'relationship_tenant_in_symmetric'],
    ['from some memories', relationshipListing(ada, { of: [memoryId(1)], limit: 10 }).sql, 'relationship_tenant_out'],
  ])('%s begins at its memory, whose key is the tenant’s', async (_, sql, index) => {
    const connection = await connect();
    const plan = planOf(connection, sql);
    expect(plan.map(indexOf)).toContain(index);
    expect(steps(plan).filter((step) => step.startsWith('SCAN'))).toEqual([]);
  });
});

describe('the check', () => {
  test('sees a statement that does not begin with the tenant', async () => {
    const connection = await connect();
    connection.db.exec('CREATE INDEX by_title ON memory (title)');
    const [step = ''] = steps(planOf(connection, 'SELECT pk FROM memory WHERE title = ?'));
    expect(indexOf(step)).toBe('by_title');
    expect(beginsWithTenant(connection, step)).toBe(false);
    expect(steps(planOf(connection, countSql)).some((each) => each.startsWith('SCAN memory'))).toBe(true);
  });

  test('sees it when an index is missing', async () => {
    const connection = await connect();
    for (const index of ['idx_memory_tenant', 'memory_tenant_updated']) connection.db.exec(`DROP INDEX ${index}`);
    expect(planOf(connection, list({})).join()).toContain('TEMP B-TREE');
    connection.db.exec('DROP INDEX idx_memory_team');
    expect(() => planOf(connection, countQuery(ada, {}).sql)).toThrow('idx_memory_team');
  });
});
