import { seeded } from '../bench/random.ts';

/** How one question was answered. */
export interface Score {
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
  readonly ndcg: number;
  readonly mrr: number;
}

export type Measure = keyof Score;
export const measures: readonly Measure[] = ['at1', 'at5', 'at10', 'ndcg', 'mrr'];

const depth = 10;

/** `ranked` best first; recall is the share of the answers among the first so many, at most one answer for each place. */
export const scoreOf = (ranked: readonly string[], answers: ReadonlySet<string>): Score => {
  const places = ranked.slice(0, depth).flatMap((key, place) => (answers.has(key) ? [place] : []));
  const recall = (most: number): number => places.filter((place) => place < most).length / Math.min(most, answers.size);
  const gain = (place: number): number => 1 / Math.log2(place + 2);
  const ideal = Array.from({ length: Math.min(depth, answers.size) }, (_, place) => gain(place)).reduce(
    (a, b) => a + b,
    0,
  );
  const [first] = places;
  return {
    at1: recall(1),
    at5: recall(5),
    at10: recall(depth),
    ndcg: places.reduce((sum, place) => sum + gain(place), 0) / ideal,
    mrr: first === undefined ? 0 : 1 / (first + 1),
  };
};

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Difference {
  readonly mean: number;
  /** The middle 95 of 100 means of questions drawn again. */
  readonly low: number;
  readonly high: number;
}

const draws = 2_000;

/** Paired: `ours[i]` and `theirs[i]` answer the same question. The same numbers for the same input. */
export const difference = (ours: readonly number[], theirs: readonly number[]): Difference => {
  const deltas = ours.map((value, i) => value - (theirs[i] ?? 0));
  const random = seeded(deltas.length);
  const means = Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < deltas.length; i += 1) sum += deltas[Math.floor(random() * deltas.length)] ?? 0;
    return sum / deltas.length;
  }).sort((a, b) => a - b);
  const at = (share: number): number => means[Math.floor(share * (draws - 1))] ?? Number.NaN;
  return { mean: mean(deltas), low: at(0.025), high: at(0.975) };
};
