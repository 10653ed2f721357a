import { type Command, Option } from 'commander';
import type { Config } from '../config.ts';
import type { TenantId } from '../domain/ids.ts';
import { AppError } from '../errors.ts';
import { print, type Terminal } from './terminal.ts';
import type { CommandLine } from './transfer-commands.ts';
import { withApp } from './with-app.ts';

interface Asked {
  readonly id: string;
  /** Null: that of the memory. */
  readonly tenant: string | null;
  readonly user: string;
  readonly teams: readonly string[];
  readonly projects: readonly string[];
  readonly role: 'member' | 'admin';
}

/** The names differ from those of the process's own caller, which are flags of every command. */
interface Options {
  readonly as: string;
  readonly inTenant?: string;
  readonly inTeams: readonly string[];
  readonly onProjects: readonly string[];
  readonly role: 'member' | 'admin';
}

const refused = 1;

/** Prints which clause of the access rule decides, for whoever runs the server. Returns 0 if the caller may read, else 1. */
const explain = (terminal: Terminal, config: Config, { id, tenant, ...caller }: Asked): Promise<number> =>
  withApp(config, async (app) => {
    const { tenancy } = config;
    if (tenancy.mode === 'single') {
      throw new AppError(
        'invalid_input',
        'In single-tenant mode everything is read by everybody; set MEMORY_MULTI_TENANT_MODE.',
      );
    }
    const [{ explainAccess }, { requireMemoryId, memoryNotFound }, context] = await Promise.all([
      import('../service/explain-access.ts'),
      import('../service/find-memory.ts'),
      app.operatorContext(),
    ]);
    const memoryId = requireMemoryId(id, 'id');
    const [memory] = await context.store.memories(context.scope, [memoryId], 'any');
    if (memory === undefined) throw memoryNotFound(memoryId);
    const projects = await Promise.all(caller.projects.map(context.resolveProject));
    const { readable, lines } = explainAccess(
      app.scopeOf({ ...caller, tenant: tenant === null ? tenancy.caller.tenant : (tenant as TenantId), projects }),
      memory,
    );
    await print(terminal, lines);
    return readable ? 0 : refused;
  });

const names = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export const addExplainAccess = (
  program: Command,
  run: CommandLine,
  configure: (command: Command) => Promise<Config>,
): void => {
  program
    .command('explain-access')
    .description(
      'say which clause lets a user read or write a memory, or keeps them from it; exit code 1 if not to read',
    )
    .argument('<id>', 'of a memory of the tenant MEMORY_DEFAULT_TENANT')
    .requiredOption('--as <user>', 'whose rights')
    .option('--in-tenant <name>', 'of that user (default: that of the memory)')
    .addOption(new Option('--in-teams <names>', 'of that user, joined by commas').default([]).argParser(names))
    .addOption(new Option('--on-projects <names>', 'of that user, joined by commas').default([]).argParser(names))
    .addOption(new Option('--role <name>').choices(['member', 'admin']).default('member'))
    .action(async (id: string, options: Options, command: Command) => {
      const { as: user, inTenant: tenant = null, inTeams: teams, onProjects: projects, role } = options;
      const asked = { id, tenant, user, teams, projects, role };
      run.exitCode = await explain(run.terminal, await configure(command), asked);
    });
};
