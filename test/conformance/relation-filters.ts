import { expect } from 'vitest';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  relates,
  reshapes,
  trashes,
} from '../support/builders.ts';
import { makeConcern } from './concern.ts';

export const relationFilters = makeConcern('filters by relationship', {
  'related by holds from either end': async (stage) => {
    await stage.keep(...[1, 2, 3, 4].map((id) => makeMemory({ id })));
    await stage.write(
      relates(makeRelationship({ id: 1, from: 1, to: 2, type: 'SOLVES' })),
      relates(makeRelationship({ id: 2, from: 2, to: 3, type: 'CAUSES' })),
    );
    expect(await stage.matching({ relatedBy: ['SOLVES'] })).toEqual([1, 2]);
    expect(await stage.matching({ relatedBy: ['CAUSES', 'SOLVES'] })).toEqual([1, 2, 3]);
    expect(await stage.matching({ relatedBy: ['BLOCKS'] })).toEqual([]);
    expect(await stage.matching({ notRelatedBy: ['SOLVES'] })).toEqual([3, 4]);
    expect(await stage.matching({ notRelatedBy: ['SOLVES', 'CAUSES'] })).toEqual([4]);
    expect(await stage.matching({ relatedBy: ['CAUSES'], notRelatedBy: ['SOLVES'] })).toEqual([3]);
  },

  'closed and removed relationships do not count': async (stage) => {
    await stage.keep(...[1, 2].map((id) => makeMemory({ id })));
    const live = makeRelationship({ id: 1, type: 'SOLVES' });
    await stage.write(
      relates(live),
      relates(makeRelationship({ id: 2, type: 'CAUSES', validUntil: day(1) })),
      relates(makeRelationship({ id: 3, type: 'BLOCKS', removedAt: day(1) })),
    );
    expect(await stage.matching({ relatedBy: ['CAUSES', 'BLOCKS'] })).toEqual([]);
    expect(await stage.matching({ notRelatedBy: ['CAUSES', 'BLOCKS'] })).toEqual([1, 2]);
    expect(await stage.matching({ relatedBy: ['SOLVES'] })).toEqual([1, 2]);
    await stage.write(reshapes(live, { validUntil: day(2) }, 'invalidated'));
    expect(await stage.matching({ relatedBy: ['SOLVES'] })).toEqual([]);
  },

  'the other end must be live, this one need not': async (stage) => {
    const solution = makeMemory({ id: 2 });
    await stage.keep(makeMemory({ id: 1 }), solution, makeMemory({ id: 3, mergedInto: 1 }));
    await stage.write(
      relates(makeRelationship({ id: 1, from: 2, to: 1, type: 'SOLVES' })),
      importsRelationship(makeRelationship({ id: 2, from: 3, to: 1, type: 'CAUSES' })),
    );
    await stage.write(trashes(solution));
    expect(await stage.matching({ relatedBy: ['SOLVES', 'CAUSES'] })).toEqual([]);
    expect(await stage.matching({ notRelatedBy: ['SOLVES'] })).toEqual([1]);
    expect(await stage.matching({ state: 'trashed', relatedBy: ['SOLVES'] })).toEqual([2]);
    expect(await stage.matching({ state: 'any', relatedBy: ['SOLVES', 'CAUSES'] })).toEqual([2, 3]);
    expect(await stage.matching({ state: 'any', notRelatedBy: ['SOLVES'] })).toEqual([1, 3]);
    await stage.keep(makeMemory({ id: 4 }));
    await stage.write(importsRelationship(makeRelationship({ id: 3, from: 4, to: 2, type: 'BLOCKS' })));
    expect(await stage.matching({ state: 'any', relatedBy: ['BLOCKS'] })).toEqual([2]);
  },

  'several relationships list a memory once': async (stage) => {
    await stage.keep(...[1, 2, 3, 4].map((id) => makeMemory({ id, tags: ['t', 'u'] })));
    await stage.write(...[2, 3, 4].map((to) => relates(makeRelationship({ id: to, from: 1, to, type: 'SOLVES' }))));
    expect(await stage.matching({ relatedBy: ['SOLVES'], tags: { values: ['t', 'u'], mode: 'any' } })).toEqual([
      1, 2, 3, 4,
    ]);
  },
});
