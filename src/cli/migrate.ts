import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { AppError, isAppError } from '../errors.ts';
import type { MigrationContext } from '../service/migrate/context.ts';
import { dryRun } from '../service/migrate/dry-run.ts';
import { execute, finalize, resume, unfinishedRun } from '../service/migrate/execute.ts';
import type { Outcome } from '../service/migrate/outcome.ts';
import type { Plan } from '../service/migrate/plan.ts';
import { rollBack } from '../service/migrate/roll-back.ts';
import { verifyRun } from '../service/migrate/verify.ts';
import { arrivalLines, countLines } from '../service/transfer/arrival-lines.ts';
import type { ArrivalReader, MigrationStore } from '../storage/migration.ts';
import { stopSignal } from '../transport/stop-signal.ts';
import { besideStore } from './backup.ts';
import { fileLines } from './input-lines.ts';
import { jsonOf } from './migrate-json.ts';
import {
  actionOf,
  assignmentOf,
  givenAssignment,
  type MigrateOptions,
  type MigrationAction,
  paceOf,
} from './migrate-options.ts';
import { outcomeLines, planLines, statusLines, verifyLines } from './migrate-text.ts';
import { writeNewFile } from './output-file.ts';
import { isEndedProcess, processOwner } from './process-owner.ts';
import { isTerminal, showProgress } from './progress.ts';
import { complain, print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

/** What a script may rely on; they are this command's own. */
export const migrateExitCodes = { done: 0, refused: 2, stopped: 3, failed: 4, held: 5 } as const;

const exitCodeOf = ({ kind }: Outcome): number => {
  switch (kind) {
    case 'refused':
    case 'stopped':
    case 'failed':
    case 'held':
      return migrateExitCodes[kind];
    default:
      return migrateExitCodes.done;
  }
};

const written: readonly MigrationAction[] = ['execute', 'resume', 'rollback', 'finalize', 'pause', 'unlock'];
/** They move rows, which is done in single-tenant mode. */
const moving: readonly MigrationAction[] = ['execute', 'resume', 'rollback'];

interface Job {
  readonly terminal: Terminal;
  readonly app: App;
  readonly config: Config;
  readonly options: MigrateOptions;
  readonly context: MigrationContext;
  readonly clear: () => void;
}

const say = async ({ terminal, options, clear }: Job, json: unknown, lines: readonly string[]): Promise<void> => {
  clear();
  await print(terminal, options.json ? [JSON.stringify(jsonOf(json))] : lines);
};

const backupPath = ({ context: { store }, app, options }: Job): string | null => {
  if (!options.backup || !store.onlineBackup) return null;
  const beside = besideStore(store.location, app.now());
  if (options.backupDir === undefined) return beside;
  const folder = resolve(options.backupDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, basename(beside));
};

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(nearestFolder(folder));
  return bavail * bsize;
};

/** The copy of the store, the journal, and rows that are written before the old ones are let go. */
const diskProblem = ({ context: { store }, options }: Job, plan: Plan): string | null => {
  if (!store.onlineBackup) return null;
  const copy = options.backup ? (plan.storeBytes ?? 0) : 0;
  const home = dirname(store.location);
  const folder = options.backupDir === undefined ? home : resolve(options.backupDir);
  const work = 2 * plan.journalBytes + 16_777_216;
  if (freeBytes(folder) < copy || freeBytes(home) < work) {
    return `there is not room enough: ${copy} bytes for the copy and ${work} for the work are needed`;
  }
  return null;
};

const ask = async ({ terminal }: Job): Promise<boolean> => {
  const dialogue = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question('Do this? [y/N] ')).trim());
  } finally {
    dialogue.close();
  }
};

const runDryRun = async (job: Job): Promise<number> => {
  const { plan, problems } = await dryRun(job.context, assignmentOf(job.config, job.options));
  const disk = diskProblem(job, plan);
  const all = disk === null ? problems : [...problems, disk];
  await say(job, { dry_run: true, plan, problems: all }, [
    ...planLines(plan),
    ...all.map((problem) => `problem: ${problem}`),
    all.length === 0 ? 'nothing was changed; --execute does it' : 'nothing was changed, and --execute would be refused',
  ]);
  return all.length === 0 ? migrateExitCodes.done : migrateExitCodes.refused;
};

const ended = async (job: Job, outcome: Outcome): Promise<number> => {
  const lines = outcome.kind === 'refused' && outcome.plan ? planLines(outcome.plan) : [];
  await say(job, outcome, [...lines, ...outcomeLines(outcome)]);
  return exitCodeOf(outcome);
};

const runExecute = async (job: Job, asks: boolean): Promise<number> => {
  const { context, config, options } = job;
  const agree = async (plan: Plan): Promise<string | null> => {
    if (!options.json) {
      job.clear();
      await print(job.terminal, planLines(plan));
    }
    const disk = diskProblem(job, plan);
    if (disk !== null) return disk;
    return asks && !(await ask(job)) ? 'not agreed to; nothing was changed' : null;
  };
  const backup = { pace: paceOf(options), backup: backupPath(job) };
  return ended(job, await execute(context, assignmentOf(config, options), backup, agree));
};

