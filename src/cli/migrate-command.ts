import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { addMigrateOptions, type MigrateOptions } from './migrate-options.ts';
import type { CommandLine } from './transfer-commands.ts';

const codes = `
Exit codes:
   0  done, or nothing to do
   2  refused before anything was written; of --dry-run: --execute would be refused
   3  stopped; --resume goes on
   4  verification failed
   5  another process holds the lock`;

export const addMigrate = (
  program: Command,
  run: CommandLine,
  configure: (command: Command) => Promise<Config>,
): void => {
  addMigrateOptions(program.command('migrate-to-multitenant'))
    .description('move what has no tenant to one, so that it can be undone to the byte')
    .addHelpText('after', codes)
    .action(async (options: MigrateOptions, command: Command) => {
      const { migrateToMultiTenant } = await import('./migrate.ts');
      run.exitCode = await migrateToMultiTenant(run.terminal, () => configure(command), options);
    });
};
