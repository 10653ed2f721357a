/** A stored word that may have been meant. */
export interface Candidate {
  readonly text: string;
  /** How many memories have it. */
  readonly frequency: number;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, or null if there are more than `max`.
 * No letter takes part in two swaps' worth of edits (optimal string alignment).
 */
export const editDistanceAtMost = (a: string, b: string, max: number): number | null => {
  if (Math.abs(a.length - b.length) > max) return null;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(max + 1);
    if (i <= max) row[0] = i;
    let least = row[0] ?? max + 1;
    for (let j = Math.max(1, i - max); j <= Math.min(b.length, i + max); j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] ?? max) + 1, (row[j - 1] ?? max) + 1, (previous[j - 1] ?? max) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (older[j - 2] ?? max) + 1);
      row[j] = cost;
      least = Math.min(least, cost);
    }
    if (least > max) return null;
    older = previous;
    previous = row;
  }
  const distance = previous[b.length] ?? max + 1;
  return distance <= max ? distance : null;
};

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
