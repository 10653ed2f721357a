import type { TextQuery } from '../storage/search-document.ts';
import { normalise } from './fold.ts';
import { eachPiece, type Piece } from './tokenizer.ts';

/** A place of a normalised text where terms of a query were found. */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** Numbers of the groups of the query that are satisfied here. */
  readonly groups: readonly number[];
}

export type Matcher = (text: string, most: number) => readonly Match[];

/** Only this much of a text is looked through, for an answer explains many memories at once. */
export const MAX_SCANNED = 20_000;

/** Finds where a text has the words of a query, at most `most` places, overlapping ones joined. */
export const matcherOf = (query: TextQuery): Matcher => {
  const exact = new Map<string, Set<number>>();
  const prefixes: { readonly text: string; readonly group: number }[] = [];
  for (const [group, terms] of query.groups.entries()) {
    for (const { text, prefix } of terms) {
      if (prefix) prefixes.push({ text, group });
      else exact.set(text, (exact.get(text) ?? new Set()).add(group));
    }
  }
  const groupsOf = (token: string, into: Set<number>): void => {
    for (const group of exact.get(token) ?? []) into.add(group);
    for (const { text, group } of prefixes) if (token.startsWith(text)) into.add(group);
  };
  const found = new Map<Piece, readonly number[]>();
  const groupsOfPiece = (piece: Piece): readonly number[] => {
    const groups = new Set<number>();
    for (const { token } of piece.words) groupsOf(token, groups);
    for (const token of piece.identifiers) groupsOf(token, groups);
    return [...groups];
  };
  return (text, most) => {
    const matches: Match[] = [];
    found.clear();
    eachPiece(normalise(text).slice(0, MAX_SCANNED), (piece, start, end) => {
      let groups = found.get(piece);
      if (groups === undefined) {
        groups = groupsOfPiece(piece);
        found.set(piece, groups);
      }
      if (groups.length === 0) return true;
      const last = matches.at(-1);
      if (last !== undefined && start < last.end) {
        matches[matches.length - 1] = { start: last.start, end, groups: [...new Set([...last.groups, ...groups])] };
      } else matches.push({ start, end, groups });
      return matches.length < most;
    });
    return matches;
  };
};
