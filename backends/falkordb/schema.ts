import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src/errors.ts';
import type { FalkorConnection } from './connection.ts';

/**
 * Only what is never empty and never begins or ends with a blank: an index of this server holds no empty text and drops those blanks, and
 * what is looked up in it is then not found.
 */
const indexed: Readonly<Record<string, readonly string[]>> = {
  Memory: ['key', 'created_at', 'updated_at'],
  Relationship: ['key', 'live_key', 'from_key', 'to_key'],
  Head: ['key'],
  Change: ['key', 'seq', 'entity_id', 'from_key', 'to_key'],
  State: ['key'],
  Audience: ['key'],
  Vector: ['key', 'memory_key'],
  Word: ['key'],
};

/** Elsewhere memory_tenant_index, memory_team_index, memory_visibility_index, memory_created_by_index, memory_version_index: here none has a name. */
const inMultiTenantMode = [
  'context_tenant_id',
  'context_team_id',
  'context_visibility',
  'context_created_by',
  'version',
] as const;

const statements = (multiTenant: boolean): readonly string[] => [
  ...Object.entries(indexed).flatMap(([label, properties]) =>
    properties.map((property) => `CREATE INDEX FOR (n:${label}) ON (n.${property})`),
  ),
  ...(multiTenant ? inMultiTenantMode : []).map((property) => `CREATE INDEX FOR (n:Memory) ON (n.${property})`),
  ...(multiTenant ? ['CREATE INDEX FOR (n:Carried) ON (n.key)'] : []),
  ...['Memory', 'Relationship'].map(
    (label) => `CALL db.idx.fulltext.createNodeIndex({label: '${label}', stopwords: []}, 'text')`,
  ),
];

/** What another process, or an earlier start, made already. */
const isThere = (error: unknown): boolean =>
  error instanceof Error && /already indexed|already exists|index configuration/i.test(error.message);

const unlessThere = async (make: () => Promise<unknown>): Promise<void> => {
  try {
    await make();
  } catch (error) {
    if (!isThere(error)) throw error;
  }
};

/**
 * Each makes what is not there yet. No constraint is made: the server (4.16.3) dies in checking one while a statement writes many nodes. Writers
 * of a graph take turns there, and each node of ours is made by MERGE on its key, so that no key comes twice.
 */
export const makeSchema = async (connection: FalkorConnection, graph: string, multiTenant: boolean): Promise<void> => {
  for (const text of statements(multiTenant)) {
    await unlessThere(() => connection.write(graph, { text, parameters: {} }));
  }
};

const readyMs = 60_000;
const pollMs = 25;
const operational = 'OPERATIONAL';

const statusText = 'CALL db.indexes() YIELD status RETURN status AS status';

/** An index that is being built finds nothing and says nothing. */
export const awaitIndexes = async (connection: FalkorConnection, graph: string): Promise<void> => {
  for (const deadline = performance.now() + readyMs; ; await delay(pollMs)) {
    const rows = await connection.read(graph, { text: statusText, parameters: {} });
    if (rows.every(({ status }) => status === operational)) return;
    if (performance.now() > deadline) {
      throw new AppError('store_busy', 'The server is still building its indexes. Try again in a moment.');
    }
  }
};
