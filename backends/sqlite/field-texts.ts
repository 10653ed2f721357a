import { fieldWeights, type SearchDocument, type SearchTerm, searchFields } from '../../src/storage/search-document.ts';

/** The tokens of a document as the text index keeps them: one text for each of `searchFields`, with single spaces between. */
export type FieldTexts = readonly string[];

export const fieldTexts = (document: SearchDocument): FieldTexts =>
  searchFields.map((field) => document[field].join(' '));

const weights = searchFields.map((field) => fieldWeights[field]);

const space = 32;

/** Counted code by code, which is quicker than a search for each space. */
const tokensIn = (text: string): number => {
  if (text === '') return 0;
  let tokens = 1;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) === space) tokens += 1;
  return tokens;
};

export const lengthOfTexts = (texts: FieldTexts): number => {
  let tokens = 0;
  for (const text of texts) tokens += tokensIn(text);
  return tokens;
};

const isEdge = (text: string, at: number): boolean => at === -1 || at === text.length || text.charCodeAt(at) === space;

const hitsIn = (field: string, { text, prefix }: SearchTerm): number => {
  let hits = 0;
  for (let at = field.indexOf(text); at !== -1; at = field.indexOf(text, at + text.length)) {
    if (isEdge(field, at - 1) && (prefix || isEdge(field, at + text.length))) hits += 1;
  }
  return hits;
};

/**
 * What `frequenciesIn` of `storage/bm25.ts` counts, without taking the texts apart: this is done for each candidate of a search, hence
 * the plain loops.
 */
export const frequenciesInTexts = (texts: FieldTexts, terms: readonly SearchTerm[]): readonly number[] => {
  const frequencies: number[] = [];
  for (const term of terms) {
    // No stored token is empty or holds a space.
    const isWord = term.text !== '' && !term.text.includes(' ');
    let frequency = 0;
    for (let field = 0; isWord && field < texts.length; field += 1) {
      frequency += (weights[field] as number) * hitsIn(texts[field] as string, term);
    }
    frequencies.push(frequency);
  }
  return frequencies;
};
