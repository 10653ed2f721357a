import { expect } from 'vitest';
import { relationshipTypes } from '../../src/domain/relationship.ts';
import type { TraversalRequest } from '../../src/storage/query.ts';
import { day, importsRelationship, makeMemory, makeRelationship, memoryId, relates, relationshipId, reshapes, trashes } from '../support/builders.ts';
import type { RelationshipWords } from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const open: TraversalRequest = { from: memoryId(1), direction: 'both', maxDepth: 5, maxNodes: 1000, fanOut: 1000 };

/** Steps as `from>to`, or `from<to` against the stored direction, with the depth behind `@`. */
const walk = async ({ store, scope }: Stage, request: Partial<TraversalRequest> = {}): Promise<string> => {
  const { steps, cut } = await store.traverse(scope, { ...open, ...request });
  const number = (id: string): number => Number.parseInt(id.slice(0, 8), 16);
  const path = steps.map((step) => `${number(step.from)}${step.forward ? '>' : '<'}${number(step.memoryId)}@${step.depth}`);
  return [...path, ...(cut ? ['cut'] : [])].join(' ');
};

/** Keeps memories 1 to `count` and the edges, given as [from, to, what else matters]; their ids are 1, 2, 3 … */
const draw = async (
  stage: Stage,
  count: number,
  edges: readonly (readonly [number, number, RelationshipWords?])[],
): Promise<void> => {
  await stage.keep(...Array.from({ length: count }, (_, index) => makeMemory({ id: index + 1 })));
  await stage.write(
    ...edges.map(([from, to, rest], index) => relates(makeRelationship({ id: index + 1, from, to, type: 'CAUSES', ...rest }))),
  );
};

