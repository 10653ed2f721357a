import { type Command, InvalidArgumentError } from 'commander';
import type { App } from '../app.ts';
import { type BackendName, backendNames, type Config, type Flags, locationVariables } from '../config.ts';
import type { TenantId } from '../domain/ids.ts';
import { AppError, errorTable } from '../errors.ts';
import { type CopyReport, copyStore } from '../service/transfer/copy-store.ts';
import type { Conflict } from '../service/transfer/plan-import.ts';
import { backupFirst } from './backup-first.ts';
import { showProgress } from './progress.ts';
import { columns, complain, print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

export interface CopyCommand {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly backup: boolean;
}

/** A backend's name, for where the settings say its data is, or `name:place`, a path or URI: as settings of a configuration. */
export const parseStore = (text: string): Flags => {
  const [, name = '', location] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const backend = backendNames.find((known): known is BackendName => known === name);
  if (backend === undefined || location === '') {
    throw new InvalidArgumentError(
      `Give one of ${backendNames.join(', ')}; to say where it is, put its path or URI behind it and a colon.`,
    );
  }
  return { MEMORY_BACKEND: backend, ...(location === undefined ? {} : { [locationVariables[backend]]: location }) };
};

type Counted = Readonly<Record<'memory' | 'relationship' | 'change', number>>;

const counted = ({ memory, relationship, change }: Counted): string =>
  `${memory} memories, ${relationship} relationships, ${change} changes`;

const table = ({ check, ...report }: CopyReport): readonly (readonly [string, string])[] => [
  ...Object.entries(report).map(([what, counts]: [string, Counted]) => [what, counted(counts)] as const),
  ...(check === null ? [] : [['verified', counted(check.same)] as const]),
];

const differs = ({ conflicting, check }: CopyReport): boolean =>
  Object.values(conflicting).some((count) => count > 0) || (check?.differing.length ?? 0) > 0;

/** Whose memories there are to copy; undefined: everybody's, in single-tenant mode. */
const tenantsOf = async (app: App, multiTenant: boolean): Promise<readonly (TenantId | undefined)[]> => {
  if (!multiTenant) return [undefined];
  const store = await app.store();
  return (await store.tenants()).flatMap(({ tenant }) => tenant ?? []);
};

const copyTenant = async (
  terminal: Terminal,
  tenant: TenantId | undefined,
  [source, target]: readonly [App, App],
  command: CopyCommand,
  beforeWriting: () => Promise<void>,
): Promise<{ readonly report: CopyReport; readonly conflicts: readonly Conflict[] }> => {
  const { onProgress, clear } = showProgress(terminal);
  const conflicts: Conflict[] = [];
  const [from, to] = await Promise.all([source.operatorContext(tenant), target.operatorContext(tenant)]);
  const report = await copyStore(from, to, {
    dryRun: command.dryRun,
    onProgress,
    onConflict: (conflict) => conflicts.push(conflict),
    beforeWriting,
  });
  clear();
  for (const { kind, id, fields } of command.json ? [] : conflicts) {
    await complain(terminal, `conflict: ${kind} ${id} is there with other ${fields.join(', ')}`);
  }
  const told = new Set(conflicts.map(({ kind, id }) => `${kind} ${id}`));
  const unexplained = (report.check?.differing ?? []).filter(({ kind, id }) => !told.has(`${kind} ${id}`));
  for (const { kind, id } of command.json ? [] : unexplained) await complain(terminal, `differs: ${kind} ${id}`);
  return { report, conflicts };
};

const refuseItself = async (source: App, target: App): Promise<void> => {
  const [from, to] = [await source.store(), await target.store()];
  if (from.location !== to.location) return;
  throw new AppError('invalid_input', 'Source and target are the same store. Name another one with --from or --to.');
};

/** Returns the exit code: what could not be copied as it is counts as a refusal, though the rest was. */
export const copyBetween = (terminal: Terminal, from: Config, to: Config, command: CopyCommand): Promise<number> =>
  withApp(from, (source) =>
    withApp(to, async (target) => {
      const { dryRun, json } = command;
      if (to.readOnly && !dryRun) {
        throw new AppError('read_only', 'Nothing can be copied with MEMORY_READ_ONLY; only --dry-run can.');
      }
      await refuseItself(source, target);
      const store = await target.store();
      let first = true;
      const beforeWriting = async (): Promise<void> => {
        if (first && command.backup && (await store.tenants()).length > 0) await backupFirst(terminal, target);
        first = false;
      };
      let clean = true;
      const copied: object[] = [];
      for (const tenant of await tenantsOf(source, from.tenancy.mode === 'multi')) {
        const { report, conflicts } = await copyTenant(terminal, tenant, [source, target], command, beforeWriting);
        clean &&= !differs(report);
        copied.push({ ...(tenant === undefined ? {} : { tenant }), ...report, conflicts });
        if (json) continue;
        if (tenant !== undefined) await print(terminal, [`tenant ${tenant}`]);
        await print(terminal, columns(table(report)));
      }
      if (json) await print(terminal, [JSON.stringify({ dry_run: dryRun, copied }, null, 2)]);
      return clean ? 0 : errorTable.version_conflict.exitCode;
    }),
  );

/** `configure` makes a configuration of what is set, with these settings in place of others. */
export const addCopy = (
  program: Command,
  run: { readonly terminal: Terminal; exitCode: number },
  configure: (command: Command, settings: Flags) => Promise<Config>,
): void => {
  program
    .command('copy')
    .description(
      'add to one store what another has; deletes and overwrites nothing, and goes on where it was interrupted',
    )
    .requiredOption('--from <store>', 'a backend, or BACKEND:PLACE with the path of its file or its URI', parseStore)
    .requiredOption('--to <store>', 'the same', parseStore)
    .option('--dry-run', 'count and compare, write nothing')
    .option('--json', 'for programs')
    .option('--no-backup', 'do not copy the target first')
    .action(
      async (options: { from: Flags; to: Flags; dryRun?: true; json?: true; backup: boolean }, command: Command) => {
        const { dryRun = false, json = false, backup } = options;
        const from = await configure(command, { ...options.from, MEMORY_READ_ONLY: 'true' });
        const to = await configure(command, options.to);
        run.exitCode = await copyBetween(run.terminal, from, to, { dryRun, json, backup });
      },
    );
};
