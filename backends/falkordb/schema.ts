import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src/errors.ts';
import type { FalkorConnection } from './connection.ts';

/** Only what is never empty: an index of this server does not hold an empty text, and what is looked up in it is then not found. */
const indexed: Readonly<Record<string, readonly string[]>> = {
  Memory: ['key', 'created_at', 'updated_at'],
  Relationship: ['key', 'live_key', 'from_key', 'to_key'],
  Head: ['key'],
  Change: ['key', 'seq', 'entity_id', 'from_key', 'to_key'],
  State: ['key'],
  Audience: ['key'],
  Vector: ['key', 'memory_key', 'model'],
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

/** Each makes what is not there yet; a constraint needs its index first. */
export const makeSchema = async (connection: FalkorConnection, graph: string, multiTenant: boolean): Promise<void> => {
  for (const text of statements(multiTenant)) {
    await unlessThere(() => connection.write(graph, { text, parameters: {} }));
  }
  // Of live keys none is made: one statement may take such a key from one relationship and give it to another.
  for (const label of Object.keys(indexed)) {
    const words = ['CREATE', graph, 'UNIQUE', 'NODE', label, 'PROPERTIES', '1', 'key'];
    await unlessThere(() => connection.command('GRAPH.CONSTRAINT', ...words));
  }
};

const readyMs = 60_000;
const pollMs = 25;
const operational = 'OPERATIONAL';

const statusOf = async (connection: FalkorConnection, graph: string, procedure: string): Promise<readonly string[]> => {
  const text = `CALL ${procedure}() YIELD status RETURN status AS status`;
  return (await connection.read(graph, { text, parameters: {} })).map(({ status }) => String(status));
};

/** An index that is being built finds nothing and says nothing. Throws `store_corrupt` where keys are not unique. */
export const awaitIndexes = async (connection: FalkorConnection, graph: string): Promise<void> => {
  for (const deadline = performance.now() + readyMs; ; await delay(pollMs)) {
    const states = [
      ...(await statusOf(connection, graph, 'db.indexes')),
      ...(await statusOf(connection, graph, 'db.constraints')),
    ];
    if (states.some((state) => state === 'FAILED')) {
      throw new AppError('store_corrupt', 'The graph holds records of the same key. Restore it from a backup.');
    }
    if (states.every((state) => state === operational)) return;
    if (performance.now() > deadline) {
      throw new AppError('store_busy', 'The server is still building its indexes. Try again in a moment.');
    }
  }
};
