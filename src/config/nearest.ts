const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The candidate that a slip of the fingers would turn into `name`, or null if none is close. */
export const nearest = (name: string, candidates: readonly string[]): string | null => {
  const bound = Math.max(2, Math.floor(name.length / 4));
  if (name.length > 100) return null;
  let best: { candidate: string; away: number } | null = null;
  for (const candidate of candidates) {
    const away = distance(name.toLowerCase(), candidate.toLowerCase());
    if (away <= bound && (best === null || away < best.away)) best = { candidate, away };
  }
  return best?.candidate ?? null;
};
