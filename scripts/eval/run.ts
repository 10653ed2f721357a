import type { Search } from './baselines.ts';
import { type Measure, type Score, scoreOf } from './metrics.ts';
import type { Question } from './questions.ts';

/** One way to search, over all questions that have an answer. */
export interface Row {
  readonly name: string;
  /** In the order of the questions. */
  readonly scores: readonly Score[];
  readonly msPerQuestion: number;
}

export const run = async (name: string, search: Search, questions: readonly Question[]): Promise<Row> => {
  const scores: Score[] = [];
  let spent = 0;
  for (const { text, answers } of questions) {
    const begun = performance.now();
    const ranked = await search(text);
    spent += performance.now() - begun;
    scores.push(scoreOf(ranked, answers));
  }
  return { name, scores, msPerQuestion: spent / questions.length };
};

export const valuesOf = (
  row: Row,
  measure: Measure,
  questions: readonly Question[],
  kind: Question['kind'] | null,
): readonly number[] =>
  row.scores.filter((_, i) => kind === null || questions[i]?.kind === kind).map((score) => score[measure]);
