import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, Guard, IdempotencyRecord, IndexState, WriteBatch } from '../../src/storage/batch.ts';
import type { Capabilities } from '../../src/storage/capabilities.ts';
import type {
  Change,
  ChangeQuery,
  Facet,
  FacetCount,
  GraphLink,
  MemoryFilter,
  MemoryListing,
  MemoryState,
  RelationshipQuery,
  SearchHit,
  Statistics,
  TermFrequency,
  Traversal,
  TraversalRequest,
  UnembeddedListing,
  VectorQuery,
  VectorSpace,
} from '../../src/storage/query.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import type { Backend, Finding, GraphStore, TenantCount } from '../../src/storage/store.ts';
import { backupStore } from './backup.ts';
import { listChanges } from './change-log.ts';
import { type Connection, untilFree } from './connection.ts';
import { translateFault } from './faults.ts';
import { inspectStore } from './inspect.ts';
import { countMemories, idsByPrefix, listMemories, memoriesById } from './memories.ts';
import { openStore } from './open.ts';
import { linksAmong, listRelationships } from './relationships.ts';
import { searchMemories, searchRelationships } from './search.ts';
import type { SqliteSettings } from './settings.ts';
import { facetCounts, statistics, tenantCounts } from './summaries.ts';
import { traverse } from './traverse.ts';
import { countEmbedded, nearestMemories, unembeddedMemories } from './vectors.ts';
import { listVocabulary, termFrequencies } from './vocabulary.ts';
import { guardRevision, idempotencyRecord, indexState, writeBatch } from './write-batch.ts';

/** One connection for the process: the driver is synchronous, so calls cannot meet inside a transaction. */
export class SqliteStore implements Backend {
  readonly capabilities: Capabilities;
  readonly location: string;
  readonly #settings: SqliteSettings;
  #connection: Connection | null = null;

  constructor(settings: SqliteSettings) {
    this.#settings = settings;
    this.location = settings.path;
    this.capabilities = Object.freeze({
      durability: settings.synchronous === 'full' ? 'power_loss' : 'process_kill',
      onlineBackup: true,
    });
  }

  async open(): Promise<void> {
    this.#connection = await openStore(this.#settings);
  }

  async close(): Promise<void> {
    this.#connection?.db.close();
    this.#connection = null;
  }

  translate(error: unknown): AppError | null {
    return translateFault(error);
  }

  get #open(): Connection {
    if (this.#connection === null) throw new AppError('store_unavailable', 'The store is not open.');
    return this.#connection;
  }

  /** The connection, for a scope that may see all of it; this store knows no other. */
  #for(scope: TenantScope): Connection {
    if (scope.tenant !== null) throw new AppError('internal', 'This store serves a single tenant.');
    return this.#open;
  }

  async write(scope: TenantScope, batch: WriteBatch): Promise<Committed> {
    const connection = this.#for(scope);
    return { seq: await untilFree(() => writeBatch(connection, batch)) };
  }

  async memories(scope: TenantScope, ids: readonly MemoryId[], state: MemoryState): Promise<readonly Memory[]> {
    return memoriesById(this.#for(scope), ids, state);
  }

  async listMemories(scope: TenantScope, listing: MemoryListing): Promise<readonly Memory[]> {
    return listMemories(this.#for(scope), listing);
  }

  async countMemories(scope: TenantScope, filter: MemoryFilter): Promise<number> {
    return countMemories(this.#for(scope), filter);
  }

  async search(
    scope: TenantScope,
    query: TextQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return searchMemories(this.#for(scope), query, filter, limit);
  }

  async searchRelationships(
    scope: TenantScope,
    query: TextQuery,
    types: readonly RelationshipType[] | null,
    limit: number,
  ): Promise<readonly Relationship[]> {
    return searchRelationships(this.#for(scope), query, types, limit);
  }

  async nearest(
    scope: TenantScope,
    query: VectorQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return nearestMemories(this.#for(scope), query, filter, limit);
  }

  async unembedded(scope: TenantScope, listing: UnembeddedListing): Promise<readonly Memory[]> {
    return unembeddedMemories(this.#for(scope), listing);
  }

  async countEmbedded(scope: TenantScope, space: VectorSpace): Promise<number> {
    return countEmbedded(this.#for(scope), space);
  }

  async termFrequencies(scope: TenantScope, terms: readonly string[]): Promise<readonly TermFrequency[]> {
    return termFrequencies(this.#for(scope), terms);
  }

  async vocabulary(
    scope: TenantScope,
    range: Parameters<GraphStore['vocabulary']>[1],
  ): Promise<readonly TermFrequency[]> {
    return listVocabulary(this.#for(scope), range);
  }

  async indexState(scope: TenantScope): Promise<IndexState> {
    return indexState(this.#for(scope));
  }

  async linksAmong(scope: TenantScope, ids: readonly MemoryId[]): Promise<readonly GraphLink[]> {
    return linksAmong(this.#for(scope), ids);
  }

  async relationships(scope: TenantScope, query: RelationshipQuery): Promise<readonly Relationship[]> {
    return listRelationships(this.#for(scope), query);
  }

  async traverse(scope: TenantScope, request: TraversalRequest): Promise<Traversal> {
    return traverse(this.#for(scope), request);
  }

  async statistics(scope: TenantScope, top: number): Promise<Statistics> {
    return statistics(this.#for(scope), top);
  }

  async facet(scope: TenantScope, facet: Facet, prefix: string, limit: number): Promise<readonly FacetCount[]> {
    return facetCounts(this.#for(scope), facet, prefix, limit);
  }

  async idsByPrefix(scope: TenantScope, prefix: string, limit: number): Promise<readonly MemoryId[]> {
    return idsByPrefix(this.#for(scope), prefix, limit);
  }

  async changes(scope: TenantScope, query: ChangeQuery): Promise<readonly Change[]> {
    return listChanges(this.#for(scope), query);
  }

  async idempotencyRecord(scope: TenantScope, key: string): Promise<IdempotencyRecord | null> {
    return idempotencyRecord(this.#for(scope), key);
  }

  async guardRevision(scope: TenantScope, guard: Guard): Promise<number> {
    return guardRevision(this.#for(scope), guard);
  }

  async tenants(): Promise<readonly TenantCount[]> {
    return tenantCounts(this.#open);
  }

  async sealingKey(): Promise<Uint8Array> {
    const [key] = this.#open.row<[Uint8Array]>('SELECT key FROM sealing_key') ?? [];
    if (key === undefined) throw new AppError('store_corrupt', 'The store lost its sealing key. Restore a backup.');
    return key;
  }

  async inspect(): Promise<readonly Finding[]> {
    return inspectStore(this.#open, this.location);
  }

  async backup(path: string): Promise<void> {
    backupStore(this.#open, path);
  }
}
