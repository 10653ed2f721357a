import type { MemoryId } from '../domain/ids.ts';
import { isAcyclic, type RelationshipType } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { TraversalStep } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

/** A chain longer or wider than this is refused rather than believed. */
const reach = { maxDepth: 10_000, maxNodes: 100_000, fanOut: 100_000 };

/** Ids from the start of the traversal to `end`, which it reached. */
export const pathTo = (steps: readonly TraversalStep[], end: MemoryId): readonly TraversalStep[] => {
  const reachedBy = new Map(steps.map((step) => [step.memoryId, step]));
  const path: TraversalStep[] = [];
  for (let step = reachedBy.get(end); step; step = reachedBy.get(step.from)) path.unshift(step);
  return path;
};

/**
 * For a type that refuses cycles: throws `cycle` if `to` already leads back to `from`, and returns the condition that makes the write fail
 * when another one of these types was stored after this look. For other types, or with cycles allowed, there is nothing to guard.
 */
export const guardAgainstCycle = async (
  context: ServiceContext,
  from: MemoryId,
  to: MemoryId,
  type: RelationshipType,
): Promise<readonly WriteOperation[]> => {
  if (!isAcyclic(type) || context.settings.allowCycles) return [];
  const revision = await context.store.guardRevision(context.scope, 'acyclic_graph');
  const back = await context.store.traverse(context.scope, {
    from: to,
    until: from,
    types: [type],
    statedOnly: true,
    direction: 'outgoing',
    ...reach,
  });
  const path = pathTo(back.steps, from);
  if (path.length > 0 || back.cut) {
    const ids = [from, to, ...path.map((step) => step.memoryId)];
    const titles = new Map(
      (await context.store.memories(context.scope, [...new Set(ids)], 'live')).map((m) => [m.id, m.title]),
    );
    const named = ids.map((id) => `${id} "${titles.get(id) ?? ''}"`).join(` -${type}-> `);
    throw new AppError(
      'cycle',
      `${type} must not form a cycle, and this one would: ${named}. Turn the relationship round, use another type, or delete a step of the path.`,
      { details: { path: ids } },
    );
  }
  return [{ op: 'expect_revision', guard: 'acyclic_graph', revision }];
};
