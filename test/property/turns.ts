import fc from 'fast-check';
import { maintenanceScope, scopeOf, singleTenantScope } from '../../src/auth/policy.ts';
import type { MemoryId, RelationshipId, TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { CallerScope, TenantScope } from '../../src/domain/scope.ts';
import type { WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import type { Change } from '../../src/storage/query.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import type { Mode } from '../conformance/target.ts';
import { furniture, type ValueOf, type Write } from './commands.ts';
import { type Command, command, planBatch } from './play.ts';

export const acme = 'acme' as TenantId;
const rival = 'rival' as TenantId;
const member = 'member' as const;

/** The same names in every tenant. */
const peopleOf = (tenant: TenantId) =>
  ({
    ada: scopeOf({ tenant, user: 'ada', teams: ['platform'], projects: ['', '/p', '/P'], role: member }),
    bob: scopeOf({ tenant, user: 'bob', teams: ['design', 'platform'], projects: ['/p', '/p/q'], role: member }),
    cleo: scopeOf({ tenant, user: 'cleo', teams: [], projects: [], role: member }),
    chief: scopeOf({ tenant, user: 'chief', teams: ['platform'], projects: ['/p'], role: 'admin' }),
    upkeep: maintenanceScope(tenant),
    /** Of another tenant, whatever this one is. */
    twin: scopeOf({ tenant: rival, user: 'ada', teams: ['platform'], projects: ['', '/p', '/P'], role: member }),
  }) as const satisfies Record<string, CallerScope>;

type Person = keyof ReturnType<typeof peopleOf>;

const rarely = fc.integer({ min: 0, max: 39 }).map((lot) => lot === 0);
const now = fc.integer({ min: 0, max: 3 }).map((lot) => lot === 0);

/** How the record of an operation is to be kept. */
const stamp = fc.record({
  visibility: fc.constantFrom('public', 'public', 'team', 'team', 'project', 'private' as const),
  teamId: fc.constantFrom('platform', 'platform', '_everyone', 'design', null),
  projectPath: fc.constantFrom('/p', '/p', '/P', '/p/q', '', null),
  /** A record that is replaced moves to other readers. */
  moves: now,
  forged: fc.record({ tenant: rarely, maker: rarely }),
});
type Stamp = ValueOf<typeof stamp>;

/** Where all who furnish may keep a record, most of them for one another. */
export const openStamp: fc.Arbitrary<Stamp> = fc.record({
  visibility: fc.constantFrom('public', 'public', 'public', 'team', 'team', 'project', 'private' as const),
  teamId: fc.constant('platform'),
  projectPath: fc.constant('/p'),
  moves: fc.constant(false),
  forged: fc.constant({ tenant: false, maker: false }),
});

/** One command, played by somebody. In single-tenant mode nobody is anybody. */
export interface Turn {
  readonly person: Person;
  readonly stamps: readonly Stamp[];
  readonly command: Command;
}

export const inTurn = (
  of: fc.Arbitrary<Command>,
  by: readonly Person[],
  as: fc.Arbitrary<Stamp> = stamp,
): fc.Arbitrary<Turn> =>
  fc.record({
    person: fc.constantFrom(...by),
    stamps: fc.array(as, { minLength: 3, maxLength: 3 }),
    command: of,
  });

export const colleagues: readonly Person[] = [
  'ada',
  'ada',
  'ada',
  'bob',
  'bob',
  'bob',
  'chief',
  'chief',
  'cleo',
  'upkeep',
];
export const turn: fc.Arbitrary<Turn> = inTurn(command, [...colleagues, 'twin']);

/** The first writes of a run: of the one tenant, and in multi-tenant mode of the other one too. */
export const furnishing = (mode: Mode): fc.Arbitrary<readonly Turn[]> => {
  const by = (...who: readonly Person[]): fc.Arbitrary<readonly Turn[]> =>
    furniture.chain((writes) => fc.tuple(...writes.map((write) => inTurn(fc.constant(write), who, openStamp))));
  if (mode === 'single') return by('ada');
  return fc.tuple(by('ada', 'bob', 'chief'), by('twin')).map((turns) => turns.flat());
};

export const scopeOfTurn = (mode: Mode, { person }: Turn, tenant: TenantId = acme): TenantScope =>
  mode === 'single' ? singleTenantScope : peopleOf(tenant)[person];

/** Everybody who looks around at the end. */
export const onlookers = (mode: Mode): readonly TenantScope[] =>
  mode === 'single' ? [singleTenantScope] : [...Object.values(peopleOf(acme)), maintenanceScope(rival)];

/** What the writer read before. */
interface Known {
  readonly memories: ReadonlyMap<MemoryId, Memory>;
  readonly relationships: ReadonlyMap<RelationshipId, Relationship>;
}

const owner = (scope: CallerScope, { forged }: Stamp): { tenantId: TenantId; createdBy: string } => ({
  tenantId: forged.tenant ? (scope.tenant === acme ? rival : acme) : scope.tenant,
  createdBy: forged.maker ? 'somebody' : scope.user,
});

const stampedMemory = (memory: Memory, before: Memory | undefined, scope: CallerScope, by: Stamp): Memory => {
  const own = owner(scope, by);
  const kept = before?.context ?? own;
  const readers = by.moves || before === undefined ? by : before.context;
  return {
    ...memory,
    context: {
      ...memory.context,
      tenantId: by.forged.tenant ? own.tenantId : kept.tenantId,
      createdBy: by.forged.maker ? own.createdBy : kept.createdBy,
      visibility: readers.visibility,
      teamId: readers.teamId,
      projectPath: readers.projectPath,
    },
  };
};

const stampedEdge = (
  edge: Relationship,
  before: Relationship | undefined,
  scope: CallerScope,
  by: Stamp,
): Relationship => {
  const own = owner(scope, by);
  const { tenantId, createdBy } = before ?? own;
  return {
    ...edge,
    tenantId: by.forged.tenant ? own.tenantId : tenantId,
    createdBy: by.forged.maker ? own.createdBy : createdBy,
  };
};

const stampedChange = (change: Change, known: Known, scope: CallerScope, by: Stamp): Change => {
  if (change.before === null) return change;
  return change.entity === 'memory'
    ? { ...change, before: stampedMemory(change.before, known.memories.get(change.id), scope, by) }
    : { ...change, before: stampedEdge(change.before, known.relationships.get(change.id), scope, by) };
};

const stampedOperation = (operation: WriteOperation, known: Known, scope: CallerScope, by: Stamp): WriteOperation => {
  switch (operation.op) {
    case 'create_memory':
      return { ...operation, memory: stampedMemory(operation.memory, undefined, scope, by) };
    case 'replace_memory': {
      const before = known.memories.get(operation.memory.id);
      return { ...operation, memory: stampedMemory(operation.memory, before, scope, by) };
    }
    case 'create_relationship':
      return { ...operation, relationship: stampedEdge(operation.relationship, undefined, scope, by) };
    case 'replace_relationship': {
      const before = known.relationships.get(operation.relationship.id);
      return { ...operation, relationship: stampedEdge(operation.relationship, before, scope, by) };
    }
    case 'import_change':
      return { ...operation, change: stampedChange(operation.change, known, scope, by) };
    default:
      return operation;
  }
};

/** The batch that this writer would make who has just read the store, stamped where tenants share it. */
export const planTurn = async (
  store: GraphStore,
  scope: TenantScope,
  { stamps }: Turn,
  write: Write,
): Promise<WriteBatch> => {
  const { batch, known } = await planBatch(store, scope, write);
  if (scope.tenant === null) return batch;
  const operations = batch.operations.map((operation, index) =>
    stampedOperation(operation, known, scope, stamps[index % stamps.length] as Stamp),
  );
  return { ...batch, operations };
};
