import { expect } from 'vitest';
import { memoryId, relates, replaces, trashes, wordsQuery } from '../../support/builders.ts';
import { type Caller, numbersOf } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { walk } from '../walks.ts';
import { ada, bob, cleo, isPrivate, linkedBy, ownedBy, twin, upkeep } from './people.ts';

type Edge = readonly [from: number, to: number, strength?: number];

/** Public memories of ada, of which those named are private, and links that she made. */
const draw = async (stage: Stage, count: number, hidden: readonly number[], edges: readonly Edge[]): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  await stage
    .as(ada)
    .keep(...numbers.map((id) => ownedBy(ada, { id, ...(hidden.includes(id) ? { context: isPrivate } : {}) })));
  const links = edges.map(([from, to, strength = 0.5], index) =>
    relates(linkedBy(ada, { id: index + 1, from, to, strength, type: 'CAUSES' }), `because ${from} ${to}`),
  );
  await stage.as(ada).write(...links);
};

const steps = async (caller: Caller, to: number): Promise<number> => {
  const request = {
    from: memoryId(1),
    until: memoryId(to),
    direction: 'both',
    maxDepth: 5,
    maxNodes: 99,
    fanOut: 99,
  } as const;
  const last = (await caller.store.traverse(caller.scope, request)).steps.at(-1);
  return last?.memoryId === memoryId(to) ? last.depth : 0;
};

export const graphInScope = makeConcern(
  'the graph in scope',
  {
    'no way leads through a hidden memory': async (stage) => {
      await draw(
        stage,
        4,
        [2],
        [
          [1, 2],
          [2, 3],
          [3, 4],
        ],
      );
      expect(await walk(stage.as(ada))).toBe('1>2@1 2>3@2 3>4@3');
      expect(await walk(stage.as(bob))).toBe('');
      expect(await walk(stage.as(bob), { from: memoryId(4) })).toBe('4<3@1');
      expect(await steps(stage.as(bob), 3)).toBe(0);
    },

    'the shortest way is the shortest that can be seen': async (stage) => {
      await draw(
        stage,
        5,
        [2],
        [
          [1, 2],
          [2, 5],
          [1, 3],
          [3, 4],
          [4, 5],
        ],
      );
      expect([await steps(stage.as(ada), 5), await steps(stage.as(bob), 5)]).toEqual([2, 3]);
    },

    'a hidden start or goal is an absent one': async (stage) => {
      await draw(
        stage,
        3,
        [2],
        [
          [1, 2],
          [2, 3],
          [1, 3],
        ],
      );
      expect(await walk(stage.as(bob), { from: memoryId(2) })).toBe('');
      const absent = await walk(stage.as(bob), { until: memoryId(9) });
      expect(await walk(stage.as(bob), { until: memoryId(2) })).toBe(absent);
      expect(absent).toBe('1>3@1');
    },

    'hidden memories take no place among the strongest, and cut nothing': async (stage) => {
      await draw(
        stage,
        5,
        [2, 3],
        [
          [1, 2, 1],
          [1, 3, 0.9],
          [1, 4, 0.2],
          [1, 5, 0.1],
        ],
      );
      expect(await walk(stage.as(ada), { fanOut: 2 })).toBe('1>2@1 1>3@1 cut');
      expect(await walk(stage.as(bob), { fanOut: 2 })).toBe('1>4@1 1>5@1');
      expect(await walk(stage.as(bob), { maxNodes: 2 })).toBe('1>4@1 1>5@1');
      expect(await walk(stage.as(bob), { fanOut: 1 })).toBe('1>4@1 cut');
    },

    'a link is seen by those who read both of its ends, in the trash too': async (stage) => {
      await draw(
        stage,
        3,
        [3],
        [
          [1, 2],
          [2, 3],
        ],
      );
      const query = { state: 'any', withTrashedEnds: true, limit: 9 } as const;
      const seen = async (scope: typeof ada): Promise<readonly number[]> =>
        numbersOf(await stage.bare.relationships(scope, query));
      expect([await seen(ada), await seen(bob), await seen(cleo)]).toEqual([[1, 2], [1], [1]]);
      await stage.as(ada).write(trashes(ownedBy(ada, { id: 1 })), trashes(ownedBy(ada, { id: 3, context: isPrivate })));
      expect([await seen(ada), await seen(bob), await seen(twin), await seen(upkeep)]).toEqual([
        [1, 2],
        [1],
        [],
        [1, 2],
      ]);
      const links = await stage.bare.linksAmong(bob, [1, 2, 3].map(memoryId));
      expect(links).toEqual([]);
    },

    'a memory is not related by what is hidden': async (stage) => {
      await draw(
        stage,
        4,
        [2],
        [
          [1, 2],
          [3, 4],
        ],
      );
      const [related, alone] = [{ relatedBy: ['CAUSES'] }, { notRelatedBy: ['CAUSES'] }] as const;
      expect(await stage.as(ada).matching(related)).toEqual([1, 2, 3, 4]);
      expect([await stage.as(bob).matching(related), await stage.as(bob).matching(alone)]).toEqual([[3, 4], [1]]);
    },

    'reasons are found and weighed among the links that can be seen': async (stage) => {
      await draw(
        stage,
        4,
        [4],
        [
          [1, 2],
          [2, 3],
          [3, 4],
        ],
      );
      const found = async (scope: typeof ada, words: string): Promise<readonly number[]> =>
        numbersOf(await stage.bare.searchRelationships(scope, wordsQuery(words, 'any'), null, 9));
      // `4` is as rare as `1` for ada; for bob it is in no link.
      expect(await found(ada, '1 4')).toEqual([1, 3]);
      expect(await found(bob, '1 4')).toEqual([1]);
      expect(await found(bob, 'because')).toEqual([1, 2]);
      expect((await stage.bare.statistics(bob, 9)).relationships).toBe(2);
    },

    'a link comes into sight with its end, and goes with it': async (stage) => {
      await draw(stage, 2, [2], [[1, 2]]);
      const [closed, open] = [ownedBy(ada, { id: 2, context: isPrivate }), ownedBy(ada, { id: 2 })];
      const look = async (): Promise<unknown> => [
        await walk(stage.as(bob)),
        numbersOf(await stage.bare.searchRelationships(bob, wordsQuery('because'), null, 9)),
        (await stage.bare.statistics(bob, 9)).byRelationshipType,
        await stage.as(bob).matching({ relatedBy: ['CAUSES'] }),
      ];
      expect(await look()).toEqual(['', [], {}, []]);
      await stage.as(ada).write(replaces(closed, { context: open.context }, 'shared'));
      expect(await look()).toEqual(['1>2@1', [1], { CAUSES: 1 }, [1, 2]]);
      await stage.as(ada).write(replaces({ ...open, version: 2 }, { context: closed.context }));
      expect(await look()).toEqual(['', [], {}, []]);
    },
  },
  ['multi'],
);
