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
