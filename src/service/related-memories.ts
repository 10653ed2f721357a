import type { MemoryId } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Memory } from '../domain/memory.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import type { Direction, Traversal } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { findMemory } from './find-memory.ts';
import { type Paged, type PageRequest, pageOfRanked } from './ranked-page.ts';
import { type ToldStep, tellSteps } from './told-steps.ts';

export interface RelatedRequest {
  readonly types: readonly RelationshipType[] | null;
  readonly direction: Direction;
  readonly maxDepth: number;
}

export interface RelatedMemories extends Paged<ToldStep> {
  readonly start: Memory;
  /** Memories reached in all, at least, if `cut`. */
  readonly total: number;
  /** A bound left some of the neighbourhood out. */
  readonly cut: boolean;
}

/** What can be reached from a memory, nearest first. Throws `not_found`, `cursor_invalid`. */
export const relatedMemories = async (
  context: ServiceContext,
  id: MemoryId,
  request: RelatedRequest,
  page: PageRequest,
): Promise<RelatedMemories> => {
  const walk = (from: MemoryId): Promise<Traversal> =>
    context.store.traverse(context.scope, {
      from,
      ...(request.types ? { types: request.types } : {}),
      direction: request.direction,
      maxDepth: request.maxDepth,
      maxNodes: limits.traversalNodes,
      fanOut: limits.fanOut,
    });
  // A server is asked for both at once; only what was merged away is walked from again.
  const [start, fromAsked] = await Promise.all([findMemory(context, id), walk(id)]);
  const { steps, cut } = start.id === id ? fromAsked : await walk(start.id);
  const key = { tool: 'related', id, ...request };
  const paged = pageOfRanked(context, key, page, steps, (step) => step.memoryId);
  const items = await tellSteps(context, paged.items);
  return { ...paged, items, start, total: steps.length, cut };
};
