import { createInterface } from 'node:readline/promises';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { purgeTrash } from '../service/purge-trash.ts';
import { backupFirst } from './backup-first.ts';
import { isTerminal, showProgress } from './progress.ts';
import { print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

export interface PurgeCommand {
  readonly olderThanDays: number;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly backup: boolean;
}

const day = 86_400_000;

const memories = (count: number): string => (count === 1 ? '1 memory' : `${count} memories`);

const confirm = async ({ stdin, stderr }: Terminal, question: string): Promise<boolean> => {
  if (!isTerminal(stdin)) {
    throw new AppError(
      'invalid_input',
      'purge destroys for good, and nobody can be asked here: give --yes, or --dry-run.',
    );
  }
  const dialogue = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question(`${question} [y/N] `)).trim());
  } finally {
    dialogue.close();
  }
};

/** Empties the trash of what has been there long enough, after a question and a backup. */
export const purge = (terminal: Terminal, config: Config, command: PurgeCommand): Promise<void> =>
  withApp(config, async (app) => {
    const context = await app.operatorContext();
    if (context.settings.readOnly && !command.dryRun) {
      throw new AppError('read_only', 'Nothing can be purged with MEMORY_READ_ONLY; only --dry-run can.');
    }
    const deletedBefore = app.now() - command.olderThanDays * day;
    const count = await purgeTrash(context, { deletedBefore, dryRun: true, onProgress: () => undefined });
    const old = `deleted more than ${command.olderThanDays} days ago`;
    if (command.dryRun || count === 0) {
      return print(terminal, [`${memories(count)} ${old} would be purged`]);
    }
    const question = `Destroy ${memories(count)} ${old}, with relationships and history?`;
    if (!command.yes && !(await confirm(terminal, question))) return print(terminal, ['nothing purged']);
    if (command.backup) await backupFirst(terminal, app);
    const { onProgress, clear } = showProgress(terminal);
    const purged = await purgeTrash(context, {
      deletedBefore,
      dryRun: false,
      onProgress: (done) => onProgress({ phase: 'purging', done, total: count }),
    });
    clear();
    return print(terminal, [`purged ${memories(purged)}`]);
  });
