import type { MemoryId } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship, RelationshipType } from '../domain/relationship.ts';
import type { Direction } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { pathTo } from './cycles.ts';
import { findMemories, memoryNotFound } from './find-memory.ts';

export interface PathRequest {
  readonly from: MemoryId;
  readonly to: MemoryId;
  readonly types: readonly RelationshipType[] | null;
  readonly direction: Direction;
  readonly maxDepth: number;
}

export interface PathStep {
  readonly relationship: Relationship;
  /** The memory that this step leads to. */
  readonly memory: Memory;
  /** The stored direction is the direction of the path. */
  readonly forward: boolean;
}

export interface FoundPath {
  readonly start: Memory;
  readonly end: Memory;
  /** Empty if there is none within reach; then `cut` says whether one may lie beyond the bounds. */
  readonly steps: readonly PathStep[];
  readonly cut: boolean;
}

const maxNodes = 20_000;

/** A shortest path of live relationships; of equally short ones that through the strongest first steps. Throws `not_found`. */
export const findPath = async (context: ServiceContext, request: PathRequest): Promise<FoundPath> => {
  const found = await findMemories(context, [request.from, request.to]);
  const [start, end] = [found.get(request.from), found.get(request.to)];
  if (!start) throw memoryNotFound(request.from);
  if (!end) throw memoryNotFound(request.to);
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
  const [memories, relationships] = await Promise.all([
    context.store.memories(
      context.scope,
      path.map((step) => step.memoryId),
      'live',
    ),
    context.store.relationships(context.scope, { ids: path.map((step) => step.relationshipId), limit: path.length }),
  ]);
  const byId = new Map(memories.map((memory) => [memory.id, memory]));
  const edges = new Map(relationships.map((edge) => [edge.id, edge]));
  const told = path.flatMap((step) => {
    const [memory, relationship] = [byId.get(step.memoryId), edges.get(step.relationshipId)];
    return memory && relationship ? [{ memory, relationship, forward: step.forward }] : [];
  });
  // Something on the way went while we looked: a path with a hole is none.
  return { start, end, steps: told.length === path.length ? told : [], cut };
};
