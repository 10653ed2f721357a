import { scopeOf } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { Memory, Visibility } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { CallerScope } from '../../src/domain/scope.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import type { Change, SearchHit } from '../../src/storage/query.ts';
import type { Backend } from '../../src/storage/store.ts';

const tenant = 'acme' as TenantId;
const user = 'ada';
const team = 'platform';
const projects = ['/p', '/q', 'github.com/acme/shop'];

/** The member as whom cases that know nothing of tenants are played. */
export const memberScope: CallerScope = scopeOf({ tenant, user, teams: [team], projects, role: 'member' });

type Stamp = Pick<Memory['context'], 'tenantId' | 'teamId' | 'visibility' | 'createdBy'>;

/** All audiences that the member belongs to come up, so that answers are put together from several. */
const visibilityOf = ({ id, context: { projectPath } }: Memory): Visibility => {
  if (projectPath !== null && projects.includes(projectPath)) return 'project';
  return (['public', 'team', 'private'] as const)[Number.parseInt(id.slice(0, 8), 16) % 3] ?? 'public';
};

const stampOf = (memory: Memory): Stamp => ({
  tenantId: tenant,
  teamId: team,
  visibility: visibilityOf(memory),
  createdBy: user,
});

const blank: Stamp = { tenantId: null, teamId: null, visibility: null, createdBy: null };

const swap = (memory: Memory, from: Stamp, to: Stamp): Memory => {
  const { context } = memory;
  const isAsExpected = Object.entries(from).every(([field, value]) => context[field as keyof Stamp] === value);
  // What was stamped otherwise is left as it is, and the case sees it.
  return isAsExpected ? { ...memory, context: { ...context, ...to } } : memory;
};

const stamped = (memory: Memory): Memory => swap(memory, blank, stampOf(memory));
const bare = (memory: Memory): Memory => swap(memory, stampOf(memory), blank);
const bareHit = (hit: SearchHit): SearchHit => ({ ...hit, memory: bare(hit.memory) });

const stampedEdge = (relationship: Relationship): Relationship =>
  relationship.tenantId === null && relationship.createdBy === null
    ? { ...relationship, tenantId: tenant, createdBy: user }
    : relationship;

const bareEdge = (relationship: Relationship): Relationship =>
  relationship.tenantId === tenant && relationship.createdBy === user
    ? { ...relationship, tenantId: null, createdBy: null }
    : relationship;

const swapBefore = (
  change: Change,
  memory: (before: Memory) => Memory,
  edge: (before: Relationship) => Relationship,
): Change => {
  if (change.before === null) return change;
  return change.entity === 'memory'
    ? { ...change, before: memory(change.before) }
    : { ...change, before: edge(change.before) };
};

const stampedOperation = (operation: WriteOperation): WriteOperation => {
  switch (operation.op) {
    case 'create_memory':
    case 'replace_memory':
      return { ...operation, memory: stamped(operation.memory) };
    case 'create_relationship':
    case 'replace_relationship':
      return { ...operation, relationship: stampedEdge(operation.relationship) };
    case 'import_change':
      return { ...operation, change: swapBefore(operation.change, stamped, stampedEdge) };
    default:
      return operation;
  }
};

/** The store as cases see it that say nothing of tenants: what they write is stamped, and what they read is without the stamp. */
export const asMember = (store: Backend): Backend => {
  const own: Partial<Backend> = {
    write: (scope, batch) => store.write(scope, { ...batch, operations: batch.operations.map(stampedOperation) }),
    memories: async (...request) => (await store.memories(...request)).map(bare),
    listMemories: async (...request) => (await store.listMemories(...request)).map(bare),
    unembedded: async (...request) => (await store.unembedded(...request)).map(bare),
    search: async (...request) => (await store.search(...request)).map(bareHit),
    searchWithLinks: async (...request) => {
      const { hits, links } = await store.searchWithLinks(...request);
      return { hits: hits.map(bareHit), links };
    },
    nearest: async (...request) => (await store.nearest(...request)).map(bareHit),
    relationships: async (...request) => (await store.relationships(...request)).map(bareEdge),
    relationshipsWithEnds: async (...request) =>
      (await store.relationshipsWithEnds(...request)).map((each) => ({
        ...each,
        relationship: bareEdge(each.relationship),
      })),
    searchRelationships: async (...request) => (await store.searchRelationships(...request)).map(bareEdge),
    changes: async (...request) =>
      (await store.changes(...request)).map((change) => swapBefore(change, bare, bareEdge)),
  };
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = own[name as keyof Backend] ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
};
