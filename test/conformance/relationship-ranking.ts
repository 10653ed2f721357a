import { expect } from 'vitest';
import { relationshipTypes } from '../../src/domain/relationship.ts';
import { day, makeMemory, makeRelationship, relates, reshapes, trashes, wordsQuery } from '../support/builders.ts';
import { part } from './bm25.ts';
import { makeConcern } from './concern.ts';
import { keepReasons, rank } from './reasons.ts';

/** The order that the formula gives, worked out here from word counts. */
const expectedOrder = (reasons: readonly string[], terms: readonly string[]): readonly number[] => {
  const documents = reasons.map((reason) => reason.split(' '));
  const average = documents.flat().length / documents.length;
  const scored = documents.map((words, index) => {
    const parts = terms.map((term) => {
      const holders = documents.filter((other) => other.includes(term)).length;
      const f = words.filter((word) => word === term).length;
      return part(documents.length, holders, f, words.length, average);
    });
    return { number: index + 1, score: parts.reduce((sum, each) => sum + each, 0) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.number - b.number)
    .map(({ number }) => number);
};

export const relationshipRanking = makeConcern('ranking reasons', {
  'the order is that of BM25 with one field of weight 1': async (stage) => {
    const reasons = Array.from({ length: 60 }, (_, index) => {
      const times = (word: string, count: number): string[] => Array.from({ length: count }, () => word);
      const own = [...times('often', (index * 7) % 4), ...times('some', index % 3 === 0 ? (index % 5) + 1 : 0)];
      return [...own, ...times('rare', index % 11 === 0 ? 1 : 0), ...times(`x${index}`, ((index * 13) % 17) + 1)].join(
        ' ',
      );
    });
    await keepReasons(stage, ...reasons);
    for (const terms of [['some'], ['rare'], ['often'], ['some', 'rare'], ['often', 'some', 'rare']]) {
      const order = await rank(stage, wordsQuery(terms.join(' '), 'any'));
      expect(order, terms.join()).toEqual(expectedOrder(reasons, terms));
      expect(order.length).toBeGreaterThan(5);
    }
  },

  'a word weighs 1, neither more nor less': async (stage) => {
    // Among 16 the rare `y` comes before the threefold `x`, among 30 after it; with twice or half the weight both agree.
    const filler = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, index) => `a${from + index} b${from + index} c${from + index}`);
    const few = ['x x x', 'y p q', 'x p q', 'x p q', ...filler(4, 16)];
    await keepReasons(stage, ...few);
    expect(await rank(stage, wordsQuery('x y', 'any'))).toEqual([2, 1, 3, 4]);
    const more = filler(16, 30);
    await stage.keep(...more.map((_, index) => makeMemory({ id: index + 18 })));
    await stage.write(
      ...more.map((reason, index) => relates(makeRelationship({ id: index + 17, to: index + 18 }), reason)),
    );
    expect(await rank(stage, wordsQuery('x y', 'any'))).toEqual([1, 2, 3, 4]);
  },

  'a repeated word, a short reason and a rare word come first': async (stage) => {
    await keepReasons(stage, 'a b c d e f', 'a b', 'a a', 'a', 'z', 'y', 'x', 'w', 'v', 'u', 't');
    expect(await rank(stage, wordsQuery('a'))).toEqual([3, 4, 2, 1]);
    expect(await rank(stage, wordsQuery('a z', 'any'))).toEqual([5, 3, 4, 2, 1]);
  },

  'equal matches come by id, and the cut keeps the first': async (stage) => {
    const ids = Array.from({ length: 101 }, (_, index) => ((index * 37) % 101) + 1);
    await stage.keep(makeMemory({ id: 1 }), ...ids.map((id) => makeMemory({ id: id + 1 })));
    await stage.write(...ids.map((id) => relates(makeRelationship({ id, to: id + 1 }), 'same words')));
    const sorted = ids.toSorted((a, b) => a - b);
    expect(await rank(stage, wordsQuery('same'))).toEqual(sorted);
    expect(await rank(stage, wordsQuery('same words'), null, 3)).toEqual([1, 2, 3]);
    expect(await rank(stage, wordsQuery('same'), ['RELATED_TO'], 3)).toEqual([1, 2, 3]);
  },

  'the limit keeps the best reasons': async (stage) => {
    const reasons = Array.from({ length: 50 }, (_, index) => `word${' x'.repeat((index * 7) % 50)}`);
    await keepReasons(stage, ...reasons);
    const all = await rank(stage, wordsQuery('word'));
    expect(all).toHaveLength(50);
    expect(await rank(stage, wordsQuery('word'), null, 10)).toEqual(all.slice(0, 10));
  },

  'what is closed or ends in the trash weighs nothing': async (stage) => {
    // While all are live `a` is frequent and `b` rare; without the last four it is the other way round.
    await keepReasons(stage, 'a', 'b', 'b', 'c', 'd', 'e', 'a', 'a', 'a', 'a');
    expect(await rank(stage, wordsQuery('a b', 'any'))).toEqual([2, 3, 1, 7, 8, 9, 10]);
    await stage.write(
      trashes(makeMemory({ id: 8 })),
      trashes(makeMemory({ id: 9 })),
      reshapes(makeRelationship({ id: 9, to: 10 }), { validUntil: day(2) }, 'invalidated', 'a'),
      reshapes(makeRelationship({ id: 10, to: 11 }), { removedAt: day(2) }, 'removed', 'a'),
    );
    expect(await rank(stage, wordsQuery('a b', 'any'))).toEqual([1, 2, 3]);
  },

  'types do not change the weights': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    const reasons = ['a', 'b', 'a', 'a', 'c', 'd', 'e', 'f'] as const;
    await stage.write(
      ...reasons.map((reason, index) =>
        relates(makeRelationship({ id: index + 1, type: relationshipTypes[index] ?? 'CAUSES' }), reason),
      ),
    );
    const types = relationshipTypes.slice(0, 2);
    expect(await rank(stage, wordsQuery('a b', 'any'), types)).toEqual([2, 1]);
  },

  'the store answers where no relationship has words': async (stage) => {
    expect(await rank(stage, wordsQuery('word'))).toEqual([]);
    await keepReasons(stage, '', '');
    expect(await rank(stage, wordsQuery('word'))).toEqual([]);
    expect(await rank(stage, wordsQuery('w*', 'any'))).toEqual([]);
  },
});
