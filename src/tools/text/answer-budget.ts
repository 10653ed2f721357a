/** The usual rough measure of a model's tokens. */
export const charactersPerToken = 4;

const costOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

/** Counts the characters left for an answer, one for the end of each line included. */
export class AnswerBudget {
  #left: number;

  /** `reserve` characters are kept for what ends the answer. */
  constructor(maxTokens: number, reserve = 0) {
    this.#left = maxTokens * charactersPerToken - reserve;
  }

  get left(): number {
    return this.#left;
  }

  /** Takes room for all of the lines, or none and returns false. */
  take(...lines: readonly string[]): boolean {
    const cost = costOf(lines);
    if (cost > this.#left) return false;
    this.#left -= cost;
    return true;
  }

  /** Takes room for what has to be said, out of what was kept for it. */
  spend(line: string): void {
    this.#left -= costOf([line]);
  }

  giveBack(lines: readonly string[]): void {
    this.#left += costOf(lines);
  }
}
