import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistanceAtMost } from '../../src/edit-distance.ts';
import { searchDocument } from '../../src/search/document.ts';
import { parseQuery } from '../../src/search/query.ts';
import { bestReplacement } from '../../src/search/repair.ts';
import { tokenize } from '../../src/search/tokenizer.ts';
import { explainMatch, snippet } from '../../src/search/why.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom(..."aBc12_-./:@'# *+中ก🚀é", '\ud800', '\udc00', '\0', '\u0301', '\u200c', '’', 'ﷺ'),
    maxLength: 300,
  }),
);
const word = fc.stringMatching(/^[a-z]{2,9}$/);
const cased = (text: string): string => {
  const first = text.charAt(0).toUpperCase();
  return first.length === 1 ? first + text.slice(1) : text;
};
const styles: readonly ((parts: readonly string[]) => string)[] = [
  (parts) => parts.map((part, i) => (i === 0 ? part : cased(part))).join(''),
  (parts) => parts.map(cased).join(''),
  (parts) => parts.join('_'),
  (parts) => parts.join('_').toUpperCase(),
  (parts) => parts.join('-'),
  (parts) => parts.join('.'),
  (parts) => parts.join('::'),
];

const memory = (title: string, content: string): Parameters<typeof searchDocument>[0] => ({
  title,
  content,
  summary: null,
  tags: [],
  context: { languages: [], frameworks: [], technologies: [], filesInvolved: [] },
});

const finds = (query: TextQuery, text: string): boolean => {
  const { title, content, identifiers } = searchDocument(memory('', text));
  const stored = [...title, ...content, ...identifiers];
  const has = (group: TextQuery['groups'][number]): boolean =>
    group.some(({ text: term, prefix }) => stored.some((token) => (prefix ? token.startsWith(term) : token === term)));
  return query.groups.length > 0 && (query.mode === 'all' ? query.groups.every(has) : query.groups.some(has));
};
const keys = (text: string): Set<string> =>
  new Set(parseQuery(text).query.groups.map((group) => group.map((term) => term.text).join('|')));

describe('any text', () => {
  test('gives tokens that every store keeps as they are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { words, identifiers } = tokenize(text);
        for (const token of [...words, ...identifiers]) {
          expect(token).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
          expect(token.replace(/[^\0-\x7f]/g, '')).toMatch(/^[a-z0-9]*$/);
          expect(Buffer.byteLength(token)).toBeLessThanOrEqual(32);
          expect(token).not.toMatch(/\p{Cs}/u);
        }
        expect(new Set(identifiers).size).toBe(identifiers.length);
      }),
      { numRuns: 500 },
    );
  });

  test('is a valid query that finds the text itself, in every mode', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('strict', 'normal', 'fuzzy'), (text, tolerance) => {
        const { query } = parseQuery(text, { tolerance });
        expect(new Set(query.groups.flat().map((term) => `${term.text}${term.prefix}`)).size).toBeLessThanOrEqual(64);
        expect(query.groups.flat().every((term) => term.text !== '')).toBe(true);
        if (query.groups.length > 0) expect(finds(query, text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('can be explained and shown on one line', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 3, max: 120 }), (text, asked, most) => {
        const { query } = parseQuery(asked);
        expect(explainMatch(query, memory(text, text)).length).toBeLessThan(400);
        const shown = snippet({ content: text }, query, most);
        expect(shown.length).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/[\n\r\0]/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what does not change the words that are looked for', () => {
  test('their order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(['cache', 'the', 'redis', '数据库', 'ошибка', 'readFile', 'v1.2'], { minLength: 1 }),
        (texts) => {
          expect(keys(texts.join(' '))).toEqual(keys([...texts].sort().join(' ')));
        },
      ),
    );
  });

  test('their case', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcxyzäéñßçøłıжщёλςσ'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 6 }), (texts) => {
        const text = texts.join(' ');
        const expected = tokenize(text).words;
        expect(tokenize(text.toUpperCase()).words).toEqual(expected);
        expect(tokenize(texts.map(cased).join(' ')).words).toEqual(expected);
      }),
    );
  });

  test('their accents and how these are encoded', () => {
    const accented = fc.string({ unit: fc.constantFrom(...'aáàâeéèoöuüncçźżабиі'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(accented, (text) => {
        const bare = text.normalize('NFD').replace(/\p{M}/gu, '');
        expect(tokenize(text)).toEqual(tokenize(bare));
        expect(tokenize(text.normalize('NFD'))).toEqual(tokenize(text));
      }),
    );
  });

  test('tokens that are no English words are tokens of themselves', () => {
    const text = fc.string({ unit: fc.constantFrom(...'жщёλéß012٣ '), maxLength: 40 });
    fc.assert(
      fc.property(text, (raw) => {
        const { words } = tokenize(raw);
        expect(tokenize(words.join(' ')).words).toEqual(words);
      }),
    );
  });
});

describe('an identifier', () => {
  const identifier = fc.array(word, { minLength: 2, maxLength: 5 });
  const style = fc.constantFrom(...styles);

  test('is found by each of its words and by itself in another style', () => {
    fc.assert(
      fc.property(identifier, style, style, (parts, stored, asked) => {
        const text = `call ${stored(parts)} here`;
        for (const part of parts) expect(finds(parseQuery(part).query, text)).toBe(true);
        expect(finds(parseQuery(asked(parts), { mode: 'all' }).query, text)).toBe(true);
        expect(finds(parseQuery(parts.join(''), { mode: 'all' }).query, text)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('written in separate or joined words is found by its style', () => {
    fc.assert(
      fc.property(identifier, style, (parts, asked) => {
        expect(finds(parseQuery(asked(parts), { mode: 'all' }).query, parts.join(' '))).toBe(true);
        expect(finds(parseQuery(asked(parts), { mode: 'all' }).query, parts.join(''))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('with numbers is found by each beginning of the number', () => {
    const numbers = fc.array(fc.nat(999), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(numbers, (parts) => {
        const text = `since v${parts.join('.')} only`;
        for (let end = 2; end <= parts.length; end++) {
          const version = parts.slice(0, end).join('.');
          expect(finds(parseQuery(version, { mode: 'all' }).query, text)).toBe(true);
          expect(finds(parseQuery(`v${version}`, { mode: 'all' }).query, text)).toBe(true);
        }
      }),
    );
  });
});

describe('repair', () => {
  const swapped = (text: string, at: number): string =>
    text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);

  test('undoes one swap when nothing else is near', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{5,12}$/), fc.nat(3), (text, at) => {
        const typed = swapped(text, at);
        expect(editDistanceAtMost(typed, text, 1)).toBe(typed === text ? 0 : 1);
        expect(bestReplacement(typed, [{ text, frequency: 1 }])).toBe(text);
      }),
    );
  });
});
