import type { MemoryId, TenantId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship, RelationshipType } from '../domain/relationship.ts';
import type { TenantScope } from '../domain/scope.ts';
import type { AppError } from '../errors.ts';
import type { Committed, Guard, IdempotencyRecord, IndexState, WriteBatch } from './batch.ts';
import type { Capabilities } from './capabilities.ts';
import type { MigrationStore } from './migration.ts';
import type {
  Change,
  ChangeQuery,
  Facet,
  FacetCount,
  GraphLink,
  LinkedHits,
  MemoryFilter,
  MemoryListing,
  MemoryState,
  RelationshipQuery,
  RelationshipWithEnds,
  SearchHit,
  Statistics,
  TermFrequency,
  Traversal,
  TraversalRequest,
  UnembeddedListing,
  VectorQuery,
  VectorSpace,
} from './query.ts';
import type { TextQuery } from './search-document.ts';

/**
 * Where memories and relationships are kept. Every method takes the caller's scope first and neither shows nor changes anything
 * outside it: what the scope may not see does not exist, neither in an answer nor in a count, a score, an order or an error. A read is
 * decided by `readClauses` of `domain/access.ts`, a write by `write-rules.ts`. Numbers that a ranking uses (memories, lengths, how many
 * hold a word) are those of what the scope may read.
 *
 * A store works in one of two modes, set when it is made. In single-tenant mode every scope must be the whole store; in multi-tenant mode
 * it must be a caller's. Any other throws `scope_required`. What is kept without a tenant is seen by no caller's scope.
 *
 * Reads see everything that was acknowledged before they began. A write is answered after it was committed at the durability that
 * `capabilities` states. Concurrent calls are allowed, from several processes too.
 * Any method may throw `store_busy`, `store_unavailable`, `store_corrupt`, `deadline_exceeded`.
 */
export interface GraphStore {
  /** All operations or none; conditions and errors are listed at `WriteOperation`. */
  write(scope: TenantScope, batch: WriteBatch): Promise<Committed>;

  /** In the order of `ids`, each once at its first place; what is absent or in another state is left out. */
  memories(scope: TenantScope, ids: readonly MemoryId[], state: MemoryState): Promise<readonly Memory[]>;

  /** Filtered before the cut, in the total order of `sort`. */
  listMemories(scope: TenantScope, listing: MemoryListing): Promise<readonly Memory[]>;

  countMemories(scope: TenantScope, filter: MemoryFilter): Promise<number>;

  /**
   * The `limit` best matches among live memories that pass the filter, best first, ties by id.
   *
   * Score, with N live memories in scope, |D| tokens of a memory over all fields, n(t) memories that hold term t (a prefix is one term),
   * f(t, D) = Σ over fields of weight × occurrences: Σ over the distinct terms of max(1e-6, ln((N - n(t) + 0.5) / (n(t) + 0.5))) ·
   * f · 2.2 / (f + 1.2 · (0.25 + 0.75 · |D| / avg|D|)). This is bm25() of SQLite's FTS5 (k1 = 1.2, b = 0.75) with column weights.
   * Terms that occur in an unmatched group of an `any` query add nothing.
   */
  search(scope: TenantScope, query: TextQuery, filter: MemoryFilter, limit: number): Promise<readonly SearchHit[]>;

  /** `search`, and `linksAmong` for its `linked` best hits, which a server is asked for at the same time as for the records of the hits. */
  searchWithLinks(
    scope: TenantScope,
    query: TextQuery,
    filter: MemoryFilter,
    limit: number,
    linked: number,
  ): Promise<LinkedHits>;

  /**
   * The `limit` best matches among live relationships between live memories, best first, ties by id: the score of `search`, with a
   * relationship's words as one field of weight 1, over all of these, whatever `types` keeps (null: all).
   */
  searchRelationships(
    scope: TenantScope,
    query: TextQuery,
    types: readonly RelationshipType[] | null,
    limit: number,
  ): Promise<readonly Relationship[]>;

  /**
   * The `limit` live memories that pass the filter whose vectors lie nearest, by `cosine`, best first, ties by id. A vector counts while its
   * memory is live and at the version it was made of, and only if it is as long as the one asked for.
   */
  nearest(scope: TenantScope, query: VectorQuery, filter: MemoryFilter, limit: number): Promise<readonly SearchHit[]>;

  /** Filtered before the cut. */
  unembedded(scope: TenantScope, listing: UnembeddedListing): Promise<readonly Memory[]>;

  /** How many live memories have a vector that counts. */
  countEmbedded(scope: TenantScope, space: VectorSpace): Promise<number>;

