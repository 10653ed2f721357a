/** One term's part of the score, written out by hand: `holders` of `all` documents hold it, this one `f` times. */
export const part = (all: number, holders: number, f: number, length: number, averageLength: number): number =>
  (Math.max(1e-6, Math.log((all - holders + 0.5) / (holders + 0.5))) * f * 2.2) /
  (f + 1.2 * (0.25 + (0.75 * length) / averageLength));
