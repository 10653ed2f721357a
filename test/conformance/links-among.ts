import { expect } from 'vitest';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  memoryId,
  nextVersion,
  relates,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../support/builders.ts';
import type { Caller } from './caller.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import { draw } from './walks.ts';

/** As `from>to`, in the order given. */
const among = async ({ store, scope }: Caller, ...numbers: readonly number[]): Promise<string> => {
  const found = await store.linksAmong(scope, numbers.map(memoryId));
  const ends = (id: string): number | undefined => numbersOf([{ id }])[0];
  return found.map(({ from, to }) => `${ends(from)}>${ends(to)}`).join(' ');
};

export const links = makeConcern('links among memories', {
  'a link says its ends, type, strength and origin': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write(
      relates(makeRelationship({ id: 1, type: 'SOLVES', strength: 0.1 + 0.2, bidirectional: true })),
      relates(makeRelationship({ id: 2, type: 'SIMILAR_TO', strength: 0, origin: 'automatic', description: 'd' })),
    );
    const [from, to] = [memoryId(1), memoryId(2)];
    expect(await stage.store.linksAmong(stage.scope, [to, from])).toStrictEqual([
      { from, to, type: 'SOLVES', strength: 0.1 + 0.2, origin: 'stated' },
      { from, to, type: 'SIMILAR_TO', strength: 0, origin: 'automatic' },
    ]);
  },

  'both ends must be among them': async (stage) => {
    await draw(stage, 4, [
      [1, 2],
      [2, 3],
      [3, 1],
      [4, 1],
    ]);
    expect(await among(stage, 1, 2, 3, 4)).toBe('1>2 2>3 3>1 4>1');
    expect(await among(stage, 3, 1)).toBe('3>1');
    expect(await among(stage, 4, 2)).toBe('');
    expect(await among(stage, 1)).toBe('');
    expect(await among(stage)).toBe('');
  },

  'repeated and absent ids change nothing': async (stage) => {
    await draw(stage, 2, [
      [1, 2],
      [2, 1],
    ]);
    expect(await among(stage, 2, 1, 2, 99, 1)).toBe('1>2 2>1');
    const odd = ["' OR 1=1 --", '%', '*', '"', '[]'] as unknown as ReturnType<typeof memoryId>[];
    expect(await stage.store.linksAmong(stage.scope, [...odd, memoryId(1)])).toEqual([]);
  },

  'the order is that of the relationship ids': async (stage) => {
    await stage.keep(...[1, 2, 3, 4].map((id) => makeMemory({ id })));
    const ends = { 5: [1, 2], 1: [3, 4], 9: [2, 1], 3: [4, 1], 7: [2, 3] } as const;
    for (const [id, [from, to]] of Object.entries(ends).toReversed()) {
      await stage.write(
        relates(makeRelationship({ id: Number(id), from, to, type: 'CAUSES', strength: 1 / Number(id) })),
      );
    }
    expect(await among(stage, 4, 3, 2, 1)).toBe('3>4 4>1 1>2 2>3 2>1');
  },

  'closed and removed ones are no links until they are live again': async (stage) => {
    await draw(stage, 3, [
      [1, 2],
      [2, 3, { validUntil: day(2) }],
      [3, 1, { removedAt: day(2) }],
    ]);
    expect(await among(stage, 1, 2, 3)).toBe('1>2');
    const closed = makeRelationship({ id: 2, from: 2, to: 3, type: 'CAUSES' });
    await stage.write(reshapes(closed, { validUntil: null }));
    expect(await among(stage, 1, 2, 3)).toBe('1>2 2>3');
  },

  'what ends in the trash or is merged away is no link': async (stage) => {
    await draw(stage, 3, [
      [1, 2],
      [2, 3],
    ]);
    await stage.keep(makeMemory({ id: 4, mergedInto: 1 }));
    await stage.write(trashes(makeMemory({ id: 3 })), importsRelationship(makeRelationship({ id: 9, from: 4, to: 1 })));
    expect(await among(stage, 1, 2, 3, 4)).toBe('1>2');
    await stage.write(replaces(nextVersion(makeMemory({ id: 3 })), { deletedAt: null }, 'restored'));
    expect(await among(stage, 1, 2, 3, 4)).toBe('1>2 2>3');
  },

  'the links of a hub stay those among the few': async (stage) => {
    const spokes = Array.from({ length: 600 }, (_, index) => index + 2);
    await draw(
      stage,
      601,
      spokes.map((to) => [1, to] as const),
    );
    expect(await among(stage, 1, 300, 601)).toBe('1>300 1>601');
    expect(await stage.store.linksAmong(stage.scope, [1, ...spokes].map(memoryId))).toHaveLength(600);
  },

  'a search brings the links among its best hits': async (stage) => {
    const titles = ['alpha alpha alpha', 'alpha alpha beta', 'alpha beta gamma', 'delta'];
    await stage.keep(...titles.map((title, index) => makeMemory({ id: index + 1, title })));
    await stage.write(
      relates(makeRelationship({ id: 1, from: 1, to: 2, type: 'CAUSES' })),
      relates(makeRelationship({ id: 2, from: 3, to: 1, type: 'CAUSES' })),
      relates(makeRelationship({ id: 3, from: 3, to: 4, type: 'CAUSES' })),
    );
    const { store, scope } = stage;
    const hits = await store.search(scope, wordsQuery('alpha'), {}, 9);
    const linked = async (first: number): Promise<string> => {
      const found = await store.searchWithLinks(scope, wordsQuery('alpha'), {}, 9, first);
      expect(found.hits).toStrictEqual(hits);
      return found.links.map(({ from, to }) => [from, to].map((id) => numbersOf([{ id }])[0]).join('>')).join(' ');
    };
    expect([await linked(9), await linked(2), await linked(1), await linked(0)]).toEqual(['1>2 3>1', '1>2', '', '']);
    expect(await store.searchWithLinks(scope, wordsQuery('absent'), {}, 9, 9)).toEqual({ hits: [], links: [] });
  },
});