  /** For each of these words that live memories hold, how many do; each once, in no order. */
  termFrequencies(scope: TenantScope, terms: readonly string[]): Promise<readonly TermFrequency[]>;

  /** Words of live memories that begin with `prefix` and have from `minLength` to `maxLength` UTF-16 code units, in order of UTF-8 bytes; of these at most `limit`. */
  vocabulary(
    scope: TenantScope,
    range: { readonly prefix: string; readonly minLength: number; readonly maxLength: number; readonly limit: number },
  ): Promise<readonly TermFrequency[]>;

  /** Version 0 for a store whose words were never indexed anew. */
  indexState(scope: TenantScope): Promise<IndexState>;

  /** Live relationships with both ends, live too, among these memories, ordered by id. */
  linksAmong(scope: TenantScope, ids: readonly MemoryId[]): Promise<readonly GraphLink[]>;

  /** Ordered by id. Only those whose two ends the scope may see. */
  relationships(scope: TenantScope, query: RelationshipQuery): Promise<readonly Relationship[]>;

  /** `relationships`, each with what its two ends are called. */
  relationshipsWithEnds(scope: TenantScope, query: RelationshipQuery): Promise<readonly RelationshipWithEnds[]>;

  /**
   * Breadth-first over live relationships between live memories. The level after a frontier is reached through the frontier's
   * memories in their order, from each through its relationships by strength (strongest first), ties by id.
   * An absent start reaches nothing, nor does a walk until its own start.
   */
  traverse(scope: TenantScope, request: TraversalRequest): Promise<Traversal>;

  statistics(scope: TenantScope, top: number): Promise<Statistics>;

  /** Values of live memories that begin with `prefix` (ASCII case ignored), most frequent first, ties by value. */
  facet(scope: TenantScope, facet: Facet, prefix: string, limit: number): Promise<readonly FacetCount[]>;

  /** Ids of live memories that begin with `prefix`, ascending. */
  idsByPrefix(scope: TenantScope, prefix: string, limit: number): Promise<readonly MemoryId[]>;

  /**
   * The log of the tenant, filtered before the cut. Seen are changes of memories that the scope may read now, in whatever state, and of
   * relationships between two such; never one whose `before` the scope could not have read.
   */
  changes(scope: TenantScope, query: ChangeQuery): Promise<readonly Change[]>;

  /** A key belongs to the user who used it. */
  idempotencyRecord(scope: TenantScope, key: string): Promise<IdempotencyRecord | null>;

  guardRevision(scope: TenantScope, guard: Guard): Promise<number>;
}

/** What `doctor` found. `fix` says what `doctor --fix` or a person does about it. */
export interface Finding {
  readonly severity: 'ok' | 'warning' | 'error';
  readonly what: string;
  readonly fix: string | null;
}

export interface TenantCount {
  readonly tenant: TenantId | null;
  readonly memories: number;
  /** How many users made them; 0 where no tenant is. */
  readonly creators: number;
}

/** Throws where the store does not fit the mode that it is to be opened in. */
export type Admission = (tenants: readonly TenantCount[]) => void;

/**
 * A store as its folder makes it, naive: no deadlines, no logging, driver errors as they come. `guardStore` adds what is the same for all.
 * Constructing one does no I/O.
 */
export interface Backend extends GraphStore {
  readonly capabilities: Capabilities;
  /** For people: where the data is, without credentials. */
  readonly location: string;
  /**
   * Creates or upgrades the schema, and gives it the shape of the mode that the store was made for: indexes that begin with the tenant
   * exist in multi-tenant mode alone. Safe when several processes do it at the same moment. A store that others cannot use any more once it
   * has the shape of another mode asks `admit` before, with what `tenants` answers: what that throws leaves it as it was.
   */
  open(admit?: Admission): Promise<void>;
  /** Waits for nothing; called once, also after a failed `open`. */
  close(): Promise<void>;
  /** Who has memories here, in whatever state, how many, and of how many users; ordered by tenant, null (none) first. For an operator: no scope narrows it. */
  tenants(): Promise<readonly TenantCount[]>;
  /** 32 bytes made with the store and the same for all who open it; they seal cursors. */
  sealingKey(): Promise<Uint8Array>;
  /** Our error for a driver's, or null if it is not the driver's. */
  translate(error: unknown): AppError | null;
  /** Read-only checks of integrity, settings and size, on an open store. */
  inspect(): Promise<readonly Finding[]>;
  /** Writes a checked copy to a path that must not exist; throws `invalid_input` if it does. Only where `onlineBackup`. */
  backup?(path: string): Promise<void>;
  /** Moves what is kept without a tenant to one. It opens the store by itself; this backend need not be open. */
  migration?(): MigrationStore;
}
