import { describe, expect, test } from 'vitest';
import { parseQuery, parseTerms, type QueryOptions } from '../../../src/search/query.ts';
import type { TextQuery } from '../../../src/storage/search-document.ts';

const shown = (query: TextQuery): string[] =>
  query.groups.map((group) => group.map((term) => (term.prefix ? `${term.text}*` : term.text)).join('|'));
const groups = (text: string, options: QueryOptions = {}): string[] => shown(parseQuery(text, options).query);

describe('parseQuery', () => {
  test('leaves stop words out and says so', () => {
    const { query, dropped } = parseQuery('How do we fix the login timeout?');
    expect(shown(query)).toEqual(['fix', 'login', 'timeout']);
    expect(dropped).toEqual(['how', 'do', 'we', 'the']);
  });

  test('keeps stop words when there is nothing else', () => {
    const { query, dropped } = parseQuery('what is it');
    expect(shown(query)).toEqual(['what', 'is', 'it']);
    expect(dropped).toEqual([]);
  });

  test.each<[text: string, expected: string[]]>([
    ['readFile', ['read|readfil', 'file|readfil']],
    ['TS2345', ['ts|ts2345', '2345|ts2345']],
    ['v1.2.3', ['1p2p3|v1p2p3']],
    ['k8s', ['k8s']],
    ['isNot', ['isnot']],
    ['processAndSort', ['process|processand|processandsort', 'sort|andsort|processandsort']],
    ['数据库', ['数据', '据库']],
    ['茶', ['茶']],
    ['config*', ['config|config*']],
    ['authenti*', ['authenti|authent*']],
    ['**bold**', ['bold']],
    ['timeout TIMEOUT Timeouts', ['timeout']],
    ['', []],
    ['?!… "" ()', []],
    ['NEAR(a b) AND "x" OR col:y -z ^', ['near', 'b', 'x', 'col|coli', 'z']],
  ])('%j', (text, expected) => {
    expect(groups(text)).toEqual(expected);
  });

  test('the mode is any, all, or for strict always all', () => {
    expect(parseQuery('a b').query.mode).toBe('any');
    expect(parseQuery('a b', { mode: 'all' }).query.mode).toBe('all');
    expect(parseQuery('a b', { mode: 'any', tolerance: 'strict' }).query.mode).toBe('all');
  });

  test('fuzzy adds beginnings of words of three letters and more, not of numbers', () => {
    expect(groups('db failing 4215 studies', { tolerance: 'fuzzy' })).toEqual([
      'db',
      'fail|fail*',
      '4215',
      'studi|stud*',
    ]);
  });

  test('has at most 64 terms: the longest words, whatever their order', () => {
    const many = Array.from({ length: 200 }, (_, i) => `w${'x'.repeat(i % 17)}${String.fromCharCode(97 + (i % 26))}q`);
    const there = parseQuery(many.join(' '));
    const back = parseQuery([...many].reverse().join(' '));
    expect(there.query.groups.length).toBe(64);
    expect(new Set(shown(back.query))).toEqual(new Set(shown(there.query)));
    expect(there.dropped.length).toBeGreaterThan(100);
    const shortestKept = Math.min(...shown(there.query).map((group) => group.length));
    expect(there.dropped.every((word) => word.length <= shortestKept)).toBe(true);
  });
});

describe('parseTerms', () => {
  test('all wants every word of every term', () => {
    const { query } = parseTerms(['connection pool', 'the timeout'], { mode: 'all' });
    expect(query.mode).toBe('all');
    expect(shown(query)).toEqual(['connect', 'pool', 'timeout']);
  });

  test('any of the terms, also when strict', () => {
    expect(parseTerms(['redis', 'kafka'], { tolerance: 'strict' }).query.mode).toBe('any');
  });

  test('no terms find nothing', () => {
    expect(parseTerms([]).query.groups).toEqual([]);
  });
});
