import { expect } from 'vitest';
import { relationshipTypes } from '../../src/domain/relationship.ts';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  memoryId,
  relationshipId,
  reshapes,
  trashes,
} from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import { draw, open, walk } from './walks.ts';

export const traversal = makeConcern('walking the graph', {
  'levels come one after the other': async (stage) => {
    await draw(stage, 6, [
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 6],
    ]);
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

  'links that the server made are left out when only stated ones are wanted': async (stage) => {
    await draw(stage, 4, [
      [1, 2, { origin: 'automatic', strength: 0.9 }],
      [1, 3, { strength: 0.5 }],
      [3, 4, { origin: 'automatic' }],
    ]);
    expect(await walk(stage)).toBe('1>2@1 1>3@1 3>4@2');
    expect(await walk(stage, { statedOnly: true })).toBe('1>3@1');
    expect(await walk(stage, { statedOnly: true, until: memoryId(2) })).toBe('1>3@1');
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
      {
        memoryId: memoryId(3),
        depth: 1,
        from: memoryId(1),
        relationshipId: relationshipId(2),
        type: 'CAUSES',
        strength: 0.9,
        forward: true,
      },
      {
        memoryId: memoryId(2),
        depth: 1,
        from: memoryId(1),
        relationshipId: relationshipId(5),
        type: 'SOLVES',
        strength: 0.4,
        forward: true,
      },
      {
        memoryId: memoryId(4),
        depth: 2,
        from: memoryId(3),
        relationshipId: relationshipId(4),
        type: 'CAUSES',
        strength: 0.1,
        forward: true,
      },
    ]);
  },

  'cycles end, and never lead to the start': async (stage) => {
    await draw(stage, 4, [
      [1, 2],
      [2, 3],
      [3, 1],
      [3, 4],
      [4, 2],
    ]);
    expect(await walk(stage, { direction: 'outgoing' })).toBe('1>2@1 2>3@2 3>4@3');
    expect(await walk(stage)).toBe('1>2@1 1<3@1 2<4@2');
  },

  'direction is kept': async (stage) => {
    await draw(stage, 5, [
      [1, 2],
      [2, 3],
      [4, 1],
      [5, 4],
    ]);
    expect(await walk(stage, { direction: 'outgoing' })).toBe('1>2@1 2>3@2');
    expect(await walk(stage, { direction: 'incoming' })).toBe('1<4@1 4<5@2');
    expect(await walk(stage, { direction: 'both' })).toBe('1>2@1 1<4@1 2>3@2 4<5@2');
  },

  'symmetric types are followed either way': async (stage) => {
    await draw(stage, 4, [
      [1, 2, { type: 'SIMILAR_TO' }],
      [3, 1, { type: 'WORKS_WITH' }],
      [4, 3, { type: 'RELATED_TO' }],
    ]);
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
    await draw(stage, 5, [
      [1, 2],
      [1, 3, { type: 'SOLVES' }],
      [2, 4, { type: 'SOLVES' }],
      [3, 5, { type: 'RELATED_TO' }],
    ]);
    expect(await walk(stage, { types: ['SOLVES'] })).toBe('1>3@1');
    expect(await walk(stage, { types: ['SOLVES', 'CAUSES'] })).toBe('1>2@1 1>3@1 2>4@2');
    expect(await walk(stage, { types: relationshipTypes })).toBe('1>2@1 1>3@1 2>4@2 3>5@2');
    expect(await walk(stage, { types: [] })).toBe('');
  },

  'closed and removed relationships lead nowhere': async (stage) => {
    await draw(stage, 4, [
      [1, 2, { validUntil: day(2) }],
      [1, 3, { removedAt: day(2) }],
      [1, 4],
    ]);
    expect(await walk(stage)).toBe('1>4@1');
    await stage.write(reshapes(makeRelationship({ id: 3, from: 1, to: 4, type: 'CAUSES' }), { validUntil: day(3) }));
    expect(await walk(stage)).toBe('');
  },

  'what is in the trash or merged away is not passed through': async (stage) => {
    await draw(stage, 4, [
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
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
