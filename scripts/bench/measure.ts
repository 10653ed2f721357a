export type Side = (round: number) => unknown;

const quantile = (times: readonly number[], share: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

export const p50 = (times: readonly number[]): number => quantile(times, 0.5);
export const p95 = (times: readonly number[]): number => quantile(times, 0.95);
export const p99 = (times: readonly number[]): number => quantile(times, 0.99);

/**
 * Milliseconds of each side, round by round. The sides take turns, and each round begins with another one: what else the machine does
 * meets all of them alike.
 */
export const interleave = async <Name extends string>(
  rounds: number,
  sides: Readonly<Record<Name, Side>>,
): Promise<Record<Name, number[]>> => {
  const names = Object.keys(sides) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length] as Name;
      const begun = performance.now();
      await sides[name](round);
      times[name].push(performance.now() - begun);
    }
  }
  return times;
};

/** What two things take one after the other, round by round. */
export const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((time, i) => time + (b[i] ?? 0));
