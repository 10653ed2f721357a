import type { Config } from '../config.ts';
import { AppError, errorTable } from '../errors.ts';
import type { FileRecord } from '../service/transfer/format.ts';
import { type ImportReport, importRecords } from '../service/transfer/import-records.ts';
import type { Conflict } from '../service/transfer/plan-import.ts';
import { readLines } from '../service/transfer/read-lines.ts';
import { backupFirst } from './backup-first.ts';
import { fileLines, withInputFile } from './input-lines.ts';
import { showProgress } from './progress.ts';
import { columns, complain, print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

/** A format is how the lines of a file become records; all else is the same for each. */
const readers = { jsonl: readLines } satisfies Record<
  string,
  (lines: AsyncIterable<string>) => AsyncIterable<FileRecord>
>;

export type ImportFormat = keyof typeof readers;
export const importFormats = Object.keys(readers) as readonly ImportFormat[];

export interface ImportCommand {
  /** A path, or `-` for stdin. */
  readonly file: string;
  readonly format: ImportFormat;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly backup: boolean;
}

const table = (report: ImportReport): readonly string[] =>
  columns(
    Object.entries(report).map(([what, { memory, relationship, change }]) => [
      what,
      `${memory} memories, ${relationship} relationships, ${change} changes`,
    ]),
  );

/** Returns the exit code: a conflict is a refusal, though the rest was imported. */
export const importFile = (terminal: Terminal, config: Config, command: ImportCommand): Promise<number> =>
  withApp(config, async (app) => {
    const { dryRun, json } = command;
    const context = await app.contextFor();
    if (context.settings.readOnly && !dryRun) {
      throw new AppError('read_only', 'Nothing can be imported with MEMORY_READ_ONLY; only --dry-run can.');
    }
    const { onProgress, clear } = showProgress(terminal);
    const store = await app.store();
    const isEmpty = async (): Promise<boolean> => (await store.tenants()).length === 0;
    const conflicts: Conflict[] = [];
    const report = await withInputFile(command.file, terminal.stdin, (path) =>
      importRecords(context, () => readers[command.format](fileLines(path)), {
        dryRun,
        onProgress,
        onConflict: (conflict) => conflicts.push(conflict),
        beforeWriting: async () => {
          if (command.backup && !(await isEmpty())) await backupFirst(terminal, app);
        },
      }),
    );
    clear();
    for (const { kind, id, fields } of json ? [] : conflicts) {
      await complain(terminal, `conflict: ${kind} ${id} is there with other ${fields.join(', ')}`);
    }
    await print(terminal, json ? [JSON.stringify({ dry_run: dryRun, ...report, conflicts }, null, 2)] : table(report));
    return conflicts.length === 0 ? 0 : errorTable.version_conflict.exitCode;
  });
