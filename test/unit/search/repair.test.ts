import { describe, expect, test } from 'vitest';
import { editDistanceAtMost } from '../../../src/edit-distance.ts';
import { bestReplacement } from '../../../src/search/repair.ts';

describe('editDistanceAtMost', () => {
  test.each<[a: string, b: string, max: number, expected: number | null]>([
    ['timeout', 'timeout', 0, 0],
    ['timeout', 'tiemout', 1, 1],
    ['timeout', 'timeot', 1, 1],
    ['timeout', 'timeouut', 1, 1],
    ['timeout', 'timeouz', 1, 1],
    ['timeout', 'tmieotu', 2, 2],
    ['timeout', 'tmieotu', 1, null],
    ['kitten', 'sitting', 3, 3],
    ['kitten', 'sitting', 2, null],
    ['', 'ab', 2, 2],
    ['abc', '', 2, null],
    ['ca', 'abc', 3, 3],
    ['ошибка', 'ошибки', 1, 1],
  ])('%s, %s within %i: %s', (a, b, max, expected) => {
    expect(editDistanceAtMost(a, b, max)).toBe(expected);
    expect(editDistanceAtMost(b, a, max)).toBe(expected);
  });
});

describe('bestReplacement', () => {
  const choose = (word: string, candidates: Record<string, number>): string | null =>
    bestReplacement(
      word,
      Object.entries(candidates).map(([text, frequency]) => ({ text, frequency })),
    );

  test.each<[why: string, word: string, candidates: Record<string, number>, expected: string | null]>([
    ['the nearest', 'conection', { connection: 1, collection: 99 }, 'connection'],
    ['then the longest common beginning', 'cachet', { cacher: 1, bachet: 99 }, 'cacher'],
    ['then the most frequent', 'tokn', { toke: 1, tokm: 7 }, 'tokm'],
    ['then the first in order', 'tokn', { tokz: 3, toka: 3 }, 'toka'],
    ['nothing that is far', 'redis', { kafka: 9, radiss: 9 }, null],
    ['no short words', 'fix', { fox: 9 }, null],
    ['no numbers', 'ts2345', { ts2346: 9 }, null],
  ])('%s', (_why, word, candidates, expected) => {
    expect(choose(word, candidates)).toBe(expected);
    expect(choose(word, Object.fromEntries(Object.entries(candidates).reverse()))).toBe(expected);
  });
});
