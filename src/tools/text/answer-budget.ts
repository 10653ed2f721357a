/** The usual rough measure of a model's tokens. */
export const charactersPerToken = 4;

/** Counts the characters left for an answer, one for the end of each line included. */
export class AnswerBudget {
  #left: number;

  /** `reserve` characters are kept for what ends the answer. */
  constructor(maxTokens: number, reserve: number) {
    this.#left = maxTokens * charactersPerToken - reserve;
  }

  get left(): number {
    return this.#left;
  }

  /** Takes room for all of the lines, or none and returns false. */
  take(...lines: readonly string[]): boolean {
    const cost = lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (cost > this.#left) return false;
    this.#left -= cost;
    return true;
  }
}
