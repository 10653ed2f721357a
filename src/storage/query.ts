import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import type { Memory, MemoryName, MemoryType } from '../domain/memory.ts';
import type { Relationship, RelationshipType } from '../domain/relationship.ts';
import type { Vector } from './vector.ts';

/** `live` is what is neither in the trash nor merged away; `trashed` is the rest. */
export type MemoryState = 'live' | 'trashed' | 'any';

/** Every given part must hold. An empty list holds for nothing. */
export interface MemoryFilter {
  /** Default `live`. */
  readonly state?: MemoryState;
  readonly ids?: readonly MemoryId[];
  readonly types?: readonly MemoryType[];
  readonly tags?: { readonly values: readonly string[]; readonly mode: 'any' | 'all' };
  readonly projects?: readonly string[];
  /** Compared without regard to ASCII case. Holds if one of them is there. */
  readonly languages?: readonly string[];
  readonly frameworks?: readonly string[];
  readonly minImportance?: number;
  readonly minConfidence?: number;
  /** Inclusive. */
  readonly createdAfter?: Millis;
  /** Exclusive. */
  readonly createdBefore?: Millis;
  /** Inclusive. */
  readonly updatedAfter?: Millis;
  /** In the trash since before this time; only with `state: 'trashed'`. Exclusive. */
  readonly deletedBefore?: Millis;
  /** Has a live relationship of one of these types, from either end, whose other end is live. */
  readonly relatedBy?: readonly RelationshipType[];
  /** Has none such. */
  readonly notRelatedBy?: readonly RelationshipType[];
}

export type SortField = 'created_at' | 'updated_at' | 'importance' | 'confidence' | 'title';

/** A total order: ties are broken by id, ascending. Titles compare by UTF-8 bytes. */
export interface Sort {
  readonly field: SortField;
  readonly direction: 'asc' | 'desc';
}

/** The last row of the page before: rows strictly after it follow. */
export interface SortKey {
  readonly value: number | string;
  readonly id: MemoryId;
}

export interface MemoryListing {
  readonly filter: MemoryFilter;
  readonly sort: Sort;
  readonly after?: SortKey;
  readonly limit: number;
}

export interface SearchHit {
  readonly memory: Memory;
  /** BM25 as `GraphStore.search` states it, or the cosine of `nearest`. Higher is better. */
  readonly score: number;
}

/** A search with the links among the first of its hits. */
export interface LinkedHits {
  readonly hits: readonly SearchHit[];
  readonly links: readonly GraphLink[];
}

/** Vectors compare only with those of the same model and length. */
export interface VectorSpace {
  readonly model: string;
  readonly dimensions: number;
}

export interface VectorQuery {
  readonly model: string;
  readonly vector: Vector;
}

/** Live memories that lack a vector of their present version in this space. */
export interface UnembeddedListing {
  readonly space: VectorSpace;
  readonly filter: MemoryFilter;
  /** Ordered by id; those with a greater id follow. */
  readonly after?: MemoryId;
  readonly limit: number;
}

export type Direction = 'outgoing' | 'incoming' | 'both';

/** Removed relationships are in neither `live` nor `closed`. */
export type RelationshipState = 'live' | 'closed' | 'removed' | 'any';

export interface RelationshipQuery {
  /** Touching one of these; absent: all of the scope. */
  readonly of?: readonly MemoryId[];
  readonly ids?: readonly RelationshipId[];
  readonly types?: readonly RelationshipType[];
  /** Seen from the memories in `of`. Symmetric types match either way. Default `both`. */
  readonly direction?: Direction;
  /** Default `live`. */
  readonly state?: RelationshipState;
  /** Also those with an end in the trash. Default false. */
  readonly withTrashedEnds?: boolean;
  /** Ordered by id; those with a greater id follow. */
  readonly after?: RelationshipId;
  readonly limit: number;
}

export interface TraversalRequest {
  readonly from: MemoryId;
  /** Leaves out links that the server made by itself. */
  readonly statedOnly?: true;
  /** Stop as soon as this one is reached. */
  readonly until?: MemoryId;
  readonly types?: readonly RelationshipType[];
  /** Symmetric types are followed either way whatever is said here. */
  readonly direction: Direction;
  /** 1 or more. */
  readonly maxDepth: number;
  /** Memories reached, the start not counted. */
  readonly maxNodes: number;
  /** Relationships looked at from one memory: the strongest first, ties by id. */
  readonly fanOut: number;
}

/** One memory reached, by the first relationship that reached it. */
export interface TraversalStep {
  readonly memoryId: MemoryId;
  readonly depth: number;
  readonly from: MemoryId;
  readonly relationshipId: RelationshipId;
  readonly type: RelationshipType;
  readonly strength: number;
  /** True if the stored direction leads from `from` to `memoryId`. */
  readonly forward: boolean;
}

export interface Traversal {
  /** Breadth first: by depth, then in the order reached. Each memory once; never the start. */
  readonly steps: readonly TraversalStep[];
  /** A bound other than `maxDepth` left something out. */
  readonly cut: boolean;
}

export interface RelationshipWithEnds {
  readonly relationship: Relationship;
  readonly from: MemoryName;
  readonly to: MemoryName;
}

/** A live relationship, as far as ranking needs it. */
export type GraphLink = Pick<Relationship, 'from' | 'to' | 'type' | 'strength' | 'origin'>;

/** A word of the index and the number of live memories that hold it. */
export interface TermFrequency {
  readonly text: string;
  readonly frequency: number;
}

export interface Statistics {
  readonly memories: number;
  readonly trashed: number;
  readonly relationships: number;
  readonly byType: Readonly<Partial<Record<MemoryType, number>>>;
  readonly byRelationshipType: Readonly<Partial<Record<RelationshipType, number>>>;
  /** Most frequent first, ties by name; at most `top` of each. */
  readonly tags: readonly FacetCount[];
  readonly projects: readonly FacetCount[];
}

/** `teams` are those that memories are shared with. */
export type Facet = 'tags' | 'projects' | 'types' | 'languages' | 'frameworks' | 'teams';

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

export type ChangeKind =
  | 'created'
  | 'updated'
  | 'deleted'
  | 'restored'
  | 'merged'
  | 'reverted'
  | 'shared'
  | 'reinforced'
  | 'superseded'
  | 'invalidated'
  | 'removed';

interface ChangeCommon {
  /** Position in the log of the scope; grows with every commit, whatever the clock says. */
  readonly seq: number;
  /** Never smaller than that of the change before. */
  readonly at: Millis;
  readonly kind: ChangeKind;
  readonly by: string | null;
  readonly reason: string | null;
  /** The version that this change made. */
  readonly version: number;
}

/** One line of the change log. `before` is the record that the change replaced, null where it made the first version. */
export type Change =
  | (ChangeCommon & { readonly entity: 'memory'; readonly id: MemoryId; readonly before: Memory | null })
  | (ChangeCommon & {
      readonly entity: 'relationship';
      readonly id: RelationshipId;
      readonly before: Relationship | null;
    });

export interface ChangeQuery {
  readonly entity?: 'memory' | 'relationship';
  readonly ids?: readonly string[];
  /** Exclusive. */
  readonly afterSeq?: number;
  /** Exclusive; for reading backwards. */
  readonly beforeSeq?: number;
  /** Inclusive. */
  readonly since?: Millis;
  readonly order: 'oldest_first' | 'newest_first';
  readonly limit: number;
}
