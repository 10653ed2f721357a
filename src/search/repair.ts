import { editDistanceAtMost } from '../edit-distance.ts';

/** A stored word that may have been meant. */
export interface Candidate {
  readonly text: string;
  /** How many memories have it. */
  readonly frequency: number;
}

/** Mistakes that a word of this length may have; short words are taken as they stand. */
export const allowedEdits = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2);

const sharedStart = (a: string, b: string): number => {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
};

/**
 * The stored word that was most likely meant by one that the store does not hold: fewest edits, then the longest common beginning, then
 * the most frequent, then the first in order. Null if none is near; numbers are never repaired.
 */
export const bestReplacement = (word: string, candidates: Iterable<Candidate>): string | null => {
  const max = allowedEdits(word.length);
  if (max === 0 || /\d/.test(word)) return null;
  let best: { readonly text: string; readonly rank: readonly number[] } | null = null;
  for (const { text, frequency } of candidates) {
    const distance = editDistanceAtMost(word, text, max);
    if (distance === null) continue;
    const rank = [-distance, sharedStart(word, text), frequency];
    const difference = best === null ? 1 : compareRanks(rank, best.rank);
    if (difference > 0 || (difference === 0 && best !== null && text < best.text)) best = { text, rank };
  }
  return best?.text ?? null;
};

const compareRanks = (a: readonly number[], b: readonly number[]): number => {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value - (b[i] ?? 0);
  return 0;
};
