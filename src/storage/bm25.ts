import { fieldWeights, type SearchDocument, type SearchTerm, searchFields, type TextQuery } from './search-document.ts';

const k1 = 1.2;
const b = 0.75;
const leastWeight = 1e-6;

/** What a ranking knows of the documents in scope. */
export interface Corpus {
  readonly documents: number;
  /** Of all of them, over all fields. */
  readonly tokens: number;
}

/** How much a term tells that `holders` of `documents` hold. */
export const termWeight = (documents: number, holders: number): number =>
  Math.max(leastWeight, Math.log((documents - holders + 0.5) / (holders + 0.5)));

const keyOf = ({ text, prefix }: SearchTerm): string => `${prefix ? 'p' : 'w'} ${text}`;

/** The terms of a query, each once, in their order. */
export const distinctTerms = ({ groups }: TextQuery): readonly SearchTerm[] => [
  ...new Map(groups.flat().map((term) => [keyOf(term), term])).values(),
];

/**
 * The score of `GraphStore.search` for one document after the other. `holders` are the documents in scope that hold each of
 * `distinctTerms`; `frequencies` are weighted occurrences of the same, as `frequenciesIn` counts them, and `length` is in tokens.
 * Null: the document does not match.
 */
export const makeScorer = (
  query: TextQuery,
  { documents, tokens }: Corpus,
  holders: readonly number[],
): ((frequencies: readonly number[], length: number) => number | null) => {
  const places = new Map(distinctTerms(query).map((term, place) => [keyOf(term), place]));
  const groups = query.groups.map((group) => group.map((term) => places.get(keyOf(term)) as number));
  const weights = holders.map((count) => termWeight(documents, count) * (k1 + 1));
  const averageLength = tokens / documents;
  return (frequencies, length) => {
    const isMatched = (group: readonly number[]): boolean => group.some((place) => (frequencies[place] ?? 0) > 0);
    const found = query.mode === 'all' ? groups.length > 0 && groups.every(isMatched) : groups.some(isMatched);
    if (!found) return null;
    const damping = k1 * (1 - b + (b * length) / averageLength);
    let sum = 0;
    for (let place = 0; place < weights.length; place += 1) {
      const f = frequencies[place] ?? 0;
      if (f > 0) sum += ((weights[place] as number) * f) / (f + damping);
    }
    return sum;
  };
};

/** Weighted occurrences of each term over all fields. */
export const frequenciesIn = (document: SearchDocument, terms: readonly SearchTerm[]): readonly number[] =>
  terms.map(({ text, prefix }) => {
    const isHit = (token: string): boolean => (prefix ? token.startsWith(text) : token === text);
    return searchFields.reduce(
      (sum, field) => sum + fieldWeights[field] * document[field].reduce((n, token) => n + (isHit(token) ? 1 : 0), 0),
      0,
    );
  });

/** In tokens, over all fields. */
export const lengthOf = (document: SearchDocument): number =>
  searchFields.reduce((sum, field) => sum + document[field].length, 0);
