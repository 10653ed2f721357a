import type { MemoryId } from '../domain/ids.ts';
import type { GraphLink, SearchHit } from '../storage/query.ts';

/** The parts of the search, each of which an evaluation can switch off. */
export interface RankingSettings {
  /** Words of related memories kept with each memory; 0 for none. */
  readonly contextWords: number;
  /** What the best related match adds to a match, as a share of its score. */
  readonly spreading: number;
  /** Words that no memory holds are replaced by the nearest that one does. */
  readonly repair: boolean;
}

export const defaultRanking: RankingSettings = Object.freeze({
  contextWords: 40,
  spreading: 0.2,
  repair: true,
});

/** How many of the best by their words take part in the ranking; more than a page always. */
export const candidatesRanked = 100;
/** Matches whose relationships are looked at. */
export const spreadingFrom = 50;

// What differs by less than this is a tie, which does not depend on the order in which a store adds up a score.
const scoreDigits = 4;
const comparable = (score: number): number => Number(score.toPrecision(scoreDigits));

/** For each match, what the best related match lends it. */
const lentScores = (
  hits: readonly SearchHit[],
  links: readonly GraphLink[],
  settings: RankingSettings,
): ReadonlyMap<MemoryId, number> => {
  const scores = new Map(hits.map((hit) => [hit.memory.id, hit.score]));
  const lent = new Map<MemoryId, number>();
  for (const link of links) {
    for (const [from, to] of [
      [link.from, link.to],
      [link.to, link.from],
    ] as const) {
      const gift = settings.spreading * (scores.get(from) ?? 0);
      if (scores.has(to) && gift > (lent.get(to) ?? 0)) lent.set(to, gift);
    }
  }
  return lent;
};

/**
 * The final order of matches: what each scores by its words plus what the best related match lends it (spreading activation, one step).
 * Near-ties are decided by importance, then confidence, then the later change, then the id.
 */
export const rankHits = (
  hits: readonly SearchHit[],
  links: readonly GraphLink[],
  settings: RankingSettings,
): readonly SearchHit[] => {
  const lent = lentScores(hits, links, settings);
  const ranked = hits.map(({ memory, score }) => ({ memory, score: comparable(score + (lent.get(memory.id) ?? 0)) }));
  return ranked.sort(
    (a, b) =>
      b.score - a.score ||
      b.memory.importance - a.memory.importance ||
      b.memory.confidence - a.memory.confidence ||
      b.memory.updatedAt - a.memory.updatedAt ||
      (a.memory.id < b.memory.id ? -1 : 1),
  );
};
