import type { MemoryId, Millis } from '../domain/ids.ts';
import type { JsonObject, Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { Change, ChangeKind } from './query.ts';
import type { SearchDocument } from './search-document.ts';
import type { Vector } from './vector.ts';

/**
 * One logical write: all of it or none. Records arrive finished; a store checks the conditions, keeps them and logs the change.
 *
 * Conditions and what `write` throws when one fails (nothing is then written):
 * - All: what `write-rules.ts` says, before and after the change, in the same transaction → `not_found` for what the scope may not read,
 *   `forbidden` for what it may read and not write. Ids are unique in a tenant. `index_memory`, `set_vector` and `count_usage` touch any
 *   memory of the tenant: they change nothing that a reader is told of the memory itself.
 * - `create_memory`: the id is new → `duplicate` `{entity: 'memory', id}`.
 * - `replace_memory`: the stored version is `expectedVersion` → `version_conflict` `{id, version}`; there is no such memory →
 *   `not_found` `{id}`. The new record's `version` is `expectedVersion + 1`.
 * - `create_relationship`: both ends exist, and are live unless `imported` → `not_found` `{id}` of the first end that is not; no live
 *   one joins the same (from, type, to), if this one is live → `duplicate` `{entity: 'relationship', id}` with the id of the one there.
 * - `replace_relationship`: like `replace_memory`; making one live again may also meet `duplicate`.
 * - `remember_key`: the key is new → `duplicate` `{entity: 'idempotency_key'}`.
 * - `expect_revision`: the named guard stands at `revision` (0 if never moved) → `version_conflict` `{guard}`; it moves to `revision + 1`.
 */
export type WriteOperation =
  | {
      readonly op: 'create_memory';
      readonly memory: Memory;
      /** Indexed only while the memory is live. */
      readonly document: SearchDocument;
      readonly note: ChangeNote | null;
    }
  | {
      readonly op: 'replace_memory';
      readonly memory: Memory;
      readonly expectedVersion: number;
      readonly document: SearchDocument;
      readonly note: ChangeNote;
    }
  | {
      readonly op: 'create_relationship';
      readonly relationship: Relationship;
      /** Tokens of its reason, found while it and both ends are live; kept meanwhile. */
      readonly words: readonly string[];
      readonly note: ChangeNote | null;
      readonly imported?: true;
    }
  | {
      readonly op: 'replace_relationship';
      readonly relationship: Relationship;
      readonly words: readonly string[];
      readonly expectedVersion: number;
      readonly note: ChangeNote;
    }
  /** New words for the index, e.g. after a neighbour changed. Adds no version and no change. Absent or trashed: nothing happens. */
  | {
      readonly op: 'index_memory';
      readonly id: MemoryId;
      readonly document: SearchDocument;
      /** The version that the words were made of; of another one nothing happens. Absent: of any. */
      readonly ofVersion?: number;
    }
  /**
   * The vector that a model makes of this version of a memory, in place of the one kept for that model. Adds no version and no change.
   * Absent, trashed or at another version by now: nothing happens.
   */
  | {
      readonly op: 'set_vector';
      readonly id: MemoryId;
      readonly version: number;
      readonly model: string;
      readonly vector: Vector;
    }
  /** How far the words of the index are those of a tokenizer's version. */
  | { readonly op: 'set_index_state'; readonly state: IndexState }
  /** Adds one to `usageCount` for each time an id is named, and sets `lastAccessed`. Adds no version and no change. Absent: nothing happens. */
  | { readonly op: 'count_usage'; readonly ids: readonly MemoryId[]; readonly at: Millis }
  | { readonly op: 'remember_key'; readonly key: string; readonly record: IdempotencyRecord }
  | { readonly op: 'expect_revision'; readonly guard: Guard; readonly revision: number }
  /** A line of an imported change log; `seq` is given anew, in the order of the batch. */
  | { readonly op: 'import_change'; readonly change: Change }
  /** With the scope's right to write it, else nothing happens. Destroys a trashed memory, its relationships, their changes and its vectors. A live one or an absent one stays as it is. */
  | { readonly op: 'purge_memory'; readonly id: MemoryId };

/** `through` is the last memory, in order of id, that was indexed anew for `version`; null when all are. */
export interface IndexState {
  readonly version: number;
  readonly through: MemoryId | null;
}

/** Goes to the change log beside the record that was replaced. */
export interface ChangeNote {
  readonly kind: ChangeKind;
  readonly reason: string | null;
}

/** `acyclic_graph` moves with each relationship of a type that refuses cycles, so that two writers cannot close one together. */
export type Guard = 'acyclic_graph';

export interface IdempotencyRecord {
  /** Digest of the request; the same key with another one is refused by the service. */
  readonly fingerprint: string;
  /** The answer given the first time. */
  readonly answer: JsonObject;
  readonly at: Millis;
}

export interface WriteBatch {
  readonly operations: readonly WriteOperation[];
  /** The writer's clock. The log keeps the later of this and the time of the change before. */
  readonly at: Millis;
  readonly by: string | null;
}

export interface Committed {
  /** `seq` of the last change in the log, this batch's own included. */
  readonly seq: number;
}
