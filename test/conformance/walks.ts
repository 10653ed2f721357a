import type { TraversalRequest } from '../../src/storage/query.ts';
import type { RelationshipWords } from '../support/builders.ts';
import { makeMemory, makeRelationship, memoryId, relates } from '../support/builders.ts';
import type { Caller } from './caller.ts';

export const open: TraversalRequest = {
  from: memoryId(1),
  direction: 'both',
  maxDepth: 5,
  maxNodes: 1000,
  fanOut: 1000,
};

/** Steps as `from>to`, or `from<to` against the stored direction, with the depth behind `@`. */
export const walk = async ({ store, scope }: Caller, request: Partial<TraversalRequest> = {}): Promise<string> => {
  const { steps, cut } = await store.traverse(scope, { ...open, ...request });
  const number = (id: string): number => Number.parseInt(id.slice(0, 8), 16);
  const path = steps.map(
    (step) => `${number(step.from)}${step.forward ? '>' : '<'}${number(step.memoryId)}@${step.depth}`,
  );
  return [...path, ...(cut ? ['cut'] : [])].join(' ');
};

/** Keeps memories 1 to `count` and the edges, given as [from, to, what else matters]; their ids are 1, 2, 3 … */
export const draw = async (
  stage: Caller,
  count: number,
  edges: readonly (readonly [number, number, RelationshipWords?])[],
): Promise<void> => {
  await stage.keep(...Array.from({ length: count }, (_, index) => makeMemory({ id: index + 1 })));
  await stage.write(
    ...edges.map(([from, to, rest], index) =>
      relates(makeRelationship({ id: index + 1, from, to, type: 'CAUSES', ...rest })),
    ),
  );
};
