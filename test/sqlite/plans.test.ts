import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { changeListing } from '../../backends/sqlite/change-log.ts';
import { Connection } from '../../backends/sqlite/connection.ts';
import { openDatabase } from '../../backends/sqlite/handles.ts';
import { idsByPrefixSql, listing, memoriesSql } from '../../backends/sqlite/memories.ts';
import { indexTouchingSql } from '../../backends/sqlite/relationship-text.ts';
import { linksSql, relationshipListing } from '../../backends/sqlite/relationships.ts';
import { hopsSql } from '../../backends/sqlite/traverse.ts';
import { termSql, termsFromSql } from '../../backends/sqlite/vocabulary.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import type { ChangeQuery, MemoryListing } from '../../src/storage/query.ts';
import { memoryId } from '../support/builders.ts';
import { makeFolder, openStore } from './place.ts';

const connect = async (): Promise<Connection> => {
  const path = join(makeFolder(), 'memory.db');
  await openStore(path);
  return new Connection(openDatabase(Database, path));
};

const planOf = (connection: Connection, sql: string): string[] => {
  const parameters = Array.from(sql.matchAll(/\?/g), () => '0');
  return connection
    .rows<[number, number, number, string]>(`EXPLAIN QUERY PLAN ${sql}`, parameters)
    .map(([, , , detail]) => detail);
};

/** Reading a whole table of the store, as opposed to a parameter list or a prepared intermediate result. */
const scans = (plan: readonly string[]): string[] =>
  plan.filter((step) => /^SCAN (?!json_each|\(subquery|CONSTANT ROW)/.test(step) && !step.includes('USING INDEX'));

const list = (part: Partial<MemoryListing>): string =>
  listing(scope, { filter: {}, sort: { field: 'created_at', direction: 'desc' }, limit: 10, ...part }).sql;

const newest = { field: 'created_at', direction: 'desc' } as const;
const after = { value: 0, id: memoryId(1) };

describe('the real statements', () => {
  test.each([
    ['memories by id', memoriesSql(scope), 'memory_id'],
    ['ids by prefix', idsByPrefixSql(scope), 'memory_id'],
    ['newest first', list({}), 'memory_created'],
    ['oldest first', list({ sort: { field: 'created_at', direction: 'asc' } }), 'memory_created'],
    ['the page after a key', list({ sort: newest, after }), 'memory_created'],
    ['last changed first', list({ sort: { field: 'updated_at', direction: 'desc' } }), 'memory_updated'],
    ['of one type', list({ filter: { types: ['problem'] } }), 'memory_type'],
    ['of one project', list({ filter: { projects: ['p'] } }), 'memory_project'],
    ['with a tag', list({ filter: { tags: { values: ['t'], mode: 'any' } } }), 'INTEGER PRIMARY KEY'],
    [
      'in the trash',
      list({ filter: { state: 'trashed' }, sort: { field: 'updated_at', direction: 'desc' } }),
      'memory_trash',
    ],
    ['unresolved', list({ filter: { types: ['problem'], notRelatedBy: ['SOLVES'] } }), 'relationship_in'],
    ['onward', hopsSql(scope, true, false, 0), 'relationship_out'],
    ['back by some types', hopsSql(scope, false, false, 3), 'relationship_in'],
    ['back by symmetric types only', hopsSql(scope, false, true, 0), 'relationship_in_symmetric'],
    ['relationships of memories', relationshipListing(scope, { of: [memoryId(1)], limit: 10 }).sql, 'relationship_out'],
    [
      'their past as well',
      relationshipListing(scope, { of: [memoryId(1)], state: 'any', direction: 'incoming', limit: 10 }).sql,
      'relationship_in',
    ],
    ['links among memories, pair by pair', linksSql(scope), 'relationship_live (from_pk=? AND to_pk=?)'],
    ['relationships into the text index and out of it', indexTouchingSql(null), 'relationship_in'],
    ['relationships by id', relationshipListing(scope, { ids: [], limit: 10 }).sql, 'relationship_id'],
  ])('%s: found through an index', async (_, sql, index) => {
    const plan = planOf(await connect(), sql);
    expect(plan.join('\n')).toContain(index);
    expect(scans(plan)).toEqual([]);
  });

  test('changes are found by record, and by time without a table scan', async () => {
    const connection = await connect();
    const of = (query: ChangeQuery): string => changeListing(connection, scope, null, query).sql;
    const page = { order: 'newest_first', limit: 10 } as const;
    expect(planOf(connection, of({ ...page, ids: ['x'] })).join()).toContain('change_log_entity');
    expect(planOf(connection, of({ ...page, since: 5 })).join()).toContain('INTEGER PRIMARY KEY (rowid>?)');
  });

  test('words are sought in the text index, not read through', async () => {
    const connection = await connect();
    const plan = (sql: string): string => planOf(connection, sql).join();
    expect(plan(termSql(null))).not.toBe(plan('SELECT doc FROM memory_term'));
    expect(plan(termsFromSql(null))).not.toBe(plan('SELECT term, doc FROM memory_term'));
    expect(plan('SELECT doc FROM memory_term WHERE +term = ?')).toBe(plan('SELECT doc, term FROM memory_term'));
  });

  test('a page in index order is not sorted, nor are the relationships of a hub', async () => {
    const connection = await connect();
    for (const sql of [
      list({}),
      list({ sort: newest, after }),
      hopsSql(scope, true, false, 0),
      hopsSql(scope, false, true, 2),
    ]) {
      expect(planOf(connection, sql).join()).not.toContain('TEMP B-TREE');
    }
  });

  test('the check sees it when an index is missing', async () => {
    const connection = await connect();
    const indexes = ['memory_created', 'memory_updated', 'memory_type', 'memory_project'].concat([
      'relationship_out',
      'relationship_out_symmetric',
      'relationship_live',
    ]);
    for (const index of indexes) connection.db.exec(`DROP INDEX ${index}`);
    expect(scans(planOf(connection, list({})))).toEqual(['SCAN m']);
    expect(planOf(connection, list({})).join()).toContain('TEMP B-TREE');
    const hops = planOf(connection, hopsSql(scope, true, false, 0)).join();
    expect(hops).toContain('TEMP B-TREE');
    expect(hops).not.toContain('SEARCH r USING INDEX');
  });
});
