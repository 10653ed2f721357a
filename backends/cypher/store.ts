import { randomBytes, randomUUID } from 'node:crypto';
import type { MemoryId, TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, Guard, IdempotencyRecord, IndexState, WriteBatch } from '../../src/storage/batch.ts';
import type { Capabilities } from '../../src/storage/capabilities.ts';
import type { MigrationStore } from '../../src/storage/migration.ts';
import type * as query from '../../src/storage/query.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import type { Backend, Finding, GraphStore, TenantCount } from '../../src/storage/store.ts';
import { auditTenants } from './audit.ts';
import { listChanges } from './changes.ts';
import { attempted, contend } from './contend.ts';
import type { Dialect } from './dialect.ts';
import { readHead } from './load-images.ts';
import { countMemories, idsByPrefix, listMemories, memoriesById } from './memories.ts';
import { linksAmong, listRelationships, listWithEnds } from './relationships.ts';
import { CypherMigration } from './scope/store.ts';
import { searchWithLinks } from './search.ts';
import { searchRelationships } from './search-relationships.ts';
import { guardRevision, idempotencyRecord, indexState } from './states.ts';
import { facetCounts, statistics } from './summaries.ts';
import { traverse } from './traverse.ts';
import { countEmbedded, nearestMemories, unembeddedMemories } from './vectors.ts';
import { listVocabulary, termFrequencies } from './words.ts';
import { inTurn, moved, writeBatch } from './write-batch.ts';

const ownersText =
  'MATCH (m:Memory) RETURN m.context_tenant_id AS tenant, count(m) AS n, count(DISTINCT m.context_created_by) AS creators';

/** The contract over a graph database that speaks Cypher. */
export class CypherStore implements Backend {
  readonly capabilities: Capabilities;
  readonly location: string;
  readonly #dialect: Dialect;
  readonly #multiTenant: boolean;
  readonly #inTurn = inTurn();
  readonly migration?: () => MigrationStore;

  /** `connect` makes a dialect of multi-tenant mode for the same database, for a migration. */
  constructor(dialect: Dialect, multiTenant: boolean, connect?: (readOnly: boolean) => Dialect) {
    this.#dialect = dialect;
    if (connect !== undefined) this.migration = () => new CypherMigration(connect);
    this.#multiTenant = multiTenant;
    this.location = dialect.location;
    this.capabilities = Object.freeze({ durability: dialect.durability, onlineBackup: false });
  }

