import { expect } from 'vitest';
import type { MemoryFilter } from '../../src/storage/query.ts';
import type { SearchDocument, SearchTerm, TextQuery } from '../../src/storage/search-document.ts';
import { fieldWeights, searchFields } from '../../src/storage/search-document.ts';
import { creates, makeDocument, makeMemory, memoryId, trashes, wordsQuery } from '../support/builders.ts';
import { part } from './bm25.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

interface Ranked {
  readonly numbers: readonly number[];
  readonly scores: readonly number[];
}

const rank = async (stage: Stage, query: TextQuery, limit = 100, filter: MemoryFilter = {}): Promise<Ranked> => {
  const hits = await stage.store.search(stage.scope, query, filter, limit);
  return { numbers: numbersOf(hits.map(({ memory }) => memory)), scores: hits.map(({ score }) => score) };
};

const keepDocuments = (stage: Stage, ...documents: readonly SearchDocument[]): Promise<unknown> =>
  stage.write(...documents.map((document, index) => creates(makeMemory({ id: index + 1 }), document)));

const expectClose = (scores: readonly number[], expected: readonly number[]): void => {
  expect(scores).toHaveLength(expected.length);
  for (const [index, score] of scores.entries()) {
    const wanted = expected[index] ?? Number.NaN;
    expect(Math.abs(score - wanted) / wanted, `${score} is ${wanted}`).toBeLessThan(1e-9);
  }
};

const filler = (count: number): readonly SearchDocument[] =>
  Array.from({ length: count }, (_, index) => makeDocument({ content: `filler${index}` }));

