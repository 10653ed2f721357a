import type { Assignment } from '../../domain/assignment.ts';
import type { KindCounts, MigrationState, Run } from '../../storage/migration.ts';
import { backupLeaseMs, holdOf, leaseMs, type MigrationContext } from './context.ts';
import { orStopped, withLease } from './lease.ts';
import type { Outcome } from './outcome.ts';
import { inBatches, type Pace } from './pace.ts';
import { isEmptyPlan, makePlan, type Plan, planHash } from './plan.ts';
import { verifyRun } from './verify.ts';

export interface ExecuteOptions {
  readonly pace: Pace;
  /** Where the copy of the store goes; null: none is made. */
  readonly backup: string | null;
}

const ended: readonly MigrationState[] = ['enforced', 'finalized', 'rolled_back'];

/** The run that somebody began and nobody ended. */
export const unfinishedRun = (runs: readonly Run[]): Run | undefined =>
  runs.find(({ state }) => !ended.includes(state));

const runNow = async ({ store }: MigrationContext, no: number): Promise<Run> =>
  (await store.status()).runs.find((run) => run.no === no) as Run;

const atLeast = (copy: KindCounts, before: KindCounts, after: KindCounts): boolean =>
  (['memory', 'relationship', 'change'] as const).every(
    (kind) => copy[kind] >= Math.min(before[kind], after[kind]) && copy[kind] <= Math.max(before[kind], after[kind]),
  );

/** Copies the store and counts what is in the copy. Throws what keeps it from being made; false if it is not the store. */
export const takeBackup = async ({ store, onProgress }: MigrationContext, path: string): Promise<boolean> => {
  onProgress({ phase: 'copying', done: 0, total: null });
  const before = (await store.counts()).all;
  const copy = await store.backup(path);
  return atLeast(copy, before, (await store.counts()).all);
};

/** Renews the lease where work goes on without writing. */
export const keepLease = (context: MigrationContext, fence: number): (() => Promise<void>) => {
  let due = context.now() + leaseMs / 3;
  return async () => {
    if (context.now() < due) return context.wait(0);
    due = context.now() + leaseMs / 3;
    await context.store.renew(fence, context.now() + leaseMs);
  };
};

const prepare = async (
  context: MigrationContext,
  fence: number,
  run: Run,
  { backup }: ExecuteOptions,
): Promise<string | null> => {
  const { store, now } = context;
  if (run.state === 'planned') {
    await store.renew(fence, now() + backupLeaseMs);
    if (backup !== null && !(await takeBackup(context, backup))) return 'the backup does not hold what the store holds';
    await store.advance(holdOf(context, fence, run.no), 'planned', 'backed_up', now(), backup ?? undefined);
  }
  if ((await runNow(context, run.no)).state === 'backed_up') await store.expand(holdOf(context, fence, run.no));
  return null;
};

const finish = async (context: MigrationContext, fence: number, run: Run, started: number): Promise<Outcome> => {
  const { store, now } = context;
  const verification = await verifyRun(context, run, keepLease(context, fence));
  if (verification.failures.length > 0) return { kind: 'failed', failures: verification.failures };
  const hold = holdOf(context, fence, run.no);
  if (run.state === 'backfilling') await store.advance(hold, 'backfilling', 'verified', now());
  await store.advance(hold, 'verified', 'enforced', now());
  const after = await runNow(context, run.no);
  return { kind: 'migrated', run: after, verification, rows: after.done, seconds: (now() - started) / 1_000 };
};

/** From whatever state the run is in to its end. */
const carryOn = async (
  context: MigrationContext,
  fence: number,
  begun: Run,
  options: ExecuteOptions,
): Promise<Outcome> => {
  const { store, now, onProgress } = context;
  const started = now();
  const failure = await prepare(context, fence, begun, options);
  if (failure !== null) return { kind: 'failed', failures: [failure] };
  const run = await runNow(context, begun.no);
  if (run.state !== 'verified') {
    const { memory, relationship, key } = run.baseline.unscoped;
    let { done } = run;
    const halt = await inBatches(
      context,
      options.pace,
      async () => (await runNow(context, run.no)).paused,
      (limit) => store.backfill(holdOf(context, fence, run.no), limit),
      ({ rows }) => {
        done += rows;
        onProgress({ phase: 'migrating', done, total: memory + relationship + key });
      },
    );
    if (halt !== 'done') return { kind: 'stopped', run: run.no, why: halt === 'paused' ? 'paused' : 'interrupted' };
  }
  return finish(context, fence, await runNow(context, run.no), started);
};

