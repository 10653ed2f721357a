import type { MemoryId, RelationshipId } from '../../domain/ids.ts';
import type { Memory } from '../../domain/memory.ts';
import type { Relationship } from '../../domain/relationship.ts';
import type { Change } from '../../storage/query.ts';
import type { ServiceContext } from '../context.ts';

/** References to what the caller may not read are taken out of records. */
export interface Hiding {
  readonly memory: (memory: Memory) => Memory;
  readonly relationship: (relationship: Relationship) => Relationship;
}

const asTheyAre: Hiding = { memory: (memory) => memory, relationship: (relationship) => relationship };

const named = <Id>(ids: readonly (Id | null)[]): readonly Id[] => [
  ...new Set(ids.flatMap((id) => (id === null ? [] : [id]))),
];

/** For these records; nothing is asked for, and nothing hidden, in single-tenant mode. */
export const hidingFor = async (
  { store, scope }: ServiceContext,
  memories: readonly Memory[],
  relationships: readonly Relationship[],
): Promise<Hiding> => {
  if (scope.tenant === null) return asTheyAre;
  const into: readonly MemoryId[] = named(memories.map(({ mergedInto }) => mergedInto));
  const by: readonly RelationshipId[] = named(relationships.map(({ invalidatedBy }) => invalidatedBy));
  const query = { ids: by, state: 'any', withTrashedEnds: true, limit: by.length } as const;
  const [seenMemories, seenRelationships] = await Promise.all([
    into.length === 0 ? [] : store.memories(scope, into, 'any'),
    by.length === 0 ? [] : store.relationships(scope, query),
  ]);
  const seen = new Set<string>([...seenMemories, ...seenRelationships].map(({ id }) => id));
  const shown = <Id extends string>(id: Id | null): Id | null => (id !== null && seen.has(id) ? id : null);
  return {
    memory: (memory) => ({ ...memory, mergedInto: shown(memory.mergedInto) }),
    relationship: (relationship) => ({ ...relationship, invalidatedBy: shown(relationship.invalidatedBy) }),
  };
};

/** The same for what changes replaced. */
export const hideInChanges = async (
  context: ServiceContext,
  changes: readonly Change[],
): Promise<readonly Change[]> => {
  const memories = changes.flatMap(({ entity, before }) => (entity === 'memory' && before ? [before] : []));
  const edges = changes.flatMap(({ entity, before }) => (entity === 'relationship' && before ? [before] : []));
  const hiding = await hidingFor(context, memories, edges);
  return changes.map((change) => {
    if (change.before === null) return change;
    return change.entity === 'memory'
      ? { ...change, before: hiding.memory(change.before) }
      : { ...change, before: hiding.relationship(change.before) };
  });
};
