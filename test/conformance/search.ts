import { expect } from 'vitest';
import type { MemoryFilter } from '../../src/storage/query.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import { creates, day, makeDocument, makeMemory, memoryId, trashes, wordsQuery } from '../support/builders.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const found = async (stage: Stage, query: TextQuery, filter: MemoryFilter = {}): Promise<readonly number[]> => {
  const hits = await stage.store.search(stage.scope, query, filter, 1000);
  return numbersOf(hits.map(({ memory }) => memory)).toSorted((a, b) => a - b);
};

const keepWords = (stage: Stage, ...contents: readonly string[]): Promise<unknown> =>
  stage.write(...contents.map((content, index) => creates(makeMemory({ id: index + 1 }), makeDocument({ content }))));

export const matching = makeConcern('matching words', {
  'words match in any order and any field': async (stage) => {
    const inField = searchFields.map((field, index) =>
      creates(makeMemory({ id: index + 1 }), makeDocument({ [field]: 'other loop login' })),
    );
    await stage.write(...inField, creates(makeMemory({ id: 9 }), makeDocument({ title: 'login', context: 'loop' })));
    expect(await found(stage, wordsQuery('login loop'))).toEqual([1, 2, 3, 4, 5, 9]);
    expect(await found(stage, wordsQuery('loop login'))).toEqual([1, 2, 3, 4, 5, 9]);
  },

  'all wants every group, any at least one': async (stage) => {
    await keepWords(stage, 'a b', 'b c', 'c d', 'e');
    expect(await found(stage, wordsQuery('b c'))).toEqual([2]);
    expect(await found(stage, wordsQuery('b c', 'any'))).toEqual([1, 2, 3]);
    expect(await found(stage, wordsQuery('b zzz'))).toEqual([]);
    expect(await found(stage, wordsQuery('b zzz', 'any'))).toEqual([1, 2]);
  },

  'terms of a group stand for each other': async (stage) => {
    await keepWords(stage, 'cat food', 'dog food', 'cat', 'bird food');
    const [cat, dog, food] = ['cat', 'dog', 'food'].map((text) => ({ text, prefix: false })) as [
      { text: string; prefix: boolean },
      { text: string; prefix: boolean },
      { text: string; prefix: boolean },
    ];
    expect(await found(stage, { mode: 'all', groups: [[cat, dog], [food]] })).toEqual([1, 2]);
    expect(await found(stage, { mode: 'any', groups: [[cat, dog], [food]] })).toEqual([1, 2, 3, 4]);
  },

  'no groups match nothing, an empty group matches nothing': async (stage) => {
    await keepWords(stage, 'a');
    const a = { text: 'a', prefix: false };
    expect(await found(stage, { mode: 'all', groups: [] })).toEqual([]);
    expect(await found(stage, { mode: 'any', groups: [] })).toEqual([]);
    expect(await found(stage, { mode: 'all', groups: [[a], []] })).toEqual([]);
    expect(await found(stage, { mode: 'any', groups: [[a], []] })).toEqual([1]);
    expect(await found(stage, { mode: 'any', groups: [[]] })).toEqual([]);
  },

  'a word matches whole, a prefix by its beginning': async (stage) => {
    await keepWords(stage, 'log', 'login', 'logout blog', 'lo', 'blog');
    expect(await found(stage, wordsQuery('log'))).toEqual([1]);
    expect(await found(stage, wordsQuery('log*'))).toEqual([1, 2, 3]);
    expect(await found(stage, wordsQuery('log* blog'))).toEqual([3]);
    expect(await found(stage, wordsQuery('logout*'))).toEqual([3]);
    expect(await found(stage, wordsQuery('loginx*'))).toEqual([]);
  },

  'prefixes cut between letters of every script': async (stage) => {
    await keepWords(stage, 'größe', 'große', '漢字', '漢方', '😀😀', '😀x', 'שלום', 'e\u0301t');
    expect(await found(stage, wordsQuery('gr*'))).toEqual([1, 2]);
    expect(await found(stage, wordsQuery('grö*'))).toEqual([1]);
    expect(await found(stage, wordsQuery('漢*'))).toEqual([3, 4]);
    expect(await found(stage, wordsQuery('😀*'))).toEqual([5, 6]);
    expect(await found(stage, wordsQuery('של*'))).toEqual([7]);
    expect(await found(stage, wordsQuery('e*'))).toEqual([8]);
  },

  'accents and look-alikes are told apart': async (stage) => {
    await keepWords(stage, 'naive', 'naïve', 'nai\u0308ve', 'strasse', 'straße', 'ı', 'i');
    for (const [index, word] of ['naive', 'naïve', 'nai\u0308ve', 'strasse', 'straße', 'ı', 'i'].entries()) {
      expect(await found(stage, wordsQuery(word)), word).toEqual([index + 1]);
    }
  },

  'a word is never syntax and never split': async (stage) => {
    const words = [
      'and',
      'or',
      'not',
      'near',
      'c++',
      'c#',
      '.net',
      'a-b',
      'a_b',
      'a.b',
      'a:b',
      'title:a',
      '"',
      '"x"',
      "it's",
      '(x',
      'x)',
      '*',
      '^x',
      '-x',
      '+x',
      '{a',
      'a}',
      '[1',
      '%',
      '_',
      '\\',
      '/p/q.ts',
      'a|b',
      '@x',
      '~x',
      '&',
      '!',
      '$1',
      ':n',
      '?',
      ';--',
      '0',
      '1e5',
      'a,b',
      '\u200d',
      '\ufeffx',
      '\u00a0y',
      '\u3000z',
      '\u{10ffff}',
      '<b>',
      '=',
      '`',
      '#',
    ];
    await keepWords(stage, ...words.map((word) => `filler ${word} filler`));
    for (const [index, word] of words.entries()) {
      const query: TextQuery = { mode: 'all', groups: [[{ text: word, prefix: false }]] };
      expect(await found(stage, query), word).toEqual([index + 1]);
      const begins = words.flatMap((other, at) =>
        other.startsWith(word) || 'filler'.startsWith(word) ? [at + 1] : [],
      );
      const prefixes: TextQuery = { mode: 'all', groups: [[{ text: word, prefix: true }]] };
      expect(await found(stage, prefixes), `${word}…`).toEqual(begins);
    }
    expect(await found(stage, wordsQuery(words.join(' '), 'any'))).toHaveLength(words.length);
  },

  'long words and many words are taken': async (stage) => {
    const long = 'w'.repeat(1000);
    const many = Array.from({ length: 20_000 }, (_, index) => `w${index}`);
    await keepWords(stage, long, many.join(' '), `${long}x`);
    expect(await found(stage, wordsQuery(long))).toEqual([1]);
    expect(await found(stage, wordsQuery('w19999'))).toEqual([2]);
    expect(await found(stage, wordsQuery(many.slice(0, 64).join(' ')))).toEqual([2]);
    expect(await found(stage, wordsQuery(many.slice(0, 64).join(' '), 'any'))).toEqual([2]);
  },
});

