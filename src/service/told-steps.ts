import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { TraversalStep } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

/** A step of a walk with what a reader wants to know of it. */
export interface ToldStep {
  readonly step: TraversalStep;
  readonly relationship: Relationship;
  /** The memory that the step leads to. */
  readonly memory: Memory;
}

/** In the same order; a step whose memory or relationship went since the walk is left out. */
export const tellSteps = async (
  context: ServiceContext,
  steps: readonly TraversalStep[],
): Promise<readonly ToldStep[]> => {
  if (steps.length === 0) return [];
  const memoryIds = steps.map((step) => step.memoryId);
  const ids = steps.map((step) => step.relationshipId);
  const [memories, relationships] = await Promise.all([
    context.store.memories(context.scope, memoryIds, 'live'),
    context.store.relationships(context.scope, { ids, limit: ids.length }),
  ]);
  const memoryById = new Map(memories.map((memory) => [memory.id, memory]));
  const edgeById = new Map(relationships.map((edge) => [edge.id, edge]));
  return steps.flatMap((step) => {
    const [memory, relationship] = [memoryById.get(step.memoryId), edgeById.get(step.relationshipId)];
    return memory && relationship ? [{ step, memory, relationship }] : [];
  });
};
