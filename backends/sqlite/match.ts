import type { SearchTerm, TextQuery } from '../../src/storage/search-document.ts';

/** Always a quoted string: FTS5's own language is never exposed. A word that no stored token can equal is dropped. */
export const quoted = ({ text, prefix }: SearchTerm): string[] =>
  text === '' || /[\0 ]/.test(text) ? [] : [`"${text.replaceAll('"', '""')}"${prefix ? '*' : ''}`];

const distinct = (terms: readonly SearchTerm[]): string[] => [...new Set(terms.flatMap(quoted))];

export interface Match {
  /** Decides what is found and, alone, how it scores. */
  readonly expression: string;
  /** Also to be matched, without adding to the score. */
  readonly requirement: string | null;
}

/** Null if nothing can match. */
export const matchOf = ({ groups, mode }: TextQuery): Match | null => {
  const all = distinct(groups.flat());
  const any = all.join(' OR ');
  if (all.length === 0) return null;
  if (mode === 'any') return { expression: any, requirement: null };
  const required = groups.map(distinct);
  if (required.some((words) => words.length === 0)) return null;
  const every = required.map((words) => `(${words.join(' OR ')})`).join(' AND ');
  // A word that stands in two groups would count twice.
  const repeats = required.flat().length > all.length;
  return repeats ? { expression: any, requirement: every } : { expression: every, requirement: null };
};
