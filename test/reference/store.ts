import { randomBytes } from 'node:crypto';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory, MemoryName } from '../../src/domain/memory.ts';
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
import type { Backend, Finding, GraphStore, TenantCount } from '../../src/storage/store.ts';
import { applyBatch } from './apply.ts';
import { findRelationships, linksAmong, traverseState } from './graph.ts';
import { filterMemories, listMemories } from './memory-filter.ts';
import { compareText } from './order.ts';
import type { RankedRelationship } from './search.ts';
import { rankRelationships, searchState } from './search.ts';
import type { State } from './state.ts';
import { emptyState, hasMemoryState, isLiveMemory, ownKey } from './state.ts';
import { gatherStatistics, tallyFacet } from './tally.ts';
import { countEmbedded, nearestMemories, unembeddedMemories } from './vectors.ts';
import { visibleState } from './visible.ts';
import { listVocabulary, termFrequencies } from './words.ts';

const deepFreeze = (value: unknown): void => {
  // The numbers of a view cannot be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
};

/** A copy that neither the caller nor the store can change. */
const keep = <T>(value: T): T => {
  const copy = structuredClone(value);
  deepFreeze(copy);
  return copy;
};

/** What outlives a handle: several handles on one reservoir see the same data. */
export interface Reservoir {
  /** One state for each tenant, and one, under null, for all that is kept in single-tenant mode. */
  readonly states: Map<TenantScope['tenant'], State>;
  readonly sealingKey: Uint8Array;
}

export const makeReservoir = (): Reservoir => ({ states: new Map(), sealingKey: randomBytes(32) });

const findChanges = ({ changes }: State, query: ChangeQuery): readonly Change[] => {
  const found = changes
    .filter(({ entity }) => query.entity === undefined || entity === query.entity)
    .filter(({ id }) => query.ids?.includes(id) ?? true)
    .filter(({ seq }) => seq > (query.afterSeq ?? Number.NEGATIVE_INFINITY))
    .filter(({ seq }) => seq < (query.beforeSeq ?? Number.POSITIVE_INFINITY))
    .filter(({ at }) => at >= (query.since ?? Number.NEGATIVE_INFINITY));
  return (query.order === 'oldest_first' ? found : found.reverse()).slice(0, query.limit);
};

/**
 * The contract written out plainly, in memory, for the tests to hold real stores against. It is slow and it is right:
 * every answer is worked out anew from one immutable state, of which a caller's scope leaves the part that `visibleState` gives.
 */
export class ReferenceStore implements Backend {
  readonly capabilities: Capabilities = { durability: 'none', onlineBackup: false };
  readonly location = 'memory of the test';
  readonly #reservoir: Reservoir;
  readonly #multiTenant: boolean;

  constructor(reservoir: Reservoir = makeReservoir(), { multiTenant = false } = {}) {
    this.#reservoir = reservoir;
    this.#multiTenant = multiTenant;
  }

