import { fieldWeights, type SearchDocument, type SearchTerm, searchFields } from '../../src/storage/search-document.ts';

/** The tokens of a document as the text index keeps them: one text for each of `searchFields`, with single spaces between. */
export type FieldTexts = readonly string[];

export const fieldTexts = (document: SearchDocument): FieldTexts =>
  searchFields.map((field) => document[field].join(' '));

const weights = searchFields.map((field) => fieldWeights[field]);

const countOf = (text: string, part: string): number => {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
};

const tokensIn = (text: string): number => (text === '' ? 0 : countOf(text, ' ') + 1);

export const lengthOfTexts = (texts: FieldTexts): number => texts.reduce((sum, text) => sum + tokensIn(text), 0);

const isSpace = (text: string, at: number): boolean => at < 0 || at >= text.length || text.charAt(at) === ' ';

const hitsIn = (field: string, { text, prefix }: SearchTerm): number => {
  // No stored token is such a word.
  if (text === '' || text.includes(' ')) return 0;
  let hits = 0;
  for (let at = field.indexOf(text); at !== -1; at = field.indexOf(text, at + text.length)) {
    if (isSpace(field, at - 1) && (prefix || isSpace(field, at + text.length))) hits += 1;
  }
  return hits;
};

/** What `frequenciesIn` of `storage/bm25.ts` counts, without taking the texts apart. */
export const frequenciesInTexts = (texts: FieldTexts, terms: readonly SearchTerm[]): readonly number[] =>
  terms.map((term) => texts.reduce((sum, text, field) => sum + (weights[field] as number) * hitsIn(text, term), 0));
