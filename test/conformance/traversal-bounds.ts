import { expect } from 'vitest';
import { day, makeMemory, memoryId, trashes } from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import { draw, open, walk } from './walks.ts';

export const traversalBounds = makeConcern('bounds of a walk', {
  'the walk stops as soon as the goal is reached': async (stage) => {
    await draw(stage, 6, [
      [1, 2],
      [1, 3],
      [1, 4],
      [3, 5],
      [2, 6],
    ]);
    expect(await walk(stage, { until: memoryId(3) })).toBe('1>2@1 1>3@1');
    expect(await walk(stage, { until: memoryId(6) })).toBe('1>2@1 1>3@1 1>4@1 2>6@2');
    expect(await walk(stage, { until: memoryId(99) })).toBe('1>2@1 1>3@1 1>4@1 2>6@2 3>5@2');
    expect(await walk(stage, { until: memoryId(5), maxDepth: 1 })).toBe('1>2@1 1>3@1 1>4@1');
  },

  'a walk to where it begins reaches nothing': async (stage) => {
    await draw(stage, 3, [
      [1, 2],
      [2, 3],
      [3, 1],
    ]);
    expect(await walk(stage, { until: memoryId(1) })).toBe('');
    expect(await walk(stage, { until: memoryId(1), maxNodes: 1, fanOut: 1 })).toBe('');
  },

  'the goal is the end of the shortest path': async (stage) => {
    await draw(stage, 5, [
      [1, 2, { strength: 1 }],
      [2, 3, { strength: 1 }],
      [3, 5, { strength: 1 }],
      [1, 4, { strength: 0.1 }],
      [4, 5],
    ]);
    const { steps } = await stage.store.traverse(stage.scope, { ...open, until: memoryId(5) });
    expect(steps.at(-1)).toMatchObject({ memoryId: memoryId(5), from: memoryId(4), depth: 2 });
  },

  'depth is no cut': async (stage) => {
    await draw(stage, 3, [
      [1, 2],
      [2, 3],
    ]);
    expect(await walk(stage, { maxDepth: 1 })).toBe('1>2@1');
  },

  'the bound on memories cuts where one more would be reached': async (stage) => {
    await draw(stage, 5, [
      [1, 2],
      [1, 3],
      [2, 4],
      [3, 5],
    ]);
    expect(await walk(stage, { maxNodes: 1 })).toBe('1>2@1 cut');
    expect(await walk(stage, { maxNodes: 3 })).toBe('1>2@1 1>3@1 2>4@2 cut');
    expect(await walk(stage, { maxNodes: 4 })).toBe('1>2@1 1>3@1 2>4@2 3>5@2');
  },

  'the bound on memories cuts nothing that depth would have left out': async (stage) => {
    await draw(stage, 4, [
      [1, 2],
      [1, 3],
      [2, 4],
    ]);
    expect(await walk(stage, { maxNodes: 2, maxDepth: 1 })).toBe('1>2@1 1>3@1');
    expect(await walk(stage, { maxNodes: 2, maxDepth: 2 })).toBe('1>2@1 1>3@1 cut');
  },

  'the goal as the last memory that fits is no cut': async (stage) => {
    await draw(stage, 4, [
      [1, 2],
      [1, 3],
      [1, 4],
    ]);
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
    await draw(stage, 3, [
      [1, 2, { strength: 1 }],
      [2, 3, { strength: 0.1 }],
    ]);
    expect(await walk(stage, { fanOut: 1 })).toBe('1>2@1 cut');
    expect(await walk(stage, { fanOut: 2 })).toBe('1>2@1 2>3@2');
  },

  'a hub is walked within its bounds': async (stage) => {
    const spokes = Array.from({ length: 600 }, (_, index) => index + 2);
    await draw(
      stage,
      601,
      spokes.map((to) => [1, to, { strength: (to % 10) / 10 }] as const),
    );
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
