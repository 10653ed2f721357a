import { describe, expect, test } from 'vitest';
import { contextWords, type SearchedMemory, searchDocument } from '../../../src/search/document.ts';

const memory = (fields: Partial<SearchedMemory> = {}): SearchedMemory => ({
  title: 'Login times out',
  content: 'The readFile call blocks.',
  summary: null,
  tags: [],
  context: { languages: [], frameworks: [], technologies: [], filesInvolved: [] },
  ...fields,
});

describe('searchDocument', () => {
  test('keeps each field apart', () => {
    const document = searchDocument(
      memory({
        summary: 'Use streams',
        tags: ['user-auth'],
        context: {
          languages: ['TypeScript'],
          frameworks: ['Next.js'],
          technologies: ['redis'],
          filesInvolved: ['src/auth/login-form.tsx', 'C:\\work\\Makefile'],
        },
      }),
      ['neighbour'],
    );
    expect(document.title).toEqual(['login', 'time', 'out']);
    expect(document.content).toEqual(['the', 'read', 'file', 'call', 'block', 'use', 'stream']);
    expect(document.tags).toEqual(
      expect.arrayContaining(['user', 'auth', 'userauth', 'typescript', 'nextj', 'next', 'redi']),
    );
    expect(document.identifiers).toEqual(
      expect.arrayContaining(['readfil', 'login', 'form', 'tsx', 'loginform', 'loginformtsx', 'makefil']),
    );
    expect(document.identifiers).not.toContain('src');
    expect(document.context).toEqual(['neighbour']);
  });

  test('tags and identifiers hold each token once, the text as often as it says it', () => {
    const document = searchDocument(
      memory({ title: 'cache', content: 'cache readFile readFile cache', tags: ['cache', 'caching'] }),
    );
    expect(document.tags).toEqual(['cach']);
    expect(document.identifiers).toEqual(['readfil']);
    expect(document.content.filter((word) => word === 'cach').length).toBe(2);
  });
});

describe('contextWords', () => {
  const neighbour = (title: string, tags: readonly string[] = [], content = 'x1'): SearchedMemory =>
    memory({ title, tags, content });

  test('takes titles and tags before content, without stop words, each word once', () => {
    expect(contextWords([neighbour('The cache of the proxy', ['nginx'], 'It evicts the cache entries')])).toEqual([
      'cach',
      'proxi',
      'nginx',
      'evict',
      'entri',
    ]);
  });

  test('takes from every neighbour in turn up to the limit', () => {
    const words = contextWords([neighbour('alpha beta gamma delta'), neighbour('eins zwei drei')], 4);
    expect(words).toEqual(['alpha', 'ein', 'beta', 'zwei']);
  });

  test('gives at most 40 words by default, and none without neighbours', () => {
    const many = Array.from({ length: 90 }, (_, i) =>
      neighbour(`${'abcdefghi'.charAt(i % 9)}${'klmnopqrst'.charAt(i / 9)}q`),
    );
    expect(contextWords(many).length).toBe(40);
    expect(contextWords([])).toEqual([]);
  });
});
