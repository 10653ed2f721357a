import { describe, expect, test } from 'vitest';
import type { SearchedMemory } from '../../../src/search/document.ts';
import { parseQuery } from '../../../src/search/query.ts';
import { explainMatch, snippet } from '../../../src/search/why.ts';

const memory = (fields: Partial<SearchedMemory> = {}): SearchedMemory => ({
  title: 'Fix Login timeouts',
  content: 'The service retries thrice.\nSee `retryCount` in src/auth/login.ts.',
  summary: null,
  tags: ['auth'],
  context: { languages: ['TypeScript'], frameworks: [], technologies: [], filesInvolved: ['a/b/session-store.ts'] },
  ...fields,
});
const why = (text: string, fields: Partial<SearchedMemory> = {}): string =>
  explainMatch(parseQuery(text).query, memory(fields));
const show = (text: string, content: string, most: number): string =>
  snippet({ content }, parseQuery(text).query, most);

describe('explainMatch', () => {
  test.each([
    ['login timeout of auth retry', 'title: Login, timeouts; tag: auth; content: retries'],
    ['RETRY COUNT', 'content: retries, retryCount'],
    ['typescript', 'technology: TypeScript'],
    ['sessionStore', 'file: session-store.ts'],
    ['login.ts', 'title: Login; content: src/auth/login.ts'],
    ['nothing of this', 'related memories'],
  ])('%s: %s', (text, expected) => {
    expect(why(text)).toBe(expected);
  });

  test('joins neighbouring characters of Chinese', () => {
    expect(why('数据库连接', { title: '修复数据库连接问题' })).toBe('title: 数据库连接');
  });

  test('stays short', () => {
    const words = 'alpha beta gamma delta epsilon zeta theta kappa lambda sigma omega';
    expect(why(words, { title: 'x', content: words })).toBe('content: alpha, beta, gamma, delta');
    expect(why('y'.repeat(80), { title: 'y'.repeat(80) }).length).toBeLessThan(60);
  });

  test('does not blame related memories for what stands far down in a long text', () => {
    expect(why('needle', { content: `${'hay '.repeat(12_000)} needle` })).toBe('content');
  });
});

describe('snippet', () => {
  const filler = 'Lorem ipsum dolor sit amet. '.repeat(40);

  test('is the whole of a short content, on one line', () => {
    expect(show('x', ' two\n\tlines\0here ', 100)).toBe('two lines here');
  });

  test('shows where most words of the query are', () => {
    const content = `${filler}A timeout alone. ${filler}The login\n timeout hits retries. ${filler}`;
    const text = show('login timeout retry', content, 80);
    expect(text).toContain('The login timeout hits retries.');
    expect(text.startsWith('…')).toBe(true);
    expect(text.endsWith('…')).toBe(true);
    expect(text.length).toBeLessThanOrEqual(80);
  });

  test('forgets what it has passed, and takes the first of equal places', () => {
    const content = `needle alone. ${filler}A thread alone. ${filler}needle and thread late. ${filler}`;
    expect(show('needle thread', content, 60)).toContain('needle and thread late.');
    expect(show('thread', content, 60)).toContain('A thread alone.');
  });

  test('starts at the beginning without a match', () => {
    expect(show('zebra', filler, 40)).toMatch(/^Lorem ipsum dolor .*…$/);
  });

  test('shows what was written, not its normal form', () => {
    expect(show('连接', `${'无。'.repeat(60)}数据库，连接！`, 30)).toContain('数据库，连接！');
  });

  test.each([5, 20, 33, 60])('never passes %i characters nor cuts a character in two', (most) => {
    const text = show('needle', `${'😀'.repeat(200)}needle${'😀'.repeat(200)}`, most);
    expect(text.length).toBeLessThanOrEqual(most);
    expect(text).not.toMatch(/\p{Cs}/u);
  });
});
