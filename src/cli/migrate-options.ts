import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, variables } from '../config.ts';
import { everyone } from '../domain/access.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { TenantId } from '../domain/ids.ts';
import { type Visibility, visibilities } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { Pace } from '../service/migrate/pace.ts';

/** What to do; without one of them a person is asked. */
export const migrationActions = [
  'dryRun',
  'execute',
  'resume',
  'pause',
  'status',
  'verify',
  'rollback',
  'finalize',
  'unlock',
] as const;
export type MigrationAction = (typeof migrationActions)[number];

export interface MigrateOptions extends Partial<Record<MigrationAction, true>> {
  readonly tenantId?: string;
  readonly teamId?: string;
  readonly visibility?: Visibility;
  readonly forceVisibility?: true;
  readonly map?: string;
  readonly keepNew?: true;
  readonly exportNew?: string;
  readonly batchSize: number;
  readonly maxRate?: number;
  readonly backupDir?: string;
  readonly backup: boolean;
  readonly json?: true;
}

const between =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };

const tenant = (text: string): string => {
  if (variables.MEMORY_DEFAULT_TENANT.schema.safeParse(text).success) return text;
  throw new InvalidArgumentError(`Give ${variables.MEMORY_DEFAULT_TENANT.allowed}.`);
};

const isTeam = (text: string): boolean => {
  const { data } = variables.MEMORY_TEAM_IDS.schema.safeParse(text);
  return text === everyone || (data?.length === 1 && data[0] === text);
};

const team = (text: string): string => {
  if (isTeam(text)) return text;
  throw new InvalidArgumentError(`Give the name of one team, or ${everyone}.`);
};

export const addMigrateOptions = (command: Command): Command =>
  command
    .addOption(new Option('--tenant-id <id>', 'who gets what has no tenant [MEMORY_DEFAULT_TENANT]').argParser(tenant))
    .addOption(
      new Option('--team-id <name>', `team that reads it (default: ${everyone}, which is everybody)`).argParser(team),
    )
    .addOption(
      new Option('--visibility <name>', 'of what has none of its own (default: team)').choices([...visibilities]),
    )
    .option('--force-visibility', 'also of what has one of its own')
    .option('--map <file>', 'lines such as github.com/acme/shop=platform; * is all that no line names')
    .option('--dry-run', 'say exactly what would change, and change nothing')
    .option('--execute', 'do it')
    .option('--resume', 'go on with a run that was stopped or killed')
    .option('--pause', 'ask a run to stop after its present batch')
    .option('--status', 'say what runs there are and who holds them')
    .option('--verify', 'check every row of the last run, and the guards')
    .option('--rollback', 'undo the last run')
    .option('--keep-new', 'with --rollback: what came in since keeps its tenant')
    .option('--export-new <file>', 'with --rollback: write what came in since to a new file and take it out')
    .option('--finalize', 'drop the journal; nothing can be rolled back afterwards')
    .option('--unlock', 'take the lock from a process that is gone')
    .addOption(
      new Option('--batch-size <rows>', 'in one transaction at most').default(500).argParser(between(1, 10_000)),
    )
    .addOption(new Option('--max-rate <rows>', 'in a second at most').argParser(between(1, 10_000_000)))
    .option('--backup-dir <folder>', 'for the copy of the store (default: beside it)')
    .option('--no-backup', 'do not copy the store first')
    .option('--json', 'for programs');

const wrong = (message: string): AppError => new AppError('invalid_input', message);

/** The one thing to do, or null if none is said. */
export const actionOf = (options: MigrateOptions): MigrationAction | null => {
  const asked = migrationActions.filter((action) => options[action] === true);
  if (asked.length > 1)
    throw wrong(
      'Give one of --dry-run, --execute, --resume, --pause, --status, --verify, --rollback, --finalize and --unlock.',
    );
  const [action = null] = asked;
  const undoes = action === 'rollback' || action === 'resume';
  if ((options.keepNew || options.exportNew !== undefined) && !undoes) {
    throw wrong('--keep-new and --export-new go with --rollback.');
  }
  if (options.keepNew && options.exportNew !== undefined) throw wrong('Give --keep-new or --export-new, not both.');
  return action;
};

const readMap = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('invalid_input', 'The file of --map cannot be read.', { cause: error });
  }
};

/** `project=team` in each line; a project may hold `=`, a team may not. */
export const parseMap = (text: string): Readonly<Record<string, string>> => {
  const teams = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf('=');
    const [project, name] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()];
    if (project === '' || !isTeam(name)) throw wrong(`Line ${index + 1} of --map is not project=team.`);
    if (teams.has(project)) throw wrong(`Line ${index + 1} of --map names a project for the second time.`);
    teams.set(project, name);
  }
  if (teams.size === 0) throw wrong('The file of --map names no project.');
  return Object.fromEntries(teams);
};

const says = ({ tenantId, teamId, visibility, forceVisibility, map }: MigrateOptions): boolean =>
  [tenantId, teamId, visibility, forceVisibility, map].some((value) => value !== undefined);

/** What the options say is to be assigned. */
export const assignmentOf = (config: Config, options: MigrateOptions): Assignment => {
  const { value } = config.effective.find(({ name }) => name === 'MEMORY_DEFAULT_TENANT') ?? {};
  const { '*': rest, ...teamOf } = options.map === undefined ? {} : parseMap(readMap(options.map));
  if (options.teamId !== undefined && rest !== undefined) throw wrong('Give --team-id or * in --map, not both.');
  return {
    tenant: (options.tenantId ?? value) as TenantId,
    visibility: options.visibility ?? 'team',
    team: options.teamId ?? rest ?? (options.map === undefined ? everyone : null),
    force: options.forceVisibility === true,
    teamOf: options.map === undefined ? null : teamOf,
  };
};

/** Null where no option says anything of it. */
export const givenAssignment = (config: Config, options: MigrateOptions): Assignment | null =>
  says(options) ? assignmentOf(config, options) : null;

export const paceOf = ({ batchSize, maxRate }: MigrateOptions): Pace => ({ batchSize, maxRate: maxRate ?? null });
