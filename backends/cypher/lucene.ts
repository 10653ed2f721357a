import type { IndexedTerm } from './tokens.ts';

/** Terms are letters and digits alone: nothing of the query language can be in them. */
export const anyOfTerms = (terms: readonly IndexedTerm[]): string =>
  terms.map(({ text, prefix }) => (prefix ? `${text}*` : text)).join(' OR ');
