import { expect } from 'vitest';
import type { RelationshipQuery } from '../../src/storage/query.ts';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
} from '../support/builders.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const found = async ({ store, scope }: Stage, query: Partial<RelationshipQuery>): Promise<readonly number[]> =>
  numbersOf(await store.relationships(scope, { limit: 100, ...query }));

/** 1 —SOLVES→ 2 —CAUSES→ 3, 1 ~SIMILAR_TO~ 3, 4 —SOLVES→ 1, and one closed and one removed from 2 to 4. */
const furnish = async (stage: Stage): Promise<void> => {
  await stage.keep(...[1, 2, 3, 4, 5].map((id) => makeMemory({ id })));
  await stage.write(
    relates(makeRelationship({ id: 13, from: 1, to: 3, type: 'SIMILAR_TO' })),
    relates(makeRelationship({ id: 11, from: 1, to: 2, type: 'SOLVES' })),
    relates(makeRelationship({ id: 12, from: 2, to: 3, type: 'CAUSES' })),
    relates(makeRelationship({ id: 14, from: 4, to: 1, type: 'SOLVES' })),
    relates(makeRelationship({ id: 15, from: 2, to: 4, type: 'BLOCKS', validUntil: day(2) })),
    relates(makeRelationship({ id: 16, from: 2, to: 4, type: 'BLOCKS', validUntil: day(2), removedAt: day(3) })),
  );
};

