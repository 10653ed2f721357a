import { p50, p95 } from './measure.ts';

type Row = readonly string[];

export const ms = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

const columns = ['', 'p50 ms', 'p95 ms', 'limit p50', 'limit p95', 'ratio', 'target', ''] as const;

/** The lines of one section, printed as a table that Markdown reads too. */
export class Report {
  readonly #rows: Row[] = [];

  /** Our times beside those of the machine's limit, whose median times `most` is the target. */
  compare(what: string, ours: readonly number[], limit: readonly number[], most: number): void {
    const ratio = p50(ours) / p50(limit);
    this.#add(what, ours, [ms(p50(limit)), ms(p95(limit)), `${ratio.toFixed(2)}×`, `≤ ${most}×`, verdict(ratio, most)]);
  }

  /** Times without a limit of their own. */
  times(what: string, times: readonly number[]): void {
    this.#add(what, times, ['', '', '', '', '']);
  }

  /** One number, and what it may be at most. */
  figure(what: string, value: number, unit: string, most?: number): void {
    const target = most === undefined ? '' : `≤ ${most}`;
    const shown = `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
    this.#rows.push([what, shown, '', '', '', '', target, most === undefined ? '' : verdict(value, most)]);
  }

  #add(what: string, times: readonly number[], rest: Row): void {
    this.#rows.push([what, ms(p50(times)), ms(p95(times)), ...rest]);
  }

  print(title: string): void {
    const all = [columns, ...this.#rows];
    const widths = columns.map((_, i) => Math.max(3, ...all.map((row) => row[i]?.length ?? 0)));
    const line = (row: Row): string => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
    console.log(`\n### ${title}\n`);
    console.log([line(columns), line(widths.map((width) => '-'.repeat(width))), ...this.#rows.map(line)].join('\n'));
  }
}

const verdict = (value: number, most: number): string => (value <= most ? 'ok' : 'over');
