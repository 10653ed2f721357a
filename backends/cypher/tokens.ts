import type { SearchTerm } from '../../src/storage/search-document.ts';

/** `z` begins an escape. */
const plain = /^[a-y0-9]$/;
const escaped = (character: string): string => `z${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`;

/** Letters and digits alone, character by character, so that what begins alike still does. */
const encode = (text: string): string =>
  Array.from(text, (character) => (plain.test(character) ? character : escaped(character))).join('');

/** Ends every token: no stemmer of an engine touches a word that ends in a digit. */
const end = '0';

/**
 * A token as every full-text engine keeps it whole: letters and digits, behind the mark of its audience, cut at `longest`. What is cut
 * may match more than was asked for; the order of what matched is ours.
 */
export const indexedToken = (mark: string, token: string, longest: number): string =>
  mark + encode(token).slice(0, longest - mark.length - end.length) + end;

export interface IndexedTerm {
  readonly text: string;
  readonly prefix: boolean;
}

export const indexedTerm = (mark: string, { text, prefix }: SearchTerm, longest: number): IndexedTerm => {
  if (!prefix) return { text: indexedToken(mark, text, longest), prefix };
  return { text: (mark + encode(text)).slice(0, longest - end.length), prefix };
};
