import { createHash } from 'node:crypto';
import { mayRead } from '../../domain/access.ts';
import type { MemoryId, RelationshipId } from '../../domain/ids.ts';
import type { Memory, MemoryContext } from '../../domain/memory.ts';
import type { Relationship } from '../../domain/relationship.ts';
import type { CallerScope } from '../../domain/scope.ts';
import type { Change } from '../../storage/query.ts';
import { firstAudience } from '../audience.ts';
import type { ServiceContext } from '../context.ts';
import { batches } from './batches.ts';
import type { FileRecord } from './format.ts';
import { keepsOwners } from './plan-import.ts';

type Ids = Map<string, string>;

/** Another UUID, for the same caller and id the same one each time. */
const idInsteadOf = ({ tenant, user }: CallerScope, id: string): string => {
  const hex = createHash('sha256')
    .update(JSON.stringify([tenant, user, id]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

const memoryAs = (context: ServiceContext, scope: CallerScope, memory: Memory, ids: Ids): Memory => {
  const said = memory.context;
  const owned: MemoryContext = {
    ...said,
    tenantId: scope.tenant,
    createdBy: scope.user,
    teamId: said.visibility === 'team' ? said.teamId : null,
  };
  const { visibility, teamId } = firstAudience(context, {}, owned.projectPath);
  const asSaid = mayRead(scope, { context: owned });
  const fallback =
    owned.visibility === null ? { visibility, teamId } : ({ visibility: 'private', teamId: null } as const);
  return {
    ...memory,
    id: (ids.get(memory.id) ?? memory.id) as MemoryId,
    mergedInto: memory.mergedInto && ((ids.get(memory.mergedInto) ?? memory.mergedInto) as MemoryId),
    updatedBy: memory.updatedBy === null ? null : scope.user,
    context: { ...owned, ...(asSaid ? {} : fallback) },
  };
};

const relationshipAs = (scope: CallerScope, edge: Relationship, ids: Ids): Relationship => ({
  ...edge,
  id: (ids.get(edge.id) ?? edge.id) as RelationshipId,
  from: (ids.get(edge.from) ?? edge.from) as MemoryId,
  to: (ids.get(edge.to) ?? edge.to) as MemoryId,
  invalidatedBy: edge.invalidatedBy && ((ids.get(edge.invalidatedBy) ?? edge.invalidatedBy) as RelationshipId),
  tenantId: scope.tenant,
  createdBy: scope.user,
  updatedBy: edge.updatedBy === null ? null : scope.user,
});

const changeAs = (context: ServiceContext, scope: CallerScope, change: Change, ids: Ids): Change => {
  const common = { by: scope.user };
  if (change.entity === 'memory') {
    const id = (ids.get(change.id) ?? change.id) as MemoryId;
    return { ...change, ...common, id, before: change.before && memoryAs(context, scope, change.before, ids) };
  }
  const id = (ids.get(change.id) ?? change.id) as RelationshipId;
  return { ...change, ...common, id, before: change.before && relationshipAs(scope, change.before, ids) };
};

/** Of these ids those that are taken in the tenant by something that the caller may not read. */
const takenUnseen = async (
  { store, scope, upkeepScope }: ServiceContext,
  kind: FileRecord['kind'],
  ids: readonly string[],
): Promise<readonly string[]> => {
  if (ids.length === 0) return [];
  const stored = (by: ServiceContext['scope']): Promise<readonly { readonly id: string }[]> =>
    kind === 'memory'
      ? store.memories(by, ids as readonly MemoryId[], 'any')
      : store.relationships(by, {
          ids: ids as readonly RelationshipId[],
          state: 'any',
          withTrashedEnds: true,
          limit: ids.length,
        });
  const [all, seen] = [await stored(upkeepScope), new Set((await stored(scope)).map(({ id }) => id))];
  return all.map(({ id }) => id).filter((id) => !seen.has(id));
};

const idsNamed = ({ kind, record }: FileRecord): readonly string[] => {
  if (kind === 'change') return [];
  const other = kind === 'memory' ? record.mergedInto : record.invalidatedBy;
  return other === null ? [record.id] : [record.id, other];
};

/**
 * The records of a file as the caller may bring them in: of his tenant, made and changed by him, read by whom the file says if he is one of
 * them, else by him alone. An id that something unseen has is exchanged for another, the same one each time, so that an import tells nothing
 * of it. Untouched where owners are kept.
 */
export async function* adoptRecords(
  context: ServiceContext,
  records: AsyncIterable<FileRecord>,
): AsyncGenerator<FileRecord> {
  const { scope } = context;
  if (scope.tenant === null || keepsOwners(context)) {
    yield* records;
    return;
  }
  const ids: Ids = new Map();
  for await (const batch of batches(records)) {
    const kind = batch[0]?.kind ?? 'memory';
    const named = [...new Set(batch.flatMap(idsNamed))];
    for (const id of await takenUnseen(context, kind, named)) ids.set(id, idInsteadOf(scope, id));
    for (const item of batch) {
      if (item.kind === 'memory') yield { ...item, record: memoryAs(context, scope, item.record, ids) };
      else if (item.kind === 'relationship') yield { ...item, record: relationshipAs(scope, item.record, ids) };
      else yield { ...item, record: changeAs(context, scope, item.record, ids) };
    }
  }
}
