import { expect } from 'vitest';
import type { TermFrequency } from '../../src/storage/query.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import {
  creates,
  day,
  makeDocument,
  makeMemory,
  makeRelationship,
  memoryId,
  nextVersion,
  relates,
  replaces,
  trashes,
} from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const keepWords = (stage: Stage, ...contents: readonly string[]): Promise<unknown> =>
  stage.write(...contents.map((content, index) => creates(makeMemory({ id: index + 1 }), makeDocument({ content }))));

const show = (found: readonly TermFrequency[]): string[] => found.map(({ text, frequency }) => `${text} ${frequency}`);

/** As `word count`, sorted, since these come in any order. */
const count = async ({ store, scope }: Stage, ...terms: readonly string[]): Promise<readonly string[]> =>
  show(await store.termFrequencies(scope, terms)).toSorted();

const range = async (
  { store, scope }: Stage,
  prefix: string,
  { minLength = 1, maxLength = 1000, limit = 1000 } = {},
): Promise<readonly string[]> => show(await store.vocabulary(scope, { prefix, minLength, maxLength, limit }));

const treacherous = [
  '%',
  '_',
  '*',
  '"',
  "it's",
  'c++',
  'and',
  'a-b',
  'größe',
  '漢字',
  '😀',
  'e\u0301t',
  '\u{10ffff}',
  '=',
];

export const termCounts = makeConcern('counting the memories that hold a word', {
  'a memory counts once, whatever the field and however often': async (stage) => {
    const inField = searchFields.map((field, index) =>
      creates(makeMemory({ id: index + 1 }), makeDocument({ [field]: 'word' })),
    );
    const everywhere = Object.fromEntries(searchFields.map((field) => [field, 'word word other']));
    await stage.write(...inField, creates(makeMemory({ id: 9 }), makeDocument(everywhere)));
    expect(await count(stage, 'word', 'other')).toEqual(['other 1', 'word 6']);
  },

  'absent words are left out': async (stage) => {
    await keepWords(stage, 'login logout');
    expect(await count(stage, 'log', 'login', 'logi', 'login*', '')).toEqual(['login 1']);
    expect(await count(stage, 'zzz')).toEqual([]);
    expect(await count(stage)).toEqual([]);
  },

  'a word asked for twice is answered once': async (stage) => {
    await keepWords(stage, 'a b');
    expect(await count(stage, 'a', 'b', 'a')).toEqual(['a 1', 'b 1']);
  },

  'words of every script are counted apart and to the letter': async (stage) => {
    await keepWords(stage, treacherous.join(' '), treacherous.slice(1).join(' '), 'grosse große e\u00e9t');
    expect(await count(stage, ...treacherous)).toEqual(
      treacherous.map((word, at) => `${word} ${at ? 2 : 1}`).toSorted(),
    );
  },

  'what is in the trash or merged away is not counted': async (stage) => {
    await keepWords(stage, 'word', 'word', 'word');
    await stage.write(
      trashes(makeMemory({ id: 1 })),
      replaces(makeMemory({ id: 2 }), { mergedInto: memoryId(3) }, 'merged', makeDocument({ content: 'word' })),
    );
    expect(await count(stage, 'word')).toEqual(['word 1']);
    await stage.write(trashes(makeMemory({ id: 3 })));
    expect(await count(stage, 'word')).toEqual([]);
    const back = makeDocument({ title: 'word' });
    await stage.write(replaces(nextVersion(makeMemory({ id: 3 })), { deletedAt: null }, 'restored', back));
    expect(await count(stage, 'word')).toEqual(['word 1']);
  },

  'the count follows new words and a purge': async (stage) => {
    await keepWords(stage, 'old', 'old other');
    await stage.write(
      { op: 'index_memory', id: memoryId(1), document: makeDocument({ context: 'new' }) },
      replaces(makeMemory({ id: 2 }), {}, 'updated', makeDocument({ tags: 'new' })),
    );
    expect(await count(stage, 'old', 'other', 'new')).toEqual(['new 2']);
    await stage.write(trashes(makeMemory({ id: 1 })), { op: 'purge_memory', id: memoryId(1) });
    expect(await count(stage, 'old', 'other', 'new')).toEqual(['new 1']);
  },

  'the words of relationships are not counted': async (stage) => {
    await keepWords(stage, 'word', 'word');
    await stage.write(relates(makeRelationship(), 'word reason'));
    expect(await count(stage, 'word', 'reason')).toEqual(['word 2']);
    expect(await range(stage, '')).toEqual(['word 2']);
  },

  'a thousand words are counted at once': async (stage) => {
    const words = Array.from({ length: 1000 }, (_, index) => `w${index}`);
    await keepWords(stage, words.join(' '), 'w7');
    expect(await count(stage, ...words)).toEqual(words.map((word) => `${word} ${word === 'w7' ? 2 : 1}`).toSorted());
  },
});

