import { type ArrivalReader, type KindCounts, type Rescoped, type Run, scopedKinds } from '../../storage/migration.ts';
import { backupLeaseMs, holdOf, type MigrationContext } from './context.ts';
import { inMultiMode, keepLease, takeBackup } from './execute.ts';
import { orStopped, withLease } from './lease.ts';
import type { Outcome, RollbackReport } from './outcome.ts';
import { inBatches, type Pace } from './pace.ts';
import { scanStore } from './plan.ts';

export interface RollbackOptions {
  readonly pace: Pace;
  readonly backup: string | null;
  /** What came in since stays with its tenant. */
  readonly keepNew: boolean;
  /** Takes what came in since to a safe place, and throws unless all of it is there. */
  readonly exportNew: ((arrivals: ArrivalReader) => Promise<void>) | null;
}

const arrivalsAtOnce = 500;
const rescopedKept = 20;

const readerOf = ({ store }: MigrationContext, run: number): ArrivalReader =>
  async function* (kind) {
    let from: string | null = null;
    do {
      const page = await store.arrived(run, kind, from, arrivalsAtOnce);
      yield page.records;
      from = page.next;
    } while (from !== null);
  };

const isNone = ({ memory, relationship }: KindCounts): boolean => memory + relationship === 0;

const sameCounts = (a: KindCounts, b: KindCounts): boolean => scopedKinds.every((kind) => a[kind] === b[kind]);

const never = async (): Promise<boolean> => false;

interface Undone {
  restored: number;
  gone: number;
  rescopedCount: number;
  readonly rescoped: Rescoped[];
}

const undoAll = async (
  context: MigrationContext,
  fence: number,
  run: Run,
  pace: Pace,
): Promise<{ halt: string; undone: Undone }> => {
  const undone: Undone = { restored: 0, gone: 0, rescopedCount: 0, rescoped: [] };
  let { done } = run;
  const halt = await inBatches(
    context,
    pace,
    async () => (await context.store.status()).runs.some(({ no, paused }) => no === run.no && paused),
    (limit) => context.store.undo(holdOf(context, fence, run.no), limit),
    ({ rows, changed, gone, rescoped }) => {
      done += rows;
      undone.restored += changed;
      undone.gone += gone;
      undone.rescopedCount += rescoped.length;
      undone.rescoped.push(...rescoped.slice(0, rescopedKept - undone.rescoped.length));
      context.onProgress({ phase: 'rolling back', done, total: run.entries });
    },
  );
  return { halt, undone };
};

const stoppedAs = (run: Run, halt: string): Outcome => ({
  kind: 'stopped',
  run: run.no,
  why: halt === 'paused' ? 'paused' : 'interrupted',
});

const begin = async (context: MigrationContext, fence: number, run: Run, options: RollbackOptions): Promise<Run> => {
  const { store, now } = context;
  if (run.state !== 'rolling_back') {
    await store.renew(fence, now() + backupLeaseMs);
    if (options.backup !== null) await takeBackup(context, options.backup);
    await options.exportNew?.(readerOf(context, run.no));
    await store.contract(holdOf(context, fence, run.no));
  } else {
    await options.exportNew?.(readerOf(context, run.no));
  }
  await store.pause(run.no, false);
  return (await store.status()).runs.find(({ no }) => no === run.no) as Run;
};

const carryOut = async (
  context: MigrationContext,
  fence: number,
  asked: Run,
  options: RollbackOptions,
): Promise<Outcome> => {
  const { store, now } = context;
  const arrivals = await store.arrivals(asked.no);
  const run = await begin(context, fence, asked, options);
  if (options.exportNew !== null) {
    const halt = await inBatches(
      context,
      options.pace,
      never,
      (limit) => store.removeArrivals(holdOf(context, fence, run.no), limit),
      () => undefined,
    );
    if (halt !== 'done') return stoppedAs(run, halt);
  }
  const { halt, undone } = await undoAll(context, fence, run, options.pace);
  if (halt !== 'done') return stoppedAs(run, halt);
  const after = await scanStore(context, run.assignment, 'comparing', keepLease(context, fence));
  const identical = after.dump === run.baseline.dump && sameCounts(after.counts, run.baseline.counts);
  await store.advance(holdOf(context, fence, run.no), 'rolling_back', 'rolled_back', now());
  await inBatches(
    context,
    options.pace,
    never,
    (limit) => store.dropJournal(holdOf(context, fence, run.no), limit),
    () => undefined,
  );
  const report: RollbackReport = {
    ...undone,
    kept: options.exportNew === null ? arrivals : { memory: 0, relationship: 0, change: 0, key: 0 },
    exported: options.exportNew === null ? null : arrivals,
    identical,
  };
  return { kind: 'rolled_back', run: { ...run, state: 'rolled_back' }, report };
};

const refusal = async ({ store }: MigrationContext, run: Run, options: RollbackOptions): Promise<string | null> => {
  if ((await store.mode()) === 'multi') return inMultiMode;
  const arrivals = await store.arrivals(run.no);
  if (isNone(arrivals) || options.keepNew || options.exportNew !== null) return null;
  return `${arrivals.memory} memories and ${arrivals.relationship} relationships came in since the run and would be left without what they were made for. --keep-new leaves them with their tenant, which only multi-tenant mode keeps apart; --export-new FILE writes them to a file and takes them out`;
};

/** Undoes the newest run that stands: what it changed and nothing else. */
export const rollBack = async (context: MigrationContext, options: RollbackOptions): Promise<Outcome> => {
  const { store } = context;
  const { runs } = await store.status();
  const run = runs.findLast(({ state }) => state !== 'rolled_back');
  if (run === undefined) return { kind: 'nothing_to_do', plan: null };
  if (run.state === 'finalized') {
    const copy = run.backup === null ? 'a backup' : `the backup ${run.backup}`;
    return { kind: 'refused', why: `run ${run.no} was finalized: only ${copy} leads back` };
  }
  const why = await refusal(context, run, options);
  if (why !== null) return { kind: 'refused', why };
  return withLease(context, (fence) =>
    orStopped(run.no, async () => {
      if (!(await store.isJournalWhole(run.no))) {
        return { kind: 'failed', failures: ['the journal is not what was written; nothing was undone'] };
      }
      return carryOut(context, fence, run, options);
    }),
  );
};