export const ranking = makeConcern('ranking', {
  'a word weighs by its field': async (stage) => {
    const inField = searchFields.map((field) => makeDocument({ [field]: 'word' }));
    await keepDocuments(stage, ...inField, ...filler(15));
    const { numbers, scores } = await rank(stage, wordsQuery('word'));
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    expectClose(
      scores,
      searchFields.map((field) => part(20, 5, fieldWeights[field], 1, 1)),
    );
  },

  'occurrences add up over the fields before they saturate': async (stage) => {
    await keepDocuments(
      stage,
      makeDocument({ title: 'word', content: 'word word x' }),
      makeDocument({ content: 'word x y z' }),
      ...filler(6),
    );
    const average = (4 + 4 + 6) / 8;
    const { numbers, scores } = await rank(stage, wordsQuery('word'));
    expect(numbers).toEqual([1, 2]);
    expectClose(scores, [part(8, 2, 4, 4, average), part(8, 2, 1, 4, average)]);
  },

  'a short memory ranks before a long one': async (stage) => {
    await keepDocuments(
      stage,
      makeDocument({ content: 'word a b c d e f g' }),
      makeDocument({ content: 'word a' }),
      ...filler(8),
    );
    const average = 18 / 10;
    const { numbers, scores } = await rank(stage, wordsQuery('word'));
    expect(numbers).toEqual([2, 1]);
    expectClose(scores, [part(10, 2, 1, 2, average), part(10, 2, 1, 8, average)]);
  },

  'a rare word weighs more than a frequent one': async (stage) => {
    await keepDocuments(
      stage,
      ...['often', 'often', 'often', 'rare'].map((content) => makeDocument({ content })),
      ...filler(6),
    );
    const { numbers, scores } = await rank(stage, wordsQuery('often rare', 'any'));
    expect(numbers).toEqual([4, 1, 2, 3]);
    expectClose(scores, [part(10, 1, 1, 1, 1), ...[1, 2, 3].map(() => part(10, 3, 1, 1, 1))]);
  },

  'a word that most memories hold still counts a little': async (stage) => {
    await keepDocuments(
      stage,
      ...['word', 'word word', 'word'].map((content) => makeDocument({ content })),
      ...filler(1),
    );
    const average = 5 / 4;
    const { numbers, scores } = await rank(stage, wordsQuery('word'));
    expect(numbers).toEqual([2, 1, 3]);
    const once = part(4, 3, 1, 1, average);
    expectClose(scores, [part(4, 3, 2, 2, average), once, once]);
    expect(once).toBeLessThan(1e-5);
  },

  'parts of several words add up': async (stage) => {
    await keepDocuments(
      stage,
      makeDocument({ title: 'a', content: 'b' }),
      makeDocument({ content: 'a x' }),
      ...filler(6),
    );
    const average = 10 / 8;
    const both = part(8, 2, 2, 2, average) + part(8, 1, 1, 2, average);
    expectClose((await rank(stage, wordsQuery('a b'))).scores, [both]);
    expectClose((await rank(stage, wordsQuery('b a', 'any'))).scores, [both, part(8, 2, 1, 2, average)]);
    expectClose((await rank(stage, wordsQuery('a b zzz', 'any'))).scores, [both, part(8, 2, 1, 2, average)]);
  },

  'a term said twice counts once': async (stage) => {
    await keepDocuments(stage, makeDocument({ content: 'a b' }), makeDocument({ content: 'b' }), ...filler(6));
    const once = await rank(stage, wordsQuery('a b', 'any'));
    const twice = await rank(stage, wordsQuery('a b a b', 'any'));
    expect(twice.numbers).toEqual(once.numbers);
    expectClose(twice.scores, once.scores);
    expectClose((await rank(stage, { mode: 'all', groups: [[...wordsQuery('a a').groups.flat()]] })).scores, [
      part(8, 1, 1, 2, 9 / 8),
    ]);
  },

  'a term of two groups counts once': async (stage) => {
    await keepDocuments(stage, makeDocument({ content: 'a b' }), makeDocument({ content: 'a' }), ...filler(6));
    const [a, b] = wordsQuery('a b').groups.flat() as [SearchTerm, SearchTerm];
    const both = part(8, 2, 1, 2, 9 / 8) + part(8, 1, 1, 2, 9 / 8);
    const all = await rank(stage, { mode: 'all', groups: [[a], [b, a]] });
    expect(all.numbers).toEqual([1, 2]);
    expectClose(all.scores, [both, part(8, 2, 1, 1, 9 / 8)]);
    expectClose((await rank(stage, { mode: 'all', groups: [[b], [b, a], [a]] })).scores, [both]);
  },

  'a prefix is one term, whatever the words': async (stage) => {
    await keepDocuments(
      stage,
      makeDocument({ content: 'login logout x' }),
      makeDocument({ title: 'log' }),
      ...filler(6),
    );
    const average = 10 / 8;
    const { numbers, scores } = await rank(stage, wordsQuery('log*'));
    const expected = [part(8, 2, 2, 1, average), part(8, 2, 2, 3, average)];
    expect(numbers).toEqual([2, 1]);
    expectClose(scores, expected);
    const word = part(8, 1, 2, 1, average);
    expectClose((await rank(stage, wordsQuery('log* log', 'any'))).scores, [
      (expected[0] ?? 0) + word,
      expected[1] ?? 0,
    ]);
  },

  'all terms of a group that are there count': async (stage) => {
    await keepDocuments(stage, makeDocument({ content: 'a b' }), makeDocument({ content: 'a' }), ...filler(6));
    const query: TextQuery = { mode: 'all', groups: [wordsQuery('a b').groups.flat()] };
    const average = 9 / 8;
    expectClose((await rank(stage, query)).scores, [
      part(8, 2, 1, 2, average) + part(8, 1, 1, 2, average),
      part(8, 2, 1, 1, average),
    ]);
  },

  'equals rank by id, and the cut keeps the first': async (stage) => {
    const ids = Array.from({ length: 101 }, (_, index) => ((index * 37) % 101) + 1);
    await stage.write(...ids.map((id) => creates(makeMemory({ id }), makeDocument({ content: 'same' }))));
    expect((await rank(stage, wordsQuery('same'), 1000)).numbers).toEqual(ids.toSorted((a, b) => a - b));
    expect((await rank(stage, wordsQuery('same'), 2)).numbers).toEqual([1, 2]);
    expect((await rank(stage, wordsQuery('same'), 2, { minImportance: 0.1 })).numbers).toEqual([1, 2]);
  },

  'the limit keeps the best': async (stage) => {
    const documents = Array.from({ length: 50 }, (_, index) =>
      makeDocument({ content: `word ${'x '.repeat((index * 7) % 50)}` }),
    );
    await keepDocuments(stage, ...documents, ...filler(60));
    const all = await rank(stage, wordsQuery('word'));
    expect(all.numbers).toHaveLength(50);
    const best = await rank(stage, wordsQuery('word'), 10);
    expect(best.numbers).toEqual(all.numbers.slice(0, 10));
    expectClose(best.scores, all.scores.slice(0, 10));
  },

  'a filter does not change the scores': async (stage) => {
    await keepDocuments(stage, makeDocument({ content: 'a b' }), makeDocument({ content: 'a' }), ...filler(6));
    const all = await rank(stage, wordsQuery('a'));
    const second = await rank(stage, wordsQuery('a'), 10, { ids: [memoryId(1)] });
    expect(second.numbers).toEqual([1]);
    expectClose(second.scores, all.scores.slice(1));
  },

  'a memory without words counts among all': async (stage) => {
    await keepDocuments(stage, makeDocument({ content: 'word' }), makeDocument(), makeDocument(), makeDocument());
    expectClose((await rank(stage, wordsQuery('word'))).scores, [part(4, 1, 1, 1, 1 / 4)]);
  },

  'the trash weighs nothing': async (stage) => {
    await keepDocuments(stage, ...['a', 'a b', 'c d e'].map((content) => makeDocument({ content })), ...filler(3));
    await stage.write(trashes(makeMemory({ id: 2 })), trashes(makeMemory({ id: 3 })));
    await stage.write({ op: 'index_memory', id: memoryId(2), document: makeDocument({ content: 'a b c' }) });
    const { numbers, scores } = await rank(stage, wordsQuery('a'));
    expect(numbers).toEqual([1]);
    expectClose(scores, [part(4, 1, 1, 1, 1)]);
  },

  'the store answers where nothing has words': async (stage) => {
    expect(await rank(stage, wordsQuery('word'))).toEqual({ numbers: [], scores: [] });
    await keepDocuments(stage, makeDocument());
    expect(await rank(stage, wordsQuery('word'))).toEqual({ numbers: [], scores: [] });
  },
});
