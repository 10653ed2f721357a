import type { MemoryId } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Memory } from '../domain/memory.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import type { Direction } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { pathTo } from './cycles.ts';
import { findMemories, missingMemory } from './find-memory.ts';
import { type ToldStep, tellSteps } from './told-steps.ts';

export interface PathRequest {
  readonly from: MemoryId;
  readonly to: MemoryId;
  readonly types: readonly RelationshipType[] | null;
  readonly direction: Direction;
  readonly maxDepth: number;
}

export interface FoundPath {
  readonly start: Memory;
  readonly end: Memory;
  /** Empty if there is none within reach; then `cut` says whether one may lie beyond the bounds. */
  readonly steps: readonly ToldStep[];
  readonly cut: boolean;
}

const maxNodes = 20_000;

/** A shortest path of live relationships; of equally short ones that through the strongest first steps. Throws `not_found`. */
export const findPath = async (context: ServiceContext, request: PathRequest): Promise<FoundPath> => {
  const found = await findMemories(context, [request.from, request.to]);
  const [start, end] = [found.get(request.from), found.get(request.to)];
  if (!start) throw await missingMemory(context, request.from);
  if (!end) throw await missingMemory(context, request.to);
  if (start.id === end.id) return { start, end, steps: [], cut: false };
  const { steps, cut } = await context.store.traverse(context.scope, {
    from: start.id,
    until: end.id,
    ...(request.types ? { types: request.types } : {}),
    direction: request.direction,
    maxDepth: request.maxDepth,
    maxNodes,
    fanOut: limits.fanOut,
  });
  const path = pathTo(steps, end.id);
  if (path.length === 0) return { start, end, steps: [], cut };
  const told = await tellSteps(context, path);
  // Something on the way went while we looked: a path with a hole is none.
  return { start, end, steps: told.length === path.length ? told : [], cut };
};
