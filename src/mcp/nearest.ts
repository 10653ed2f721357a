const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Edit distance with swaps of neighbours, given up once it is certain to pass `most`. */
const distance = (a: string, b: string, most: number): number => {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(
        (last[column] as number) + 1,
        (next[column - 1] as number) + 1,
        (last[column - 1] as number) + cost,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (older[column - 2] as number) + 1);
      }
      next.push(best);
    }
    older = last;
    last = next;
  }
  return last[b.length] as number;
};

/** The candidate that `text` was most likely meant to be, or null if none is near. Ties go to the first. */
export const nearest = (text: string, candidates: readonly string[]): string | null => {
  const wanted = plain(text.slice(0, 100));
  if (wanted === '') return null;
  let found: string | null = null;
  let best = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = plain(candidate);
    const most = Math.max(2, Math.floor(Math.max(wanted.length, other.length) / 3));
    const contained = wanted.length > 2 && other.length > 2 && (other.includes(wanted) || wanted.includes(other));
    const edits = distance(wanted, other, most);
    const far = edits > most || edits >= Math.min(wanted.length, other.length);
    if (far && !contained) continue;
    const score = far ? most : edits;
    if (score < best) {
      best = score;
      found = candidate;
    }
  }
  return found;
};
