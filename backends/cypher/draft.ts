import type { MemoryId, Millis, RelationshipId, TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { Change } from '../../src/storage/query.ts';
import type { Vector } from '../../src/storage/vector.ts';
import type { Properties } from './values.ts';

/** A memory and the properties that its words make, which are there while it is live. */
export interface KeptMemory {
  readonly memory: Memory;
  readonly texts: Properties;
}

export interface KeptRelationship {
  readonly relationship: Relationship;
  readonly words: readonly string[];
}

/** The one node of a tenant that every write moves: what is read beside it is true as long as it stands. */
export interface Head {
  readonly revision: number;
  readonly seq: number;
  readonly at: Millis | null;
  /** The last operations that were written, to tell whether one whose answer was lost was. */
  readonly operations: readonly string[];
  /** All that was here was moved to this tenant, and is kept as it was until the migration is final. */
  readonly movedTo: TenantId | null;
  /** What a migration keeps here: its newest fence, and how far it is. */
  readonly fence: number;
  readonly place: string | null;
}

/** What a batch touches, as it is stored. */
export interface Images {
  readonly head: Head;
  readonly memories: ReadonlyMap<MemoryId, KeptMemory>;
  readonly relationships: ReadonlyMap<RelationshipId, KeptRelationship>;
  /** Small values by name: idempotency records, guards, the state of the index. */
  readonly states: ReadonlyMap<string, string>;
  /** Keys of the changes and vectors of memories that may be purged, and of the changes of their relationships. */
  readonly purgeable: ReadonlyMap<
    MemoryId,
    { readonly changes: readonly string[]; readonly vectors: readonly string[] }
  >;
}

export type Unnumbered = Change extends infer Each ? (Each extends Change ? Omit<Each, 'seq'> : never) : never;

export interface SetVector {
  readonly model: string;
  readonly version: number;
  readonly vector: Vector;
}

/** The outcome in the making. Null: it is gone. */
export interface Draft {
  readonly images: Images;
  readonly memories: Map<MemoryId, KeptMemory | null>;
  readonly relationships: Map<RelationshipId, KeptRelationship | null>;
  readonly states: Map<string, string>;
  readonly vectors: Map<MemoryId, Map<string, SetVector>>;
  readonly purged: Set<MemoryId>;
  /** Lines of `changes`, by number, that a migration took over, and who could read the record that each replaced. */
  readonly adopted: Map<number, { readonly audience: string | null }>;
  changes: Change[];
  seq: number;
  at: Millis | null;
}

export const draftOf = (images: Images): Draft => ({
  images,
  memories: new Map(),
  relationships: new Map(),
  states: new Map(),
  vectors: new Map(),
  purged: new Set(),
  adopted: new Map(),
  changes: [],
  seq: images.head.seq,
  at: images.head.at,
});

export const memoryIn = (draft: Draft, id: MemoryId): KeptMemory | undefined =>
  (draft.memories.has(id) ? draft.memories.get(id) : draft.images.memories.get(id)) ?? undefined;

export const relationshipIn = (draft: Draft, id: RelationshipId): KeptRelationship | undefined =>
  (draft.relationships.has(id) ? draft.relationships.get(id) : draft.images.relationships.get(id)) ?? undefined;

export const stateIn = (draft: Draft, name: string): string | undefined =>
  draft.states.get(name) ?? draft.images.states.get(name);

/** Those of the images that stand, and those of the batch. */
export const relationshipsIn = (draft: Draft): readonly KeptRelationship[] => {
  const ids = new Set([...draft.images.relationships.keys(), ...draft.relationships.keys()]);
  return [...ids].flatMap((id) => relationshipIn(draft, id) ?? []);
};

/** Time never goes back in the log, whatever the writers' clocks say. */
export const log = (draft: Draft, change: Unnumbered): void => {
  draft.seq += 1;
  draft.at = Math.max(draft.at ?? change.at, change.at);
  draft.changes.push({ ...change, seq: draft.seq, at: draft.at } as Change);
};