export const vocabularyRanges = makeConcern('the words of the index', {
  'words come by their beginning, each with its count, in order': async (stage) => {
    await keepWords(stage, 'login zebra log', 'log lob logs', 'k m');
    expect(await range(stage, 'log')).toEqual(['log 2', 'login 1', 'logs 1']);
    expect(await range(stage, 'lo')).toEqual(['lob 1', 'log 2', 'login 1', 'logs 1']);
    expect(await range(stage, 'loginx')).toEqual([]);
    expect(await range(stage, '')).toEqual(['k 1', 'lob 1', 'log 2', 'login 1', 'logs 1', 'm 1', 'zebra 1']);
  },

  'lengths are UTF-16 code units, both ends inclusive': async (stage) => {
    await keepWords(stage, 'a ab abc abcd ä äö 漢 漢字 😀 😀x');
    expect(await range(stage, 'a', { minLength: 2, maxLength: 3 })).toEqual(['ab 1', 'abc 1']);
    expect(await range(stage, 'a', { minLength: 3, maxLength: 3 })).toEqual(['abc 1']);
    expect(await range(stage, 'a', { minLength: 5, maxLength: 9 })).toEqual([]);
    expect(await range(stage, 'ab', { minLength: 1, maxLength: 2 })).toEqual(['ab 1']);
    expect(await range(stage, '', { minLength: 1, maxLength: 1 })).toEqual(['a 1', 'ä 1', '漢 1']);
    expect(await range(stage, '', { minLength: 2, maxLength: 2 })).toEqual(['ab 1', 'äö 1', '漢字 1', '😀 1']);
    expect(await range(stage, '😀', { minLength: 3, maxLength: 3 })).toEqual(['😀x 1']);
    expect(await range(stage, 'a', { minLength: 3, maxLength: 2 })).toEqual([]);
  },

  'the limit comes after the lengths': async (stage) => {
    await keepWords(stage, 'a aa aaa ab aab b');
    expect(await range(stage, 'a', { minLength: 2, limit: 2 })).toEqual(['aa 1', 'aaa 1']);
    expect(await range(stage, 'a', { minLength: 3, maxLength: 3, limit: 1 })).toEqual(['aaa 1']);
    expect(await range(stage, 'a', { limit: 100 })).toHaveLength(5);
  },

  'the order is that of UTF-8 bytes': async (stage) => {
    const words = ['\uff5e', '😀', 'z', 'ä', '~', '漢', '0', 'za'];
    await keepWords(stage, words.join(' '));
    const order = ['0', 'z', 'za', '~', 'ä', '漢', '\uff5e', '😀'];
    expect(await range(stage, '')).toEqual(order.map((word) => `${word} 1`));
  },

  'a beginning is a text, never a pattern': async (stage) => {
    await keepWords(stage, treacherous.map((word) => `${word} ${word}x`).join(' '));
    for (const word of treacherous) expect(await range(stage, word), word).toEqual([`${word} 1`, `${word}x 1`]);
  },

  'only words of live memories are there': async (stage) => {
    const [one, two] = [makeMemory({ id: 1 }), makeMemory({ id: 2 })];
    await keepWords(stage, 'apple apricot', 'apple avocado');
    await stage.write(creates(makeMemory({ id: 3, deletedAt: day(1) }), makeDocument({ title: 'aloe' })));
    await stage.write(trashes(one));
    expect(await range(stage, 'a')).toEqual(['apple 1', 'avocado 1']);
    await stage.write({ op: 'purge_memory', id: one.id });
    expect(await range(stage, 'a')).toEqual(['apple 1', 'avocado 1']);
    await stage.write(replaces(two, {}, 'updated', makeDocument({ identifiers: 'agave' })));
    expect(await range(stage, 'a')).toEqual(['agave 1']);
    await stage.write({ op: 'index_memory', id: two.id, document: makeDocument() });
    expect(await range(stage, 'a')).toEqual([]);
  },

  'an empty store has no words': async (stage) => {
    expect(await range(stage, '')).toEqual([]);
    expect(await range(stage, 'a')).toEqual([]);
  },

  'a memory counts once in a range too': async (stage) => {
    const everywhere = Object.fromEntries(searchFields.map((field) => [field, 'word word']));
    await stage.write(creates(makeMemory(), makeDocument(everywhere)));
    expect(await range(stage, 'w')).toEqual(['word 1']);
  },
});
