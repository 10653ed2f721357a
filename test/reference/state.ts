import type { MemoryId, Millis, RelationshipId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Guard, IdempotencyRecord, IndexState } from '../../src/storage/batch.ts';
import type { Change, MemoryState, RelationshipState } from '../../src/storage/query.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import type { Vector } from '../../src/storage/vector.ts';

/** The last vector that a model made of a memory. */
export interface KeptVector {
  readonly model: string;
  readonly version: number;
  readonly vector: Vector;
}

/** All that was committed in one tenant, or in single-tenant mode, at one moment. Nothing in it is ever changed; a write makes another one. */
export interface State {
  readonly memories: ReadonlyMap<MemoryId, Memory>;
  /** Of live memories only. */
  readonly documents: ReadonlyMap<MemoryId, SearchDocument>;
  readonly relationships: ReadonlyMap<RelationshipId, Relationship>;
  /** The words of every relationship, also while it is not found. */
  readonly reasons: ReadonlyMap<RelationshipId, readonly string[]>;
  readonly changes: readonly Change[];
  /** Kept apart from `changes`, so that a purge gives no number and no time back. */
  readonly lastSeq: number;
  readonly lastAt: Millis;
  /** By `ownKey`. */
  readonly keys: ReadonlyMap<string, IdempotencyRecord>;
  readonly guards: ReadonlyMap<Guard, number>;
  readonly indexState: IndexState;
  readonly vectors: ReadonlyMap<MemoryId, readonly KeptVector[]>;
}

export const emptyState: State = {
  memories: new Map(),
  documents: new Map(),
  relationships: new Map(),
  reasons: new Map(),
  changes: [],
  lastSeq: 0,
  lastAt: Number.NEGATIVE_INFINITY,
  keys: new Map(),
  guards: new Map(),
  indexState: { version: 0, through: null },
  vectors: new Map(),
};

/** An idempotency key together with the user it belongs to. */
export const ownKey = (scope: TenantScope, key: string): string =>
  JSON.stringify([scope.tenant === null ? null : scope.user, key]);

/** A state in the making, on copies that nobody else holds. */
export interface Draft {
  readonly memories: Map<MemoryId, Memory>;
  readonly documents: Map<MemoryId, SearchDocument>;
  readonly relationships: Map<RelationshipId, Relationship>;
  readonly reasons: Map<RelationshipId, readonly string[]>;
  changes: Change[];
  lastSeq: number;
  lastAt: Millis;
  readonly keys: Map<string, IdempotencyRecord>;
  readonly guards: Map<Guard, number>;
  indexState: IndexState;
  readonly vectors: Map<MemoryId, readonly KeptVector[]>;
}

export const draftOf = (state: State): Draft => ({
  memories: new Map(state.memories),
  documents: new Map(state.documents),
  relationships: new Map(state.relationships),
  reasons: new Map(state.reasons),
  changes: [...state.changes],
  lastSeq: state.lastSeq,
  lastAt: state.lastAt,
  keys: new Map(state.keys),
  guards: new Map(state.guards),
  indexState: state.indexState,
  vectors: new Map(state.vectors),
});

export const isLiveMemory = (memory: Memory): boolean => memory.deletedAt === null && memory.mergedInto === null;

export const hasMemoryState = (memory: Memory, state: MemoryState): boolean =>
  state === 'any' || isLiveMemory(memory) === (state === 'live');

export const relationshipStateOf = (relationship: Relationship): Exclude<RelationshipState, 'any'> => {
  if (relationship.removedAt !== null) return 'removed';
  return relationship.validUntil === null ? 'live' : 'closed';
};

export const isLiveRelationship = (relationship: Relationship): boolean => relationshipStateOf(relationship) === 'live';

export const isLiveId = (state: Pick<State, 'memories'>, id: MemoryId): boolean => {
  const memory = state.memories.get(id);
  return memory !== undefined && isLiveMemory(memory);
};

export const hasLiveEnds = (state: Pick<State, 'memories'>, relationship: Relationship): boolean =>
  isLiveId(state, relationship.from) && isLiveId(state, relationship.to);

/** What every answer about live relationships covers: those between live memories. */
export const liveRelationships = (state: Pick<State, 'memories' | 'relationships'>): readonly Relationship[] =>
  [...state.relationships.values()].filter(
    (relationship) => isLiveRelationship(relationship) && hasLiveEnds(state, relationship),
  );
