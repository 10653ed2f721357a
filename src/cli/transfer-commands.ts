import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config.ts';
import { type ExportCommand, exportFormats, exportStore } from './export.ts';
import { type ImportFormat, importFile, importFormats } from './import.ts';
import { purge } from './purge.ts';
import type { Terminal } from './terminal.ts';

/** What these commands share with the others. */
export interface CommandLine {
  readonly terminal: Terminal;
  exitCode: number;
}

type Configure = (command: Command) => Promise<Config>;

const days = (text: string): number => {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Give a whole number of days.');
  return Number(text);
};

const addExport = (program: Command, { terminal }: CommandLine, configure: Configure): void => {
  program
    .command('export')
    .description(
      'write all memories with relationships and history, the trash included; with --project those of one project',
    )
    .option('-o, --output <path>', 'a file, or for markdown a folder, that must not exist (default: stdout)')
    .addOption(new Option('--format <name>', 'markdown is for reading').choices(exportFormats).default('jsonl'))
    .action(async (options: ExportCommand, command: Command) =>
      exportStore(terminal, await configure(command), options),
    );
};

const addImport = (program: Command, run: CommandLine, configure: Configure): void => {
  program
    .command('import')
    .description('add what an export has and the store has not; deletes and overwrites nothing')
    .argument('<file>', 'an export, or - for stdin')
    .option('--dry-run', 'count and compare, write nothing')
    .option('--json', 'for programs')
    .option('--no-backup', 'do not copy the store first')
    .addOption(new Option('--format <name>', 'of the file').choices(importFormats).default('jsonl'))
    .action(
      async (
        file: string,
        options: { format: ImportFormat; dryRun?: true; json?: true; backup: boolean },
        command: Command,
      ) => {
        const { format, dryRun = false, json = false, backup } = options;
        run.exitCode = await importFile(run.terminal, await configure(command), { file, format, dryRun, json, backup });
      },
    );
};

const addPurge = (program: Command, { terminal }: CommandLine, configure: Configure): void => {
  program
    .command('purge')
    .description('destroy what has been in the trash for long, with its relationships and history')
    .addOption(new Option('--older-than <days>', 'days in the trash').default(30).argParser(days))
    .option('--dry-run', 'count, destroy nothing')
    .option('--yes', 'do not ask')
    .option('--no-backup', 'do not copy the store first')
    .action(async (options: { olderThan: number; dryRun?: true; yes?: true; backup: boolean }, command: Command) => {
      const { olderThan, dryRun = false, yes = false, backup } = options;
      await purge(terminal, await configure(command), { olderThanDays: olderThan, dryRun, yes, backup });
    });
};

/** The commands that move data in and out, and out for good. */
export const addTransferCommands = (program: Command, run: CommandLine, configure: Configure): void => {
  addExport(program, run, configure);
  addImport(program, run, configure);
  addPurge(program, run, configure);
};
