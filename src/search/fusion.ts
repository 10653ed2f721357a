import type { MemoryId } from '../domain/ids.ts';
import type { SearchHit } from '../storage/query.ts';

/** Candidates by vector; by words there are more. */
export const candidatesByMeaning = 50;

/** What the nearest possible vector adds, as a share of what the best match by words has. */
const weightOfMeaning = 0.3;
/** How far above the noise a memory must lie to be found by its vector alone; the farthest possible is 0, the nearest 1. */
const leastByMeaningAlone = 0.3;

export interface FusedHits {
  /** Best first by the fused score, ties by id. */
  readonly hits: readonly SearchHit[];
  /** Found by their vectors alone. */
  readonly byMeaning: ReadonlySet<MemoryId>;
}

/** Linear fusion: words, as a share of the best, and the part of the cosine that lies above what unrelated texts have. */
export const fuseHits = (byWords: readonly SearchHit[], near: readonly SearchHit[], noise: number): FusedHits => {
  const best = byWords.reduce((most, { score }) => Math.max(most, score), 0);
  const closeness = new Map(near.map(({ memory, score }) => [memory.id, Math.max(0, (score - noise) / (1 - noise))]));
  const known = new Set(byWords.map(({ memory }) => memory.id));
  const alone = near.filter(
    ({ memory }) => !known.has(memory.id) && (closeness.get(memory.id) ?? 0) >= leastByMeaningAlone,
  );
  const fused = ({ memory, score }: SearchHit): SearchHit => ({
    memory,
    score: (best > 0 ? score / best : 0) + weightOfMeaning * (closeness.get(memory.id) ?? 0),
  });
  const hits = [...byWords, ...alone.map(({ memory }) => ({ memory, score: 0 }))].map(fused);
  return {
    hits: hits.sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1)),
    byMeaning: new Set(alone.map(({ memory }) => memory.id)),
  };
};