  /** The dialect, for a scope of the mode that the store was made for. */
  #for(scope: TenantScope): Dialect {
    if ((scope.tenant !== null) !== this.#multiTenant) {
      throw new AppError('scope_required', 'A call came with a scope of the other mode.');
    }
    return scope.tenant === null ? this.#dialect : (this.#dialect.partOf?.(scope.tenant) ?? this.#dialect);
  }

  /** Leaves nothing connected if it fails: it may be called again. */
  async open(): Promise<void> {
    try {
      await this.#dialect.open();
      const movedTo = this.#multiTenant ? null : await this.#movedTo();
      if (movedTo !== null) throw moved(movedTo);
    } catch (error) {
      await this.#dialect.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#dialect.close();
  }

  translate(error: unknown): AppError | null {
    return this.#dialect.translate(error);
  }

  async inspect(): Promise<readonly Finding[]> {
    const found = await this.#dialect.inspect();
    return this.#multiTenant ? [...found, ...(await auditTenants(await this.#everyPart()))] : found;
  }

  /** The tenant that has what was without one. */
  async #movedTo(): Promise<TenantId | null> {
    return (await readHead(this.#dialect, null))?.movedTo ?? null;
  }

  async #everyPart(): Promise<readonly Dialect[]> {
    return [this.#dialect, ...((await this.#dialect.parts?.()) ?? [])];
  }

  async tenants(): Promise<readonly TenantCount[]> {
    const parts = await this.#everyPart();
    const rows = await Promise.all(parts.map((part) => part.read({ text: ownersText, parameters: {} })));
    // What was moved stands where it was only so that it can be moved back.
    const isMoved = (await this.#movedTo()) !== null;
    return rows
      .flat()
      .filter(({ tenant }) => !isMoved || (tenant ?? null) !== null)
      .map(({ tenant, n, creators }) => ({
        tenant: (tenant ?? null) as TenantId | null,
        memories: Number(n),
        creators: tenant === null ? 0 : Number(creators),
      }))
      .sort((a, b) => ((a.tenant ?? '') < (b.tenant ?? '') ? -1 : 1));
  }

  async sealingKey(): Promise<Uint8Array> {
    const parameters = { key: 'sealing', value: randomBytes(32).toString('base64') };
    const text = 'MERGE (s:State {key: $key}) ON CREATE SET s.value = $value RETURN s.value AS value';
    const { outcomeOf } = this.#dialect;
    // Of two who make it at once one finds it there the next time.
    const [row] = await contend(randomUUID(), () =>
      attempted(outcomeOf, ['again'], () => this.#dialect.write({ text, parameters })),
    );
    return Buffer.from(String(row?.value), 'base64');
  }

  async write(scope: TenantScope, batch: WriteBatch): Promise<Committed> {
    const dialect = this.#for(scope);
    return this.#inTurn(scope.tenant ?? '', () => writeBatch(dialect, scope, batch, randomUUID));
  }

  async memories(scope: TenantScope, ids: readonly MemoryId[], state: query.MemoryState): Promise<readonly Memory[]> {
    return memoriesById(this.#for(scope), scope, ids, state);
  }

  async listMemories(scope: TenantScope, listing: query.MemoryListing): Promise<readonly Memory[]> {
    return listMemories(this.#for(scope), scope, listing);
  }

  async countMemories(scope: TenantScope, filter: query.MemoryFilter): Promise<number> {
    return countMemories(this.#for(scope), scope, filter);
  }

  async search(
    scope: TenantScope,
    text: TextQuery,
    filter: query.MemoryFilter,
    limit: number,
  ): Promise<readonly query.SearchHit[]> {
    return (await searchWithLinks(this.#for(scope), scope, text, filter, { limit, linked: 0 })).hits;
  }

  async searchWithLinks(
    scope: TenantScope,
    text: TextQuery,
    filter: query.MemoryFilter,
    limit: number,
    linked: number,
  ): Promise<query.LinkedHits> {
    return searchWithLinks(this.#for(scope), scope, text, filter, { limit, linked });
  }

  async searchRelationships(
    scope: TenantScope,
    text: TextQuery,
    types: readonly RelationshipType[] | null,
    limit: number,
  ): Promise<readonly Relationship[]> {
    return searchRelationships(this.#for(scope), scope, text, types, limit);
  }

  async nearest(
    scope: TenantScope,
    vector: query.VectorQuery,
    filter: query.MemoryFilter,
    limit: number,
  ): Promise<readonly query.SearchHit[]> {
    return nearestMemories(this.#for(scope), scope, vector, filter, limit);
  }

  async unembedded(scope: TenantScope, listing: query.UnembeddedListing): Promise<readonly Memory[]> {
    return unembeddedMemories(this.#for(scope), scope, listing);
  }

  async countEmbedded(scope: TenantScope, space: query.VectorSpace): Promise<number> {
    return countEmbedded(this.#for(scope), scope, space);
  }

  async termFrequencies(scope: TenantScope, terms: readonly string[]): Promise<readonly query.TermFrequency[]> {
    return termFrequencies(this.#for(scope), scope, terms);
  }

  async vocabulary(
    scope: TenantScope,
    range: Parameters<GraphStore['vocabulary']>[1],
  ): Promise<readonly query.TermFrequency[]> {
    return listVocabulary(this.#for(scope), scope, range);
  }

  async indexState(scope: TenantScope): Promise<IndexState> {
    return indexState(this.#for(scope), scope);
  }

  async linksAmong(scope: TenantScope, ids: readonly MemoryId[]): Promise<readonly query.GraphLink[]> {
    return linksAmong(this.#for(scope), scope, ids);
  }

  async relationships(scope: TenantScope, wanted: query.RelationshipQuery): Promise<readonly Relationship[]> {
    return listRelationships(this.#for(scope), scope, wanted);
  }

  async relationshipsWithEnds(
    scope: TenantScope,
    wanted: query.RelationshipQuery,
  ): Promise<readonly query.RelationshipWithEnds[]> {
    return listWithEnds(this.#for(scope), scope, wanted);
  }

  async traverse(scope: TenantScope, request: query.TraversalRequest): Promise<query.Traversal> {
    return traverse(this.#for(scope), scope, request);
  }

  async statistics(scope: TenantScope, top: number): Promise<query.Statistics> {
    return statistics(this.#for(scope), scope, top);
  }

  async facet(
    scope: TenantScope,
    facet: query.Facet,
    prefix: string,
    limit: number,
  ): Promise<readonly query.FacetCount[]> {
    return facetCounts(this.#for(scope), scope, facet, prefix, limit);
  }

  async idsByPrefix(scope: TenantScope, prefix: string, limit: number): Promise<readonly MemoryId[]> {
    return idsByPrefix(this.#for(scope), scope, prefix, limit);
  }

  async changes(scope: TenantScope, wanted: query.ChangeQuery): Promise<readonly query.Change[]> {
    return listChanges(this.#for(scope), scope, wanted);
  }

  async idempotencyRecord(scope: TenantScope, key: string): Promise<IdempotencyRecord | null> {
    return idempotencyRecord(this.#for(scope), scope, key);
  }

  async guardRevision(scope: TenantScope, guard: Guard): Promise<number> {
    return guardRevision(this.#for(scope), scope, guard);
  }
}
