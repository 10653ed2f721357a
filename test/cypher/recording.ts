import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import { CypherMigration } from '../../backends/cypher/scope/store.ts';
import { CypherStore } from '../../backends/cypher/store.ts';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { quantise } from '../../src/storage/vector.ts';
import {
  batchOf,
  creates,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  relationshipId,
  replaces,
  trashes,
  wordsQuery,
} from '../support/builders.ts';

export interface Recorded {
  readonly call: string;
  readonly mode: 'read' | 'write';
  readonly statement: Statement;
}

/** The same dialect; what is asked of it is written down. */
export const recording = (dialect: Dialect, into: (mode: 'read' | 'write', statement: Statement) => void): Dialect => {
  const { partOf } = dialect;
  return {
    ...dialect,
    read: (statement) => {
      into('read', statement);
      return dialect.read(statement);
    },
    write: (statement) => {
      into('write', statement);
      return dialect.write(statement);
    },
    ...(partOf === undefined ? {} : { partOf: (tenant) => recording(partOf(tenant), into) }),
  };
};

type Owned = Parameters<typeof makeMemory>[0];

/** Where a store keeps several tenants together, these find by an index what the caller may read. */
const inScope = (store: CypherStore, scope: TenantScope): Readonly<Record<string, () => Promise<unknown>>> => ({
  list: () => store.listMemories(scope, { filter: {}, sort: { field: 'created_at', direction: 'desc' }, limit: 5 }),
  count: () => store.countMemories(scope, {}),
});

const untilDone = async (step: () => Promise<{ readonly done: boolean }>): Promise<void> => {
  while (!(await step()).done);
};

/** Moves what has no tenant to a tenant by an open dialect, and back. */
const migrateThereAndBack = async (dialect: Dialect, tenant: TenantId): Promise<void> => {
  const bare = new CypherStore(dialect, false);
  const memories = [7, 8].map((id) => makeMemory({ id }));
  const link = makeRelationship({ id: 7, from: 7, to: 8 });
  await bare.write(singleTenantScope, batchOf([...memories.map((memory) => creates(memory)), relates(link)]));
  const migration = new CypherMigration(() => dialect);
  const { lease } = await migration.acquire('me', 1, 9, () => true);
  const assignment = { tenant, visibility: 'team', team: '_everyone', force: false, teamOf: null } as const;
  const none = { memory: 0, relationship: 0, change: 0, key: 0 };
  const baseline = { dump: '', counts: none, unscoped: none };
  const run = await migration.begin(lease.fence, { assignment, plan: '', baseline, startedAt: 1 });
  const hold = { fence: lease.fence, run, until: 9 };
  await migration.advance(hold, 'planned', 'backed_up', 1);
  await migration.expand(hold);
  await untilDone(() => migration.backfill(hold, 5));
  for (const kind of ['memory', 'relationship', 'change'] as const) await migration.rows(kind, tenant, null, 5);
  await migration.arrivals(run);
  await migration.contract(hold);
  await untilDone(() => migration.undo(hold, 5));
};

/** Calls of the contract that have to find what they want by an index, on a small store. */
export const playIndexed = async (
  dialect: Dialect,
  scope: TenantScope,
  owned: (memory: Owned) => ReturnType<typeof makeMemory> = makeMemory,
  linked: typeof makeRelationship = makeRelationship,
): Promise<readonly Recorded[]> => {
  const recorded: Recorded[] = [];
  let call = 'open';
  const noting = recording(dialect, (mode, statement) => recorded.push({ call, mode, statement }));
  const store = new CypherStore(noting, scope.tenant !== null);
  await store.open();
  const [one, two, three] = [1, 2, 3].map((id) => owned({ id, tags: ['t'], context: { projectPath: '/shop' } }));
  if (one === undefined || two === undefined || three === undefined) throw new RangeError('three memories');
  const link = linked({ id: 1, from: 1, to: 2 });
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    create: () => store.write(scope, batchOf([creates(one), creates(two), creates(three), relates(link, 'because')])),
    replace: () => store.write(scope, batchOf([replaces(one, { title: 'renamed' })])),
    trash: () => store.write(scope, batchOf([trashes(three)])),
    purge: () => store.write(scope, batchOf([{ op: 'purge_memory', id: three.id }])),
    embed: () =>
      store.write(scope, batchOf([{ op: 'set_vector', id: two.id, version: 1, model: 'm', vector: quantise([1, 0]) }])),
    remember: () =>
      store.write(
        scope,
        batchOf([{ op: 'remember_key', key: 'k', record: { fingerprint: 'f', answer: { id: 'x' }, at: 1 } }]),
      ),
    memories: () => store.memories(scope, [memoryId(1), memoryId(2)], 'live'),
    relationships: () => store.relationships(scope, { ids: [relationshipId(1)], state: 'any', limit: 5 }),
    'relationships of a memory': () =>
      store.relationshipsWithEnds(scope, { of: [memoryId(1)], state: 'any', limit: 5 }),
    links: () => store.linksAmong(scope, [memoryId(1), memoryId(2)]),
    walk: () => store.traverse(scope, { from: memoryId(1), direction: 'both', maxDepth: 2, maxNodes: 100, fanOut: 10 }),
    search: () => store.searchWithLinks(scope, wordsQuery('memory renamed'), {}, 5, 5),
    prefix: () => store.search(scope, { groups: [[{ text: 'ren', prefix: true }]], mode: 'any' }, {}, 5),
    frequencies: () => store.termFrequencies(scope, ['memory']),
    key: () => store.idempotencyRecord(scope, 'k'),
    guard: () => store.guardRevision(scope, 'acyclic_graph'),
    'count of named ones': () => store.countMemories(scope, { ids: [memoryId(1), memoryId(2)] }),
    ...(scope.tenant === null ? {} : inScope(store, scope)),
    log: () => store.changes(scope, { order: 'oldest_first', limit: 5, ids: [memoryId(1)] }),
  };
  for (const [name, step] of Object.entries(steps)) {
    call = name;
    await step();
  }
  call = 'migrate';
  if (scope.tenant !== null) await migrateThereAndBack(noting, scope.tenant);
  return recorded;
};
