import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, Guard, IdempotencyRecord, IndexState, WriteBatch } from '../../src/storage/batch.ts';
import type { Capabilities } from '../../src/storage/capabilities.ts';
import type { MigrationStore } from '../../src/storage/migration.ts';
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
} from '../../src/storage/query.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import type { Admission, Backend, Finding, GraphStore, TenantCount } from '../../src/storage/store.ts';
import { backupStore } from './backup.ts';
import { listChanges } from './change-log.ts';
import { type Connection, untilFree } from './connection.ts';
import { translateFault } from './faults.ts';
import { guardRevision, indexState } from './guards.ts';
import { idempotencyRecord } from './idempotency.ts';
import { inspectStore } from './inspect.ts';
import { countMemories, idsByPrefix, listMemories, memoriesById } from './memories.ts';
import { openStore } from './open.ts';
import { linksAmong, listRelationships, listWithEnds } from './relationships.ts';
import { SqliteMigration } from './scope/store.ts';
import { searchMemories, searchRelationships } from './search.ts';
import type { SqliteSettings } from './settings.ts';
import { facetCounts, statistics } from './summaries.ts';
import { tenantCounts } from './tenants.ts';
import { traverse } from './traverse.ts';
import { countEmbedded, nearestMemories, unembeddedMemories } from './vectors.ts';
import { listVocabulary, termFrequencies } from './vocabulary.ts';
import { writeBatch } from './write-batch.ts';

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

  async open(admit?: Admission): Promise<void> {
    this.#connection = await openStore(this.#settings, admit);
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

  /** The connection, for a scope of the mode that the store was made for. */
  #for(scope: TenantScope): Connection {
    // What never went through the compiler may be no scope at all.
    const tenant = scope?.tenant;
    const fits = this.#settings.multiTenant ? typeof tenant === 'string' && tenant !== '' : tenant === null;
    if (!fits) {
      const mode = this.#settings.multiTenant ? 'multi' : 'single';
      throw new AppError('scope_required', `This call has no scope of ${mode}-tenant mode.`);
    }
    return this.#open;
  }

  async write(scope: TenantScope, batch: WriteBatch): Promise<Committed> {
    const connection = this.#for(scope);
    return { seq: await untilFree(() => writeBatch(connection, scope, batch)) };
  }

  async memories(scope: TenantScope, ids: readonly MemoryId[], state: MemoryState): Promise<readonly Memory[]> {
    return memoriesById(this.#for(scope), scope, ids, state);
  }

  async listMemories(scope: TenantScope, listing: MemoryListing): Promise<readonly Memory[]> {
    return listMemories(this.#for(scope), scope, listing);
  }

  async countMemories(scope: TenantScope, filter: MemoryFilter): Promise<number> {
    return countMemories(this.#for(scope), scope, filter);
  }

  async search(
    scope: TenantScope,
    query: TextQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return searchMemories(this.#for(scope), scope, query, filter, limit);
  }

  async searchWithLinks(
    scope: TenantScope,
    query: TextQuery,
    filter: MemoryFilter,
    limit: number,
    linked: number,
  ): Promise<LinkedHits> {
    const hits = await this.search(scope, query, filter, limit);
    return {
      hits,
      links: await this.linksAmong(
        scope,
        hits.slice(0, linked).map(({ memory }) => memory.id),
      ),
    };
  }

  async searchRelationships(
    scope: TenantScope,
    query: TextQuery,
    types: readonly RelationshipType[] | null,
    limit: number,
  ): Promise<readonly Relationship[]> {
    return searchRelationships(this.#for(scope), scope, query, types, limit);
  }

  async nearest(
    scope: TenantScope,
    query: VectorQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return nearestMemories(this.#for(scope), scope, query, filter, limit);
  }

  async unembedded(scope: TenantScope, listing: UnembeddedListing): Promise<readonly Memory[]> {
    return unembeddedMemories(this.#for(scope), scope, listing);
  }

  async countEmbedded(scope: TenantScope, space: VectorSpace): Promise<number> {
    return countEmbedded(this.#for(scope), scope, space);
  }

  async termFrequencies(scope: TenantScope, terms: readonly string[]): Promise<readonly TermFrequency[]> {
    return termFrequencies(this.#for(scope), scope, terms);
  }

  async vocabulary(
    scope: TenantScope,
    range: Parameters<GraphStore['vocabulary']>[1],
  ): Promise<readonly TermFrequency[]> {
    return listVocabulary(this.#for(scope), scope, range);
  }

  async indexState(scope: TenantScope): Promise<IndexState> {
    return indexState(this.#for(scope), scope);
  }

  async linksAmong(scope: TenantScope, ids: readonly MemoryId[]): Promise<readonly GraphLink[]> {
    return linksAmong(this.#for(scope), scope, ids);
  }

  async relationships(scope: TenantScope, query: RelationshipQuery): Promise<readonly Relationship[]> {
    return listRelationships(this.#for(scope), scope, query);
  }

  async relationshipsWithEnds(scope: TenantScope, query: RelationshipQuery): Promise<readonly RelationshipWithEnds[]> {
    return listWithEnds(this.#for(scope), scope, query);
  }

  async traverse(scope: TenantScope, request: TraversalRequest): Promise<Traversal> {
    return traverse(this.#for(scope), scope, request);
  }

  async statistics(scope: TenantScope, top: number): Promise<Statistics> {
    return statistics(this.#for(scope), scope, top);
  }

  async facet(scope: TenantScope, facet: Facet, prefix: string, limit: number): Promise<readonly FacetCount[]> {
    return facetCounts(this.#for(scope), scope, facet, prefix, limit);
  }

  async idsByPrefix(scope: TenantScope, prefix: string, limit: number): Promise<readonly MemoryId[]> {
    return idsByPrefix(this.#for(scope), scope, prefix, limit);
  }

  async changes(scope: TenantScope, query: ChangeQuery): Promise<readonly Change[]> {
    return listChanges(this.#for(scope), scope, query);
  }

  async idempotencyRecord(scope: TenantScope, key: string): Promise<IdempotencyRecord | null> {
    return idempotencyRecord(this.#for(scope), scope, key);
  }

  async guardRevision(scope: TenantScope, guard: Guard): Promise<number> {
    return guardRevision(this.#for(scope), scope, guard);
  }

  async tenants(): Promise<readonly TenantCount[]> {
    const connection = this.#open;
    return connection.read(() => tenantCounts(connection));
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

  migration(): MigrationStore {
    return new SqliteMigration(this.#settings);
  }
}
