import { describe, expect, test } from 'vitest';
import { distinctTerms, frequenciesIn, lengthOf, makeScorer, termWeight } from '../../src/storage/bm25.ts';
import type { SearchDocument, TextQuery } from '../../src/storage/search-document.ts';
import { part } from '../conformance/bm25.ts';
import { makeDocument, wordsQuery } from '../support/builders.ts';

const corpus = { documents: 20, tokens: 100 };

/** As a store does it that has these numbers of its scope. */
const scoreOf = (query: TextQuery, holders: readonly number[], document: SearchDocument): number | null =>
  makeScorer(query, corpus, holders)(frequenciesIn(document, distinctTerms(query)), lengthOf(document));

describe('a score by the numbers of a scope', () => {
  test('is that of the contract, field weights and length counted', () => {
    const document = makeDocument({ title: 'word', content: 'word x y', identifiers: 'word', context: 'word' });
    const frequency = 2 + 1 + 0.5 + 0.4;
    expect(scoreOf(wordsQuery('word'), [3], document)).toBeCloseTo(part(20, 3, frequency, 6, 5), 12);
  });

  test('adds up the terms that are there, each once', () => {
    const document = makeDocument({ content: 'a b a' });
    const both = part(20, 3, 2, 3, 5) + part(20, 7, 1, 3, 5);
    expect(scoreOf(wordsQuery('a b a zzz', 'any'), [3, 7, 1], document)).toBeCloseTo(both, 12);
    expect(distinctTerms(wordsQuery('a b a'))).toHaveLength(2);
  });

  test('takes a beginning for one term, apart from the word', () => {
    const query = wordsQuery('ab ab*', 'any');
    expect(frequenciesIn(makeDocument({ content: 'ab abc xab', tags: 'abd' }), distinctTerms(query))).toEqual([1, 3]);
  });

  test('weighs a word a little that most hold', () => {
    expect(termWeight(10, 9)).toBe(1e-6);
    expect(termWeight(10, 0)).toBeCloseTo(Math.log(21), 12);
  });
});

describe('what matches', () => {
  const document = makeDocument({ content: 'a b' });
  const groups = (...texts: readonly string[]): TextQuery['groups'] =>
    texts.map((text) => wordsQuery(text).groups.flat());
  const isMatch = (mode: TextQuery['mode'], ...texts: readonly string[]): boolean => {
    const query = { mode, groups: groups(...texts) };
    return (
      scoreOf(
        query,
        distinctTerms(query).map(() => 1),
        document,
      ) !== null
    );
  };

  test('is under any what holds one group, under all what holds each', () => {
    expect(isMatch('any', 'a', 'x')).toBe(true);
    expect(isMatch('any', 'x', 'y')).toBe(false);
    expect(isMatch('all', 'a x', 'b')).toBe(true);
    expect(isMatch('all', 'a', 'x')).toBe(false);
  });

  test('is nothing without groups, nor under all with an empty one', () => {
    expect(isMatch('any')).toBe(false);
    expect(isMatch('all')).toBe(false);
    expect(isMatch('all', 'a', '')).toBe(false);
    expect(isMatch('any', 'a', '')).toBe(true);
  });
});
