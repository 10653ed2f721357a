import { randomBytes } from 'node:crypto';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
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
import { applyBatch } from './apply.ts';
import { findRelationships, linksAmong, traverseState } from './graph.ts';
import { filterMemories, listMemories } from './memory-filter.ts';
import { compareText } from './order.ts';
import type { RankedRelationship } from './search.ts';
import { rankRelationships, searchState } from './search.ts';
import type { State } from './state.ts';
import { emptyState, hasMemoryState, isLiveMemory } from './state.ts';
import { gatherStatistics, tallyFacet } from './tally.ts';
import { countEmbedded, nearestMemories, unembeddedMemories } from './vectors.ts';
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
  state: State;
  readonly sealingKey: Uint8Array;
}

export const makeReservoir = (): Reservoir => ({ state: emptyState, sealingKey: randomBytes(32) });

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
 * every answer is worked out anew from one immutable state.
 */
export class ReferenceStore implements Backend {
  readonly capabilities: Capabilities = { durability: 'none', onlineBackup: false };
  readonly location = 'memory of the test';
  readonly #reservoir: Reservoir;

  constructor(reservoir: Reservoir = makeReservoir()) {
    this.#reservoir = reservoir;
  }

  get #state(): State {
    return this.#reservoir.state;
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
    const counts = new Map<TenantCount['tenant'], number>();
    for (const { context } of this.#state.memories.values()) {
      counts.set(context.tenantId, (counts.get(context.tenantId) ?? 0) + 1);
    }
    return [...counts]
      .map(([tenant, memories]) => ({ tenant, memories }))
      .sort((a, b) => compareText(a.tenant ?? '', b.tenant ?? ''));
  }

  async sealingKey(): Promise<Uint8Array> {
    return this.#reservoir.sealingKey;
  }

  async inspect(): Promise<readonly Finding[]> {
    return [{ severity: 'ok', what: `${this.#state.memories.size} memories`, fix: null }];
  }

  async write(_scope: TenantScope, batch: WriteBatch): Promise<Committed> {
    this.#reservoir.state = applyBatch(this.#state, keep(batch));
    return { seq: this.#state.lastSeq };
  }

  async memories(_scope: TenantScope, ids: readonly MemoryId[], state: MemoryState): Promise<readonly Memory[]> {
    return keep(
      [...new Set(ids)].flatMap((id) => {
        const memory = this.#state.memories.get(id);
        return memory && hasMemoryState(memory, state) ? [memory] : [];
      }),
    );
  }

  async listMemories(_scope: TenantScope, listing: MemoryListing): Promise<readonly Memory[]> {
    return keep(listMemories(this.#state, listing));
  }

  async countMemories(_scope: TenantScope, filter: MemoryFilter): Promise<number> {
    return filterMemories(this.#state, filter).length;
  }

  async search(
    _scope: TenantScope,
    query: TextQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return keep(searchState(this.#state, query, filter, limit));
  }

  async searchRelationships(
    _scope: TenantScope,
    query: TextQuery,
    types: readonly RelationshipType[] | null,
    limit: number,
  ): Promise<readonly Relationship[]> {
    const ranked = rankRelationships(this.#state, query, types).slice(0, limit);
    return keep(ranked.map(({ relationship }) => relationship));
  }

  /** With the scores that decide the order of `searchRelationships`, for tests to weigh another store's order by. */
  rankedRelationships(query: TextQuery, types: readonly RelationshipType[] | null): readonly RankedRelationship[] {
    return keep(rankRelationships(this.#state, query, types));
  }

  async nearest(
    _scope: TenantScope,
    query: VectorQuery,
    filter: MemoryFilter,
    limit: number,
  ): Promise<readonly SearchHit[]> {
    return keep(nearestMemories(this.#state, query, filter, limit));
  }

  async unembedded(_scope: TenantScope, listing: UnembeddedListing): Promise<readonly Memory[]> {
    return keep(unembeddedMemories(this.#state, listing));
  }

  async countEmbedded(_scope: TenantScope, space: VectorSpace): Promise<number> {
    return countEmbedded(this.#state, space);
  }

  async termFrequencies(_scope: TenantScope, terms: readonly string[]): Promise<readonly TermFrequency[]> {
    return termFrequencies(this.#state, terms);
  }

  async vocabulary(
    _scope: TenantScope,
    range: Parameters<GraphStore['vocabulary']>[1],
  ): Promise<readonly TermFrequency[]> {
    return listVocabulary(this.#state, range);
  }

  async indexState(): Promise<IndexState> {
    return this.#state.indexState;
  }

  async linksAmong(_scope: TenantScope, ids: readonly MemoryId[]): Promise<readonly GraphLink[]> {
    return linksAmong(this.#state, ids);
  }

  async relationships(_scope: TenantScope, query: RelationshipQuery): Promise<readonly Relationship[]> {
    return keep(findRelationships(this.#state, query));
  }

  async traverse(_scope: TenantScope, request: TraversalRequest): Promise<Traversal> {
    return keep(traverseState(this.#state, request));
  }

  async statistics(_scope: TenantScope, top: number): Promise<Statistics> {
    return keep(gatherStatistics(this.#state, top));
  }

  async facet(_scope: TenantScope, facet: Facet, prefix: string, limit: number): Promise<readonly FacetCount[]> {
    return keep(tallyFacet(this.#state, facet, prefix, limit));
  }

  async idsByPrefix(_scope: TenantScope, prefix: string, limit: number): Promise<readonly MemoryId[]> {
    const live = [...this.#state.memories.values()].filter(isLiveMemory).map(({ id }) => id);
    return live
      .filter((id) => id.startsWith(prefix))
      .sort(compareText)
      .slice(0, limit);
  }

  async changes(_scope: TenantScope, query: ChangeQuery): Promise<readonly Change[]> {
    return keep(findChanges(this.#state, query));
  }

  async idempotencyRecord(_scope: TenantScope, key: string): Promise<IdempotencyRecord | null> {
    return keep(this.#state.keys.get(key) ?? null);
  }

  async guardRevision(_scope: TenantScope, guard: Guard): Promise<number> {
    return this.#state.guards.get(guard) ?? 0;
  }
}
