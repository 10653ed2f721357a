import { exportLines } from '../../src/service/transfer/export-lines.ts';
import type { FileRecord, Progress } from '../../src/service/transfer/format.ts';
import { type ImportReport, importRecords } from '../../src/service/transfer/import-records.ts';
import type { Conflict } from '../../src/service/transfer/plan-import.ts';
import { readLines } from '../../src/service/transfer/read-lines.ts';
import { noon, type Workbench } from './workbench.ts';

export const exported = async (
  { context }: Workbench,
  options: { readonly project?: string; readonly exportedAt?: number } = {},
): Promise<string> => {
  const { project = null, exportedAt = noon } = options;
  let text = '';
  for await (const piece of exportLines(context, { exportedAt, project, onProgress: () => undefined })) text += piece;
  return text;
};

/** What must be the same for the same content. */
export const behindHeader = (file: string): string => file.slice(file.indexOf('\n') + 1);

export const linesOf = (file: string): readonly Record<string, unknown>[] =>
  file
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

export const records = (file: string): AsyncIterable<FileRecord> =>
  readLines(
    each(
      file
        .trimEnd()
        .split('\n')
        .filter((line) => line !== ''),
    ),
  );

export interface Imported extends ImportReport {
  readonly conflicts: readonly Conflict[];
  readonly progress: readonly Progress[];
}

export const imported = async (
  { context }: Workbench,
  file: string,
  options: { readonly dryRun?: boolean; readonly beforeWriting?: () => Promise<void> } = {},
): Promise<Imported> => {
  const conflicts: Conflict[] = [];
  const progress: Progress[] = [];
  const report = await importRecords(context, () => records(file), {
    dryRun: options.dryRun ?? false,
    onConflict: (conflict) => conflicts.push(conflict),
    onProgress: (step) => progress.push(step),
    beforeWriting: options.beforeWriting ?? (async () => undefined),
  });
  return { ...report, conflicts, progress };
};

/** A store with something of everything: versions, trash, an alias, closed, removed and parallel relationships, a cycle, strange texts. */
export const fillWithEverything = async (bench: Workbench): Promise<void> => {
  const store = (title: string, more: Record<string, unknown> = {}) => bench.store(title, more);
  const fix = await store('Fix the login loop', {
    type: 'solution',
    content: 'Line one\nline two\u2028and \u0085 three 🦓 "quoted" \\ back',
    tags: ['Auth', 'login loop'],
    summary: 'How it was fixed',
    importance: 0.123456,
    context: {
      languages: ['Go'],
      files_involved: ['src/a.ts'],
      additional_metadata: { z: 1, a: { deep: [null, true] } },
    },
  });
  bench.now += 1_500;
  const problem = await store('Login loops', { type: 'problem' });
  const twin = await store('Login loops again', { type: 'problem' });
  const trashed = await store('Old way');
  await bench.facts('update_memory', { memory_id: fix, content: 'Better words' });
  const first = await bench.relate(fix, 'SOLVES', problem, { context: 'only when cookies are off, tested in Firefox' });
  await bench.relate(fix, 'DEPENDS_ON', trashed);
  await bench.relate(twin, 'RELATED_TO', problem);
  const wrong = await bench.relate(fix, 'CAUSES', problem);
  bench.now += 60_000;
  await bench.call('update_relationship', { relationship_id: first.id, strength: 0.9 });
  await bench.call('delete_relationship', { relationship_id: wrong.id, mode: 'remove', reason: 'a mistake' });
  await bench.call('delete_relationship', { relationship_id: first.id, mode: 'invalidate', reason: 'no more' });
  await bench.relate(fix, 'SOLVES', problem);
  await bench.call('merge_memories', { from_memory_id: twin, into_memory_id: problem });
  await bench.call('delete_memory', { memory_id: trashed });
  bench.now -= 30_000;
  await bench.call('update_memory', { memory_id: fix, title: 'Fix the login loop for good' });
};