export const searchScope = makeConcern('what a search covers', {
  'only live memories are found, whatever state the filter names': async (stage) => {
    const trashed = makeMemory({ id: 2 });
    const document = makeDocument({ content: 'word' });
    await stage.write(
      ...[makeMemory({ id: 1 }), trashed, makeMemory({ id: 3, mergedInto: 1 })].map((memory) =>
        creates(memory, document),
      ),
    );
    await stage.write(trashes(trashed));
    expect(await found(stage, wordsQuery('word'))).toEqual([1]);
    expect(await found(stage, wordsQuery('word'), { state: 'any' })).toEqual([1]);
    expect(await found(stage, wordsQuery('word'), { state: 'trashed' })).toEqual([]);
  },

  'the filter comes before the cut': async (stage) => {
    const memories = Array.from({ length: 300 }, (_, index) =>
      creates(
        makeMemory({ id: index + 1, tags: index === 299 ? ['rare'] : [] }),
        makeDocument({ title: 'word', content: index === 299 ? 'filler '.repeat(50) : '' }),
      ),
    );
    await stage.write(...memories);
    const filter: MemoryFilter = { tags: { values: ['rare'], mode: 'any' } };
    const hits = await stage.store.search(stage.scope, wordsQuery('word'), filter, 1);
    expect(numbersOf(hits.map(({ memory }) => memory))).toEqual([300]);
  },

  'every part of the filter narrows a search': async (stage) => {
    const context = { projectPath: '/p', languages: ['Go'], frameworks: ['Gin'] };
    const document = makeDocument({ content: 'word' });
    const fitting = makeMemory({
      id: 1,
      type: 'fix',
      tags: ['t'],
      importance: 0.9,
      confidence: 0.9,
      createdAt: day(5),
      context,
    });
    await stage.write(creates(fitting, document), creates(makeMemory({ id: 2, confidence: 0.1 }), document));
    const parts: readonly MemoryFilter[] = [
      { ids: [memoryId(1)] },
      { types: ['fix'] },
      { tags: { values: ['t'], mode: 'all' } },
      { projects: ['/p'] },
      { languages: ['go'] },
      { frameworks: ['gin'] },
      { minImportance: 0.9 },
      { minConfidence: 0.9 },
      { createdAfter: day(5) },
      { updatedAfter: day(5) },
    ];
    for (const part of parts) expect(await found(stage, wordsQuery('word'), part), JSON.stringify(part)).toEqual([1]);
    expect(await found(stage, wordsQuery('word'), { createdBefore: day(5) })).toEqual([2]);
    expect(await found(stage, wordsQuery('word'), { relatedBy: ['SOLVES'] })).toEqual([]);
    expect(await found(stage, wordsQuery('word'), { notRelatedBy: ['SOLVES'] })).toEqual([1, 2]);
    expect(await found(stage, wordsQuery('word'), { types: [] })).toEqual([]);
  },

  'a hit carries the whole memory': async (stage) => {
    const memory = makeMemory({ tags: ['t'], context: { additionalMetadata: { a: [1] } } });
    await stage.write(creates(memory, makeDocument({ content: 'word' })));
    const [hit] = await stage.store.search(stage.scope, wordsQuery('word'), {}, 10);
    expect(hit?.memory).toStrictEqual(memory);
  },

  'the text of the memory itself is not searched': async (stage) => {
    await stage.write(creates(makeMemory({ title: 'visible', content: 'visible' }), makeDocument({ title: 'token' })));
    expect(await found(stage, wordsQuery('visible'))).toEqual([]);
    expect(await found(stage, wordsQuery('token'))).toEqual([1]);
  },
});
