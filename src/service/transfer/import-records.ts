import { type ErrorCode, isAppError } from '../../errors.ts';
import type { WriteOperation } from '../../storage/batch.ts';
import type { ServiceContext } from '../context.ts';
import { writerOf } from '../writer.ts';
import { adoptRecords } from './adopt-records.ts';
import { batches } from './batches.ts';
import { checkRecords } from './check-records.ts';
import type { Counts, FileRecord, OnProgress, RecordKind } from './format.ts';
import { type Conflict, type Known, type Planned, plan } from './plan-import.ts';
import { neighbourWords } from './renew-words.ts';

export interface ImportOptions {
  /** Reads and compares, writes nothing. */
  readonly dryRun: boolean;
  /** Told of each record that was left as it is in the store, with the fields that differ. */
  readonly onConflict: (conflict: Conflict) => void;
  /** Called once, after the whole file was found good and before anything is written. */
  readonly beforeWriting: () => Promise<void>;
  readonly onProgress: OnProgress;
}

export interface ImportReport {
  readonly created: Counts;
  readonly unchanged: Counts;
  readonly conflicting: Counts;
}

const attempts = 5;
/** What a store says to one record that it does not take. */
const refusals: ReadonlySet<ErrorCode> = new Set(['duplicate', 'not_found', 'forbidden']);

type Tally = Record<RecordKind, number>;
const zero = (): Tally => ({ memory: 0, relationship: 0, change: 0 });

/** What is imported may close a circle: whoever looked for one before must look again. */
const moveGuard = async (context: ServiceContext, planned: readonly Planned[]): Promise<readonly WriteOperation[]> => {
  if (!planned.some(({ closesCircles }) => closesCircles)) return [];
  const revision = await context.store.guardRevision(context.scope, 'acyclic_graph');
  return [{ op: 'expect_revision', guard: 'acyclic_graph', revision }];
};

/** Writes past `commit`: what it keeps in step one write at a time is renewed once for all at the end. */
const write = async (context: ServiceContext, planned: readonly Planned[]): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const guards = await moveGuard(context, planned);
    const operations = [...guards, ...planned.map(({ operation }) => operation)];
    try {
      await context.store.write(context.scope, { operations, at: context.now(), by: writerOf(context) });
      return;
    } catch (error) {
      if (!isAppError(error, 'version_conflict') || attempt === attempts) throw error;
    }
  }
};

/** All at once; where the store refuses one of them, each half by itself, down to the one that it refuses. */
const writeWhatFits = async (
  context: ServiceContext,
  planned: readonly Planned[],
  refused: (planned: Planned) => void,
): Promise<void> => {
  if (planned.length === 0) return;
  try {
    await write(context, planned);
  } catch (error) {
    if (!isAppError(error) || !refusals.has(error.code)) throw error;
    const [first] = planned;
    if (first !== undefined && planned.length === 1) return refused(first);
    const half = Math.ceil(planned.length / 2);
    await writeWhatFits(context, planned.slice(0, half), refused);
    await writeWhatFits(context, planned.slice(half), refused);
  }
};

/**
 * Adds what a file has and the store has not. Nothing is deleted and nothing overwritten: what is there under its id with other content is
 * a conflict and stays. What comes in belongs to the caller, as `adoptRecords` says. `open` is called for each reading of the file; the first one goes to its end before anything is written.
 * Each batch is one transaction, so an import that was interrupted is taken up by running it again.
 */
export const importRecords = async (
  context: ServiceContext,
  open: () => AsyncIterable<FileRecord>,
  options: ImportOptions,
): Promise<ImportReport> => {
  const total = await checkRecords(open(), options.onProgress);
  if (!options.dryRun) await options.beforeWriting();
  const report = { created: zero(), unchanged: zero(), conflicting: zero() };
  const known: Known = new Map();
  const done = zero();
  const words = await neighbourWords(context);
  const adopted = (): AsyncIterable<FileRecord> => adoptRecords(context, open());
  for await (const batch of batches(adopted())) {
    const kind = batch[0]?.kind ?? 'memory';
    const { planned, unchanged, conflicts } = await plan(context, batch, known);
    let refused = 0;
    const conflicting = (conflict: Conflict): void => {
      known.set(conflict.id, 'conflicting');
      options.onConflict(conflict);
    };
    for (const conflict of conflicts) conflicting(conflict);
    if (!options.dryRun) {
      if (kind === 'relationship' && planned.length > 0) await words.begin();
      await writeWhatFits(context, planned, ({ ifRefused }) => {
        refused += 1;
        conflicting(ifRefused);
      });
    }
    report.created[kind] += planned.length - refused;
    report.unchanged[kind] += unchanged;
    report.conflicting[kind] += batch.length - planned.length - unchanged + refused;
    done[kind] += batch.length;
    options.onProgress({ phase: `importing ${kind}`, done: done[kind], total: total[kind] });
  }
  if (!options.dryRun) await words.renew(adopted(), total, options.onProgress);
  return report;
};