export const traversal = makeConcern('walking the graph', {
  'levels come one after the other': async (stage) => {
    await draw(stage, 6, [[1, 2], [2, 3], [3, 4], [4, 5], [5, 6]]);
    expect(await walk(stage)).toBe('1>2@1 2>3@2 3>4@3 4>5@4 5>6@5');
    expect(await walk(stage, { maxDepth: 2 })).toBe('1>2@1 2>3@2');
    expect(await walk(stage, { from: memoryId(3), maxDepth: 1 })).toBe('3<2@1 3>4@1');
  },

  'the strongest relationship of a memory is followed first, ties by id': async (stage) => {
    await draw(stage, 6, [
      [1, 6, { strength: 0.5 }],
      [1, 5, { strength: 0.5 }],
      [1, 4, { strength: 0.9 }],
      [3, 1, { strength: 1 }],
      [1, 2, { strength: 0.1 + 0.2 }],
    ]);
    expect(await walk(stage)).toBe('1<3@1 1>4@1 1>6@1 1>5@1 1>2@1');
  },

  'a level is walked in the order in which it was reached, not by strength': async (stage) => {
    await draw(stage, 7, [
      [1, 2, { strength: 0.9 }],
      [1, 3, { strength: 0.1 }],
      [2, 4, { strength: 0.1 }],
      [3, 5, { strength: 1 }],
      [2, 6, { strength: 0.2 }],
      [3, 7, { strength: 0.1 }],
    ]);
    expect(await walk(stage)).toBe('1>2@1 1>3@1 2>6@2 2>4@2 3>5@2 3>7@2');
  },

  'a memory is reached once, by the first relationship that leads there': async (stage) => {
    await draw(stage, 4, [
      [1, 2, { strength: 0.2 }],
      [1, 3, { strength: 0.9 }],
      [2, 4, { strength: 1 }],
      [3, 4, { strength: 0.1 }],
      [1, 2, { type: 'SOLVES', strength: 0.4 }],
    ]);
    const { steps } = await stage.store.traverse(stage.scope, open);
    expect(steps).toStrictEqual([
      { memoryId: memoryId(3), depth: 1, from: memoryId(1), relationshipId: relationshipId(2), type: 'CAUSES', strength: 0.9, forward: true },
      { memoryId: memoryId(2), depth: 1, from: memoryId(1), relationshipId: relationshipId(5), type: 'SOLVES', strength: 0.4, forward: true },
      { memoryId: memoryId(4), depth: 2, from: memoryId(3), relationshipId: relationshipId(4), type: 'CAUSES', strength: 0.1, forward: true },
    ]);
  },

  'cycles end, and never lead to the start': async (stage) => {
    await draw(stage, 4, [[1, 2], [2, 3], [3, 1], [3, 4], [4, 2]]);
    expect(await walk(stage, { direction: 'outgoing' })).toBe('1>2@1 2>3@2 3>4@3');
    expect(await walk(stage)).toBe('1>2@1 1<3@1 2<4@2');
  },

  'direction is kept': async (stage) => {
    await draw(stage, 5, [[1, 2], [2, 3], [4, 1], [5, 4]]);
    expect(await walk(stage, { direction: 'outgoing' })).toBe('1>2@1 2>3@2');
    expect(await walk(stage, { direction: 'incoming' })).toBe('1<4@1 4<5@2');
    expect(await walk(stage, { direction: 'both' })).toBe('1>2@1 1<4@1 2>3@2 4<5@2');
  },

  'symmetric types are followed either way': async (stage) => {
    await draw(stage, 4, [[1, 2, { type: 'SIMILAR_TO' }], [3, 1, { type: 'WORKS_WITH' }], [4, 3, { type: 'RELATED_TO' }]]);
    const path = '1>2@1 1<3@1 3<4@2';
    expect(await walk(stage, { direction: 'outgoing' })).toBe(path);
    expect(await walk(stage, { direction: 'incoming' })).toBe(path);
    expect(await walk(stage, { direction: 'both' })).toBe(path);
  },

  'a relationship marked bidirectional is followed its own way': async (stage) => {
    await draw(stage, 2, [[2, 1, { bidirectional: true }]]);
    expect(await walk(stage, { direction: 'outgoing' })).toBe('');
    expect(await walk(stage, { direction: 'incoming' })).toBe('1<2@1');
  },

  'only the types asked for are followed': async (stage) => {
    await draw(stage, 5, [[1, 2], [1, 3, { type: 'SOLVES' }], [2, 4, { type: 'SOLVES' }], [3, 5, { type: 'RELATED_TO' }]]);
    expect(await walk(stage, { types: ['SOLVES'] })).toBe('1>3@1');
    expect(await walk(stage, { types: ['SOLVES', 'CAUSES'] })).toBe('1>2@1 1>3@1 2>4@2');
    expect(await walk(stage, { types: relationshipTypes })).toBe('1>2@1 1>3@1 2>4@2 3>5@2');
    expect(await walk(stage, { types: [] })).toBe('');
  },

  'closed and removed relationships lead nowhere': async (stage) => {
    await draw(stage, 4, [[1, 2, { validUntil: day(2) }], [1, 3, { removedAt: day(2) }], [1, 4]]);
    expect(await walk(stage)).toBe('1>4@1');
    await stage.write(reshapes(makeRelationship({ id: 3, from: 1, to: 4, type: 'CAUSES' }), { validUntil: day(3) }));
    expect(await walk(stage)).toBe('');
  },

  'what is in the trash or merged away is not passed through': async (stage) => {
    await draw(stage, 4, [[1, 2], [2, 3], [3, 4]]);
    await stage.keep(makeMemory({ id: 5, mergedInto: 1 }));
    await stage.write(importsRelationship(makeRelationship({ id: 9, from: 1, to: 5 })), trashes(makeMemory({ id: 3 })));
    expect(await walk(stage)).toBe('1>2@1');
  },

  'an absent or trashed start reaches nothing': async (stage) => {
    await draw(stage, 2, [[1, 2]]);
    expect(await walk(stage, { from: memoryId(99) })).toBe('');
    await stage.write(trashes(makeMemory({ id: 1 })));
    expect(await walk(stage)).toBe('');
    expect(await walk(stage, { from: memoryId(2) })).toBe('');
  },

  'a memory without relationships reaches nothing': async (stage) => {
    await stage.keep(makeMemory());
    expect(await stage.store.traverse(stage.scope, open)).toStrictEqual({ steps: [], cut: false });
  },
});