const exporter =
  ({ app }: Job, file: string) =>
  async (read: ArrivalReader): Promise<void> => {
    const path = resolve(file);
    let wanted = { memory: -1, relationship: -1, change: -1 };
    await writeNewFile(path, async (handle) => {
      const lines = arrivalLines(read, app.now());
      for (;;) {
        const next = await lines.next();
        if (next.done) {
          wanted = next.value;
          return;
        }
        await handle.appendFile(next.value);
      }
    });
    const found = await countLines(fileLines(path));
    if (found.memory === wanted.memory && found.relationship === wanted.relationship) return;
    throw new AppError(
      'store_unwritable',
      'The file of --export-new does not hold what was written; nothing was taken out.',
    );
  };

const runRollback = async (job: Job): Promise<number> => {
  const { keepNew, exportNew } = job.options;
  return ended(
    job,
    await rollBack(job.context, {
      pace: paceOf(job.options),
      backup: backupPath(job),
      keepNew: keepNew === true,
      exportNew: exportNew === undefined ? null : exporter(job, exportNew),
    }),
  );
};

const runResume = async (job: Job): Promise<number> => {
  const { context, config, options } = job;
  const run = unfinishedRun((await context.store.status()).runs);
  if (run?.state === 'rolling_back') return runRollback(job);
  const how = { pace: paceOf(options), backup: backupPath(job) };
  return ended(job, await resume(context, givenAssignment(config, options), how));
};

const runPause = async (job: Job): Promise<number> => {
  const { store } = job.context;
  const run = unfinishedRun((await store.status()).runs);
  if (run === undefined) return ended(job, { kind: 'nothing_to_do', plan: null });
  await store.pause(run.no, true);
  await say(job, { paused: run.no }, [`run ${run.no} stops after its present batch`]);
  return migrateExitCodes.done;
};

const runStatus = async (job: Job): Promise<number> => {
  const { store } = job.context;
  const [status, { unscoped }] = [await store.status(), await store.counts()];
  await say(job, { ...status, unscoped }, statusLines(status, unscoped));
  return migrateExitCodes.done;
};

const runVerify = async (job: Job): Promise<number> => {
  const { context } = job;
  const run = (await context.store.status()).runs.findLast(({ state }) => state !== 'rolled_back');
  if (run === undefined) return ended(job, { kind: 'refused', why: 'there is no run to verify' });
  const verification = await verifyRun(context, run);
  await say(job, verification, verifyLines(verification));
  return verification.failures.length === 0 ? migrateExitCodes.done : migrateExitCodes.failed;
};

const runUnlock = async (job: Job): Promise<number> => {
  const lease = await job.context.store.unlock();
  const who = lease === null ? 'nobody held the lock' : `took the lock from ${lease.owner}`;
  await say(job, { unlocked: lease }, [who]);
  return migrateExitCodes.done;
};

const runs: Readonly<Record<MigrationAction, (job: Job) => Promise<number>>> = {
  dryRun: runDryRun,
  execute: (job) => runExecute(job, false),
  resume: runResume,
  pause: runPause,
  status: runStatus,
  verify: runVerify,
  rollback: runRollback,
  finalize: async (job) => ended(job, await finalize(job.context, paceOf(job.options))),
  unlock: runUnlock,
};

/** Starting in single-tenant mode takes the store back to it, as any start does; it is refused while there are several tenants. */
const takeBackToSingle = async (app: App, config: Config, store: MigrationStore): Promise<void> => {
  if (config.tenancy.mode !== 'single' || (await store.mode()) !== 'multi') return;
  await (await app.store()).open();
};

/** Who migrates a store has chosen its mode, also where the variable is only left out. */
const chosen = (config: Config): Config =>
  config.tenancy.mode === 'single' ? { ...config, tenancy: { ...config.tenancy, chosen: true } } : config;

const migrate = (
  terminal: Terminal,
  config: Config,
  options: MigrateOptions,
  action: MigrationAction | null,
): Promise<number> =>
  withApp(chosen(config), async (app) => {
    const store = await app.migration();
    const does = action ?? 'execute';
    if (config.readOnly && written.includes(does)) {
      throw new AppError(
        'read_only',
        'Nothing can be migrated with MEMORY_READ_ONLY; --dry-run, --status and --verify can.',
      );
    }
    // The probes of a verification are taken back, but they do write.
    await store.open(does === 'dryRun' || does === 'status');
    const { onProgress, clear } = showProgress(terminal);
    const over = new AbortController();
    const context: MigrationContext = {
      store,
      owner: processOwner(),
      isDead: isEndedProcess,
      now: app.now,
      wait: (ms) => delay(ms),
      signal: stopSignal({ followParent: false, until: over.signal }),
      onProgress,
    };
    const job: Job = { terminal, app, config, options, context, clear };
    try {
      if (moving.includes(does)) await takeBackToSingle(app, config, store);
      return action === null ? await runExecute(job, true) : await runs[action](job);
    } finally {
      over.abort();
      clear();
      await store.close();
    }
  });

/** Returns the exit code. What fails before a run began wrote nothing. */
export const migrateToMultiTenant = async (
  terminal: Terminal,
  configure: () => Promise<Config>,
  options: MigrateOptions,
): Promise<number> => {
  try {
    const action = actionOf(options);
    if (action === null && !isTerminal(terminal.stdin)) {
      throw new AppError('invalid_input', 'Nobody can be asked here: give --dry-run or --execute.');
    }
    return await migrate(terminal, await configure(), options, action);
  } catch (error) {
    if (!isAppError(error) || error.code === 'internal') throw error;
    await complain(terminal, `${error.code}: ${error.message}`);
    return migrateExitCodes.refused;
  }
};