export const relationshipQueries = makeConcern('finding relationships', {
  'without a question all live ones come, by id': async (stage) => {
    await furnish(stage);
    expect(await found(stage, {})).toEqual([11, 12, 13, 14]);
  },

  'those touching some memories, each once': async (stage) => {
    await furnish(stage);
    expect(await found(stage, { of: [memoryId(1)] })).toEqual([11, 13, 14]);
    expect(await found(stage, { of: [memoryId(1), memoryId(2)] })).toEqual([11, 12, 13, 14]);
    expect(await found(stage, { of: [memoryId(5), memoryId(99)] })).toEqual([]);
  },

  'direction is seen from the memories asked for; symmetric ones match either way': async (stage) => {
    await furnish(stage);
    const of = [memoryId(1)];
    expect(await found(stage, { of, direction: 'outgoing' })).toEqual([11, 13]);
    expect(await found(stage, { of, direction: 'incoming' })).toEqual([13, 14]);
    expect(await found(stage, { of, direction: 'both' })).toEqual([11, 13, 14]);
    expect(await found(stage, { of: [memoryId(3)], direction: 'outgoing' })).toEqual([13]);
    expect(await found(stage, { of: [memoryId(3)], direction: 'incoming' })).toEqual([12, 13]);
    expect(await found(stage, { of: [memoryId(3), memoryId(4)], direction: 'outgoing' })).toEqual([13, 14]);
  },

  'a relationship marked bidirectional keeps its direction': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write(relates(makeRelationship({ type: 'SOLVES', bidirectional: true })));
    expect(await found(stage, { of: [memoryId(2)], direction: 'outgoing' })).toEqual([]);
    expect(await found(stage, { of: [memoryId(2)], direction: 'incoming' })).toEqual([1]);
  },

  'types and ids narrow': async (stage) => {
    await furnish(stage);
    expect(await found(stage, { types: ['SOLVES'] })).toEqual([11, 14]);
    expect(await found(stage, { types: ['CAUSES', 'SIMILAR_TO'] })).toEqual([12, 13]);
    expect(await found(stage, { ids: [14, 12, 99, 12].map(relationshipId) })).toEqual([12, 14]);
    expect(await found(stage, { ids: [15, 16].map(relationshipId) })).toEqual([]);
    expect(await found(stage, { of: [memoryId(1)], types: ['SOLVES'], direction: 'incoming' })).toEqual([14]);
    expect(await found(stage, { of: [memoryId(2)], ids: [relationshipId(13)] })).toEqual([]);
  },

  'empty lists find nothing': async (stage) => {
    await furnish(stage);
    expect(await found(stage, { of: [] })).toEqual([]);
    expect(await found(stage, { ids: [] })).toEqual([]);
    expect(await found(stage, { types: [] })).toEqual([]);
  },

  'live, closed and removed are three states': async (stage) => {
    await furnish(stage);
    expect(await found(stage, { state: 'live' })).toEqual([11, 12, 13, 14]);
    expect(await found(stage, { state: 'closed' })).toEqual([15]);
    expect(await found(stage, { state: 'removed' })).toEqual([16]);
    expect(await found(stage, { state: 'any' })).toEqual([11, 12, 13, 14, 15, 16]);
    expect(await found(stage, { state: 'any', of: [memoryId(4)], direction: 'incoming' })).toEqual([15, 16]);
  },

  'a replacement moves between the states': async (stage) => {
    await furnish(stage);
    const live = makeRelationship({ id: 11, from: 1, to: 2, type: 'SOLVES' });
    await stage.write(reshapes(live, { validUntil: day(4), invalidatedBy: relationshipId(12) }, 'superseded'));
    expect(await found(stage, { state: 'live' })).toEqual([12, 13, 14]);
    expect(await found(stage, { state: 'closed' })).toEqual([11, 15]);
  },

  'those with an end in the trash come only when asked for': async (stage) => {
    await furnish(stage);
    await stage.keep(makeMemory({ id: 6, mergedInto: 1 }));
    await stage.write(
      trashes(makeMemory({ id: 2 })),
      importsRelationship(makeRelationship({ id: 17, from: 6, to: 3, type: 'USED_IN' })),
    );
    expect(await found(stage, {})).toEqual([13, 14]);
    expect(await found(stage, { withTrashedEnds: true })).toEqual([11, 12, 13, 14, 17]);
    expect(await found(stage, { of: [memoryId(2)] })).toEqual([]);
    expect(await found(stage, { of: [memoryId(2)], withTrashedEnds: true })).toEqual([11, 12]);
    expect(await found(stage, { state: 'any' })).toEqual([13, 14]);
    expect(await found(stage, { state: 'closed', withTrashedEnds: true })).toEqual([15]);
  },

  'pages follow each other without repeat or gap': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), ...Array.from({ length: 40 }, (_, index) => makeMemory({ id: index + 2 })));
    const numbers = Array.from({ length: 40 }, (_, index) => index + 2);
    await stage.write(...numbers.toReversed().map((to) => relates(makeRelationship({ id: to, from: 1, to }))));
    for (const limit of [1, 7, 40]) {
      const seen: number[] = [];
      for (;;) {
        const last = seen.at(-1);
        const rows = await found(stage, {
          limit,
          of: [memoryId(1)],
          ...(last === undefined ? {} : { after: relationshipId(last) }),
        });
        seen.push(...rows);
        if (rows.length < limit) break;
        if (seen.length > 1000) throw new Error('the pages never end');
      }
      expect(seen).toEqual(numbers);
    }
  },

  'a page begins after an id that is gone': async (stage) => {
    await furnish(stage);
    expect(await found(stage, { after: relationshipId(10) })).toEqual([11, 12, 13, 14]);
    expect(await found(stage, { after: relationshipId(12), limit: 1 })).toEqual([13]);
    expect(await found(stage, { after: relationshipId(14) })).toEqual([]);
  },

  'the ends are named as they are called now': async (stage) => {
    await stage.keep(
      makeMemory({ id: 1, title: 'Pool runs dry', type: 'problem' }),
      makeMemory({ id: 2, title: 'Fix' }),
    );
    const edge = makeRelationship({ id: 11, from: 2, to: 1, type: 'SOLVES', description: 'because' });
    await stage.write(relates(edge), trashes(makeMemory({ id: 1, title: 'Pool runs dry', type: 'problem' })));
    await stage.write(replaces(makeMemory({ id: 2, title: 'Fix' }), { title: 'Larger pool', type: 'solution' }));
    const { store, scope } = stage;
    expect(await store.relationshipsWithEnds(scope, { of: [memoryId(2)], limit: 9 })).toEqual([]);
    expect(
      await store.relationshipsWithEnds(scope, { of: [memoryId(2)], withTrashedEnds: true, limit: 9 }),
    ).toStrictEqual([
      {
        relationship: edge,
        from: { id: memoryId(2), type: 'solution', title: 'Larger pool' },
        to: { id: memoryId(1), type: 'problem', title: 'Pool runs dry' },
      },
    ]);
  },
});
