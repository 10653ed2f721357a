import { difference, type Measure, mean, measures } from './metrics.ts';
import { kinds, type Question } from './questions.ts';
import { type Row, valuesOf } from './run.ts';

type Cells = readonly string[];

/** Markdown, aligned for a terminal. */
const table = (title: string, head: Cells, rows: readonly Cells[]): string => {
  const widths = head.map((cell, i) => Math.max(cell.length, 3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: Cells): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return ['', `### ${title}`, '', line(head), line(rule), ...rows.map(line)].join('\n');
};

const percent = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share >= 0 ? '+' : '-'}${percent(Math.abs(share))}`;
const titles: Readonly<Record<Measure, string>> = { at1: 'R@1', at5: 'R@5', at10: 'R@10', ndcg: 'nDCG@10', mrr: 'MRR' };

export const overall = (rows: readonly Row[], questions: readonly Question[]): string =>
  table(
    'All kinds of questions',
    ['', ...measures.map((measure) => titles[measure]), 'ms a question'],
    rows.map((row) => [
      row.name,
      ...measures.map((measure) => percent(mean(valuesOf(row, measure, questions, null)))),
      row.msPerQuestion.toFixed(1),
    ]),
  );

export const byKind = (rows: readonly Row[], questions: readonly Question[]): string =>
  table(
    'R@10 by kind of question',
    ['', ...kinds],
    rows.map((row) => [row.name, ...kinds.map((kind) => percent(mean(valuesOf(row, 'at10', questions, kind))))]),
  );

/** What is lost without each part; a star marks an interval that does not hold 0. */
export const ablation = (full: Row, rows: readonly Row[], questions: readonly Question[]): string => {
  const change = (row: Row, measure: Measure, kind: Question['kind'] | null) =>
    difference(valuesOf(row, measure, questions, kind), valuesOf(full, measure, questions, kind));
  const interval = (row: Row, measure: Measure): string => {
    const { mean: middle, low, high } = change(row, measure, null);
    return `${signed(middle)} (${signed(low)} to ${signed(high)})`;
  };
  const marked = (row: Row, kind: Question['kind']): string => {
    const { mean: middle, low, high } = change(row, 'ndcg', kind);
    return `${signed(middle)}${low > 0 || high < 0 ? '*' : ''}`;
  };
  return table(
    'Without one part, beside all of them: R@10 and nDCG@10 with 95 % intervals, then nDCG@10 by kind',
    ['', 'R@10', 'nDCG@10', ...kinds],
    rows.map((row) => [
      row.name,
      interval(row, 'at10'),
      interval(row, 'ndcg'),
      ...kinds.map((kind) => marked(row, kind)),
    ]),
  );
};

/** How many answers would be called weak. */
export const weakTable = (counts: ReadonlyMap<string, { readonly weak: number; readonly all: number }>): string =>
  table(
    'Answers that recall calls weak: found ones by kind, and questions that have none',
    ['', 'weak', 'of', '%'],
    [...counts].map(([kind, { weak, all }]) => [kind, String(weak), String(all), percent(weak / all)]),
  );
