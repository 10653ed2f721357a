import { type SearchDocument, type SearchField, searchFields } from '../../src/storage/search-document.ts';
import { indexedToken } from './tokens.ts';
import type { Properties, Row } from './values.ts';

const propertyOf = (field: SearchField): string => `text_${field}`;

/** The tokens of a memory, field by field for ranking, and all in one for the full-text index. */
export const textProperties = (document: SearchDocument, mark: string, longestToken: number): Properties => {
  const fields = searchFields.map((field) => [propertyOf(field), document[field].join(' ')] as const);
  const all = searchFields.flatMap((field) => {
    const tokens = document[field];
    // The engine's own order only has to be near ours: a title counts twice there too.
    return field === 'title' ? [...tokens, ...tokens] : tokens;
  });
  return {
    ...Object.fromEntries(fields),
    text: all.map((token) => indexedToken(mark, token, longestToken)).join(' '),
    length: searchFields.reduce((sum, field) => sum + document[field].length, 0),
  };
};

const tokensOf = (text: unknown): readonly string[] => (typeof text === 'string' && text !== '' ? text.split(' ') : []);

/** The words of a memory that is kept so, each once. */
export const wordsOfTexts = (texts: Properties): ReadonlySet<string> =>
  new Set(searchFields.flatMap((field) => tokensOf(texts[propertyOf(field)])));

const textNames = [...searchFields.map(propertyOf), 'text', 'length'];

/** Those of a stored node, to be kept when something else of it changes. */
export const keptTexts = (node: Row): Properties =>
  Object.fromEntries(textNames.flatMap((name) => (node[name] === undefined ? [] : [[name, node[name]]]))) as Properties;

/** The fields over node `m`, in the order of `searchFields`; for `toDocument`. */
export const fieldList = `[${searchFields.map((field) => `coalesce(m.${propertyOf(field)}, '')`).join(', ')}]`;

export const toDocument = (fields: unknown): SearchDocument =>
  Object.fromEntries(
    searchFields.map((field, place) => [field, tokensOf((fields as unknown[])[place])]),
  ) as unknown as SearchDocument;

/** The words that a stored memory is indexed by. */
export const keptDocument = (texts: Properties | Row): SearchDocument =>
  toDocument(searchFields.map((field) => texts[propertyOf(field)]));