  /** Of the scope's tenant, all of it. */
  #whole({ tenant }: TenantScope): State {
    if ((tenant === null) === this.#multiTenant) {
      throw new AppError(
        'scope_required',
        `This scope is not one of ${this.#multiTenant ? 'multi' : 'single'}-tenant mode.`,
      );
    }
    return this.#reservoir.states.get(tenant) ?? emptyState;
  }

  #visible(scope: TenantScope): State {
    return visibleState(this.#whole(scope), scope);
  }

  get #everyMemory(): readonly Memory[] {
    return [...this.#reservoir.states.values()].flatMap(({ memories }) => [...memories.values()]);
  }

  async open(): Promise<void> {
    // Nothing to make ready.
  }

  async close(): Promise<void> {
    // The reservoir belongs to whoever made it.
  }

  translate(): null {
    return null;
  }

  async tenants(): Promise<readonly TenantCount[]> {
    const all = this.#everyMemory.map(({ context }) => context);
    return [...new Set(all.map(({ tenantId }) => tenantId))]
      .map((tenant) => {
        const theirs = all.filter(({ tenantId }) => tenantId === tenant);
        const creators = new Set(theirs.flatMap(({ createdBy }) => createdBy ?? []));
        return { tenant, memories: theirs.length, creators: tenant === null ? 0 : creators.size };
      })
      .sort((a, b) => compareText(a.tenant ?? '', b.tenant ?? ''));
  }

  async sealingKey(): Promise<Uint8Array> {
    return this.#reservoir.sealingKey;
  }

  async inspect(): Promise<readonly Finding[]> {
    return [{ severity: 'ok', what: `${this.#everyMemory.length} memories`, fix: null }];
  }

  async write(scope: TenantScope, batch: WriteBatch): Promise<Committed> {
    const state = applyBatch(this.#whole(scope), scope, keep(batch));
    this.#reservoir.states.set(scope.tenant, state);
    return { seq: state.lastSeq };
  }

  async memories(scope: TenantScope, ids: readonly MemoryId[], state: MemoryState): Promise<readonly Memory[]> {
    const { memories } = this.#visible(scope);
    return keep(
      [...new Set(ids)].flatMap((id) => {
        const memory = memories.get(id);
        return memory && hasMemoryState(memory, state) ? [memory] : [];
      }),
    );
  }

  async listMemories(scope: TenantScope, listing: MemoryListing): Promise<readonly Memory[]> {
    return keep(listMemories(this.#visible(scope), listing));
  }

  async countMemories(scope: TenantScope, filter: MemoryFilter): Promise<number> {
    return filterMemories(this.#visible(scope), filter).length;
  }

  async search(
    scope: TenantScope,
    query: TextQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return keep(searchState(this.#visible(scope), query, filter, limit));
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
    const ranked = rankRelationships(this.#visible(scope), query, types).slice(0, limit);
    return keep(ranked.map(({ relationship }) => relationship));
  }

  /** With the scores that decide the order of `searchRelationships`, for tests to weigh another store's order by. */
  rankedRelationships(
    scope: TenantScope,
    query: TextQuery,
    types: readonly RelationshipType[] | null,
  ): readonly RankedRelationship[] {
    return keep(rankRelationships(this.#visible(scope), query, types));
  }

  async nearest(
    scope: TenantScope,
    query: VectorQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return keep(nearestMemories(this.#visible(scope), query, filter, limit));
  }

  async unembedded(scope: TenantScope, listing: UnembeddedListing): Promise<readonly Memory[]> {
    return keep(unembeddedMemories(this.#visible(scope), listing));
  }

  async countEmbedded(scope: TenantScope, space: VectorSpace): Promise<number> {
    return countEmbedded(this.#visible(scope), space);
  }

  async termFrequencies(scope: TenantScope, terms: readonly string[]): Promise<readonly TermFrequency[]> {
    return termFrequencies(this.#visible(scope), terms);
  }

  async vocabulary(
    scope: TenantScope,
    range: Parameters<GraphStore['vocabulary']>[1],
  ): Promise<readonly TermFrequency[]> {
    return listVocabulary(this.#visible(scope), range);
  }

  async indexState(scope: TenantScope): Promise<IndexState> {
    return this.#visible(scope).indexState;
  }

  async linksAmong(scope: TenantScope, ids: readonly MemoryId[]): Promise<readonly GraphLink[]> {
    return linksAmong(this.#visible(scope), ids);
  }

  async relationships(scope: TenantScope, query: RelationshipQuery): Promise<readonly Relationship[]> {
    return keep(findRelationships(this.#visible(scope), query));
  }

  async relationshipsWithEnds(scope: TenantScope, query: RelationshipQuery): Promise<readonly RelationshipWithEnds[]> {
    const { memories } = this.#visible(scope);
    const nameOf = (end: MemoryId): MemoryName => {
      const memory = memories.get(end);
      if (memory === undefined) throw new RangeError('a relationship without an end');
      const { id, type, title } = memory;
      return { id, type, title };
    };
    const found = await this.relationships(scope, query);
    return found.map((relationship) => ({
      relationship,
      from: nameOf(relationship.from),
      to: nameOf(relationship.to),
    }));
  }

  async traverse(scope: TenantScope, request: TraversalRequest): Promise<Traversal> {
    return keep(traverseState(this.#visible(scope), request));
  }

  async statistics(scope: TenantScope, top: number): Promise<Statistics> {
    return keep(gatherStatistics(this.#visible(scope), top));
  }

  async facet(scope: TenantScope, facet: Facet, prefix: string, limit: number): Promise<readonly FacetCount[]> {
    return keep(tallyFacet(this.#visible(scope), facet, prefix, limit));
  }

  async idsByPrefix(scope: TenantScope, prefix: string, limit: number): Promise<readonly MemoryId[]> {
    const live = [...this.#visible(scope).memories.values()].filter(isLiveMemory).map(({ id }) => id);
    return live
      .filter((id) => id.startsWith(prefix))
      .sort(compareText)
      .slice(0, limit);
  }

  async changes(scope: TenantScope, query: ChangeQuery): Promise<readonly Change[]> {
    return keep(findChanges(this.#visible(scope), query));
  }

  async idempotencyRecord(scope: TenantScope, key: string): Promise<IdempotencyRecord | null> {
    return keep(this.#visible(scope).keys.get(ownKey(scope, key)) ?? null);
  }

  async guardRevision(scope: TenantScope, guard: Guard): Promise<number> {
    return this.#visible(scope).guards.get(guard) ?? 0;
  }
}
