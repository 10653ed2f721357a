import type { TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { MigrationStatus } from '../../src/storage/migration.ts';
import type { Change } from '../../src/storage/query.ts';
import type { Backend } from '../../src/storage/store.ts';

const sort = { field: 'created_at', direction: 'asc' } as const;
const everything = { state: 'any', withTrashedEnds: true, limit: 100_000 } as const;
const query = { groups: [[{ text: 'memory', prefix: false }]], mode: 'any' } as const;

/** All that a scope reads of a store, and what it finds. */
export const dumpOf = async (store: Backend, scope: TenantScope) => ({
  memories: await store.listMemories(scope, { filter: { state: 'any' }, sort, limit: 100_000 }),
  relationships: await store.relationships(scope, everything),
  log: (await store.changes(scope, { order: 'oldest_first', limit: 100_000 })).map(
    ({ seq: _, ...change }) => change as Omit<Change, 'seq'>,
  ),
  found: (await store.search(scope, query, {}, 20)).map(({ memory, score }) => [memory.id, score.toFixed(6)]),
});

export type Dump = Awaited<ReturnType<typeof dumpOf>>;

/** The same without whose it is. */
export const withoutOwner = ({ memories, relationships, log, found }: Dump): Dump => ({
  memories: memories.map(
    (memory): Memory => ({ ...memory, context: { ...memory.context, tenantId: null, teamId: null, visibility: null } }),
  ),
  relationships: relationships.map((relationship) => ({ ...relationship, tenantId: null as TenantId | null })),
  log,
  found,
});

export const statusOf = async (store: Backend): Promise<MigrationStatus> => {
  const migration = store.migration?.();
  if (migration === undefined) throw new Error('the store cannot be migrated');
  await migration.open(true);
  try {
    return await migration.status();
  } finally {
    await migration.close();
  }
};

/** What a person would do with the shell of the database, on what has no tenant or on the part of a tenant. */
export const cypher = async (
  settings: Readonly<Record<string, string>>,
  tenant: string | null,
  text: string,
): Promise<void> => {
  const of = (what: string): string => Object.entries(settings).find(([name]) => name.endsWith(`_${what}`))?.[1] ?? '';
  const [uri, user, password, graph] = ['URI', 'USER', 'PASSWORD', 'GRAPH'].map(of) as [string, string, string, string];
  if (graph !== '') {
    const { FalkorDB } = await import('falkordb');
    const client = await FalkorDB.connect({ url: uri.replace(/^redis/, 'falkor'), username: user, password });
    await client.selectGraph(tenant === null ? graph : `${graph}:${tenant}`).query(text);
    await client.close();
    return;
  }
  const { default: library } = await import('neo4j-driver');
  const driver = library.driver(uri, library.auth.basic(user, password));
  await driver.executeQuery(text);
  await driver.close();
};