export const present = ({ no, state }: Run): string =>
  `run ${no} is there and ${state.replace('_', ' ')}: go on with it by --resume, or undo it by --rollback`;

const refusal = (plan: Plan): Outcome => ({ kind: 'refused', why: plan.problems.join('; '), plan });

/** Plans, and if nothing stands in the way carries the plan out. `agree` is shown the plan, and says why not or null. */
export const execute = async (
  context: MigrationContext,
  assignment: Assignment,
  options: ExecuteOptions,
  agree: (plan: Plan) => Promise<string | null>,
): Promise<Outcome> => {
  const { store, now } = context;
  const there = unfinishedRun((await store.status()).runs);
  if (there !== undefined) {
    const { lease } = await store.status();
    const held = lease !== null && lease.expires > now() && !context.isDead(lease.owner);
    return held ? { kind: 'held', lease } : { kind: 'refused', why: present(there) };
  }
  const plan = await makePlan(context, assignment);
  if (plan.problems.length > 0) return refusal(plan);
  if (isEmptyPlan(plan)) return { kind: 'nothing_to_do', plan };
  if ((await store.mode()) === 'multi') return { kind: 'refused', why: inMultiMode };
  const objection = await agree(plan);
  if (objection !== null) return { kind: 'refused', why: objection, plan };
  return withLease(context, async (fence) => {
    const between = unfinishedRun((await store.status()).runs);
    if (between !== undefined) return { kind: 'refused', why: present(between) };
    const { baseline, hash } = plan;
    const run = await store.begin(fence, { assignment, plan: hash, baseline, startedAt: now() });
    return orStopped(run, async () => carryOn(context, fence, await runNow(context, run), options));
  });
};

export const inMultiMode =
  'the store is in multi-tenant mode. Stop its servers, and run this with MEMORY_MULTI_TENANT_MODE=false: that takes a store of one tenant back to single-tenant mode first';

/** Goes on with the run that is there. An assignment that is not the one it began with is refused. */
export const resume = async (
  context: MigrationContext,
  assignment: Assignment | null,
  options: ExecuteOptions,
): Promise<Outcome> => {
  const { store } = context;
  const run = unfinishedRun((await store.status()).runs);
  if (run === undefined) return { kind: 'nothing_to_do', plan: null };
  if (planHash(run.assignment) !== run.plan) {
    return { kind: 'failed', failures: [`run ${run.no} is not what was planned: its record was changed`] };
  }
  if (assignment !== null && planHash(assignment) !== run.plan) {
    return {
      kind: 'refused',
      why: `run ${run.no} was begun for tenant ${run.assignment.tenant} with another plan; resume without options, or undo it by --rollback`,
    };
  }
  return withLease(context, (fence) =>
    orStopped(run.no, async () => {
      await store.pause(run.no, false);
      if (run.entries > 0 && !(await store.isJournalWhole(run.no))) {
        return { kind: 'failed', failures: ['the journal is not what was written; restore the backup'] };
      }
      return carryOn(context, fence, await runNow(context, run.no), options);
    }),
  );
};

/** Drops the journal: from then on only a backup leads back. */
export const finalize = async (context: MigrationContext, pace: Pace): Promise<Outcome> => {
  const { store, now } = context;
  const { runs } = await store.status();
  const run = runs.findLast(({ state }) => state !== 'rolled_back' && state !== 'finalized');
  if (run === undefined) return { kind: 'nothing_to_do', plan: null };
  if (run.state !== 'enforced')
    return { kind: 'refused', why: `run ${run.no} is ${run.state.replace('_', ' ')}, not enforced` };
  return withLease(context, (fence) =>
    orStopped(run.no, async () => {
      await store.advance(holdOf(context, fence, run.no), 'enforced', 'finalized', now());
      await inBatches(
        context,
        pace,
        async () => false,
        (limit) => store.dropJournal(holdOf(context, fence, run.no), limit),
        () => undefined,
      );
      return { kind: 'finalized', run: await runNow(context, run.no) };
    }),
  );
};