export const traversalBounds = makeConcern('bounds of a walk', {
  'the walk stops as soon as the goal is reached': async (stage) => {
    await draw(stage, 6, [[1, 2], [1, 3], [1, 4], [3, 5], [2, 6]]);
    expect(await walk(stage, { until: memoryId(3) })).toBe('1>2@1 1>3@1');
    expect(await walk(stage, { until: memoryId(6) })).toBe('1>2@1 1>3@1 1>4@1 2>6@2');
    expect(await walk(stage, { until: memoryId(99) })).toBe('1>2@1 1>3@1 1>4@1 2>6@2 3>5@2');
    expect(await walk(stage, { until: memoryId(5), maxDepth: 1 })).toBe('1>2@1 1>3@1 1>4@1');
  },

  'the goal is the end of the shortest path': async (stage) => {
    await draw(stage, 5, [[1, 2, { strength: 1 }], [2, 3, { strength: 1 }], [3, 5, { strength: 1 }], [1, 4, { strength: 0.1 }], [4, 5]]);
    const { steps } = await stage.store.traverse(stage.scope, { ...open, until: memoryId(5) });
    expect(steps.at(-1)).toMatchObject({ memoryId: memoryId(5), from: memoryId(4), depth: 2 });
  },

  'depth is no cut': async (stage) => {
    await draw(stage, 3, [[1, 2], [2, 3]]);
    expect(await walk(stage, { maxDepth: 1 })).toBe('1>2@1');
  },

  'the bound on memories cuts where one more would be reached': async (stage) => {
    await draw(stage, 5, [[1, 2], [1, 3], [2, 4], [3, 5]]);
    expect(await walk(stage, { maxNodes: 1 })).toBe('1>2@1 cut');
    expect(await walk(stage, { maxNodes: 3 })).toBe('1>2@1 1>3@1 2>4@2 cut');
    expect(await walk(stage, { maxNodes: 4 })).toBe('1>2@1 1>3@1 2>4@2 3>5@2');
  },

  'the bound on memories cuts nothing that depth would have left out': async (stage) => {
    await draw(stage, 4, [[1, 2], [1, 3], [2, 4]]);
    expect(await walk(stage, { maxNodes: 2, maxDepth: 1 })).toBe('1>2@1 1>3@1');
    expect(await walk(stage, { maxNodes: 2, maxDepth: 2 })).toBe('1>2@1 1>3@1 cut');
  },

  'the goal as the last memory that fits is no cut': async (stage) => {
    await draw(stage, 4, [[1, 2], [1, 3], [1, 4]]);
    expect(await walk(stage, { maxNodes: 2, until: memoryId(3) })).toBe('1>2@1 1>3@1');
    expect(await walk(stage, { maxNodes: 1, until: memoryId(3) })).toBe('1>2@1 cut');
  },

  'from one memory only the strongest relationships are looked at': async (stage) => {
    await draw(stage, 6, [
      [1, 2, { strength: 0.1 }],
      [1, 3, { strength: 0.9 }],
      [4, 1, { strength: 0.5 }],
      [3, 5, { strength: 0.5 }],
      [4, 6, { strength: 0.9 }],
    ]);
    expect(await walk(stage, { fanOut: 2 })).toBe('1>3@1 1<4@1 3>5@2 4>6@2 cut');
    expect(await walk(stage, { fanOut: 3 })).toBe('1>3@1 1<4@1 1>2@1 3>5@2 4>6@2');
    expect(await walk(stage, { fanOut: 1, direction: 'outgoing' })).toBe('1>3@1 3>5@2 cut');
  },

  'relationships of other types, directions and states take no place among the strongest': async (stage) => {
    await draw(stage, 7, [
      [1, 2, { strength: 1, type: 'SOLVES' }],
      [3, 1, { strength: 1 }],
      [1, 4, { strength: 1, validUntil: day(2) }],
      [1, 5, { strength: 1 }],
      [1, 6, { strength: 0.2 }],
      [1, 7, { strength: 0.1 }],
    ]);
    await stage.write(trashes(makeMemory({ id: 5 })));
    expect(await walk(stage, { fanOut: 2, types: ['CAUSES'], direction: 'outgoing' })).toBe('1>6@1 1>7@1');
    expect(await walk(stage, { fanOut: 1, types: ['CAUSES'], direction: 'outgoing' })).toBe('1>6@1 cut');
  },

  'a relationship back to where the walk came from takes its place': async (stage) => {
    await draw(stage, 3, [[1, 2, { strength: 1 }], [2, 3, { strength: 0.1 }]]);
    expect(await walk(stage, { fanOut: 1 })).toBe('1>2@1 cut');
    expect(await walk(stage, { fanOut: 2 })).toBe('1>2@1 2>3@2');
  },

  'a hub is walked within its bounds': async (stage) => {
    const spokes = Array.from({ length: 600 }, (_, index) => index + 2);
    await draw(stage, 601, spokes.map((to) => [1, to, { strength: (to % 10) / 10 }] as const));
    const strongestFirst = spokes.toSorted((a, b) => (b % 10) - (a % 10) || a - b);
    const all = await stage.store.traverse(stage.scope, { ...open, maxDepth: 2 });
    expect(all.steps.map(({ memoryId: reached }) => reached)).toEqual(strongestFirst.map(memoryId));
    expect(all.cut).toBe(false);
    const some = await stage.store.traverse(stage.scope, { ...open, maxDepth: 2, fanOut: 50 });
    expect(some.steps).toEqual(all.steps.slice(0, 50));
    expect(some.cut).toBe(true);
    const across = await walk(stage, { from: memoryId(2), until: memoryId(601), maxDepth: 2 });
    expect(across).toMatch(/ 1>601@2$/);
  },

  'a dense graph is walked to the last depth': async (stage) => {
    const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
    const edges = numbers.flatMap((from) => [1, 2, 7].map((hop) => [from, ((from + hop - 1) % 30) + 1] as const));
    await draw(stage, 30, edges);
    const { steps, cut } = await stage.store.traverse(stage.scope, { ...open, direction: 'outgoing' });
    expect(cut).toBe(false);
    expect(new Set(steps.map(({ memoryId: reached }) => reached)).size).toBe(steps.length);
    expect(steps.every(({ depth }, index) => depth >= (steps[index - 1]?.depth ?? 1))).toBe(true);
    expect(Math.max(...steps.map(({ depth }) => depth))).toBe(5);
  },
});
