import { mayRead } from '../../src/domain/access.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Change } from '../../src/storage/query.ts';
import type { State } from './state.ts';

const picked = <K, V>(map: ReadonlyMap<K, V>, keep: (key: K, value: V) => boolean): ReadonlyMap<K, V> =>
  new Map([...map].filter(([key, value]) => keep(key, value)));

/** What the scope may read of its tenant, as if nothing else had ever been written. */
export const visibleState = (state: State, scope: TenantScope): State => {
  if (scope.tenant === null) return state;
  const memories = picked(state.memories, (_, memory) => mayRead(scope, memory));
  const hasMemory = (id: MemoryId): boolean => memories.has(id);
  const hasEnds = ({ tenantId, from, to }: Relationship): boolean =>
    tenantId === scope.tenant && hasMemory(from) && hasMemory(to);
  const relationships = picked(state.relationships, (_, relationship) => hasEnds(relationship));
  const isSeen = (change: Change): boolean =>
    change.entity === 'memory'
      ? memories.has(change.id) && (change.before === null || mayRead(scope, change.before))
      : relationships.has(change.id) && (change.before === null || hasEnds(change.before));
  return {
    ...state,
    memories,
    relationships,
    documents: picked(state.documents, hasMemory),
    vectors: picked(state.vectors, hasMemory),
    reasons: picked(state.reasons, (id) => relationships.has(id)),
    changes: state.changes.filter(isSeen),
  };
};
