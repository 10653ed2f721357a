import type { MemoryId } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Memory } from '../domain/memory.ts';
import { type ParsedQuery, parseQuery } from '../search/query.ts';
import type { TraversalStep } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { findMemory } from './find-memory.ts';
import { type Paged, type PageRequest, pageOfRanked, rankedDepth } from './ranked-page.ts';

export interface NeighbourFound {
  readonly memory: Memory;
  /** How it is reached from the start. */
  readonly step: TraversalStep;
}

export interface ContextualFinds extends Paged<NeighbourFound> {
  readonly start: Memory;
  readonly parsed: ParsedQuery;
  /** Memories that were searched. */
  readonly searched: number;
  /** A bound left some of the neighbourhood out. */
  readonly cut: boolean;
}

/** Searches only what can be reached from a memory, the best match first. Throws `not_found`, `cursor_invalid`. */
export const contextualSearch = async (
  context: ServiceContext,
  id: MemoryId,
  query: string,
  maxDepth: number,
  page: PageRequest,
): Promise<ContextualFinds> => {
  const start = await findMemory(context, id);
  const parsed = parseQuery(query);
  const { steps, cut } = await context.store.traverse(context.scope, {
    from: start.id,
    direction: 'both',
    maxDepth,
    maxNodes: limits.traversalNodes,
    fanOut: limits.fanOut,
  });
  const reached = new Map(steps.map((step) => [step.memoryId, step]));
  const key = { tool: 'contextual', id, query, maxDepth };
  const filter = { ids: [...reached.keys()] };
  const hits = await context.store.search(context.scope, parsed.query, filter, rankedDepth(context, key, page));
  const found = hits.flatMap((hit) => {
    const step = reached.get(hit.memory.id);
    return step ? [{ memory: hit.memory, step }] : [];
  });
  const paged = pageOfRanked(context, key, page, found, (neighbour) => neighbour.memory.id);
  return { ...paged, start, parsed, searched: steps.length, cut };
};
