import type { MigrationStore, Step } from '../../storage/migration.ts';
import type { MigrationContext } from './context.ts';

export interface Pace {
  /** Rows at most in one transaction. */
  readonly batchSize: number;
  /** Rows in a second at most; null: as fast as others can bear. */
  readonly maxRate: number | null;
}

/** Others wait for the store no longer than about this. */
const longestHoldMs = 60;
const leastBatch = 10;
/**
 * After so long a hold, in one batch or several, nobody holds the store for a share of that time: whoever waits polls, in steps that grow
 * to 50 ms within the first quarter of a second, and has to find it free.
 */
const holdMs = 120;
const restShare = 0.3;

const nextSize = (size: number, heldMs: number, { batchSize }: Pace): number => {
  if (heldMs > longestHoldMs) return Math.max(leastBatch, Math.floor(size / 2));
  return heldMs < longestHoldMs / 3 ? Math.min(batchSize, size * 2) : size;
};

/** What of a migration sets its pace. */
export type PacedContext = Pick<MigrationContext, 'now' | 'wait' | 'signal'> & {
  readonly store: Pick<MigrationStore, 'holdsWriters'>;
};

export type Halt = 'done' | 'stopped' | 'paused';

/**
 * Batches until there is nothing left, or somebody asks for a halt. They are made smaller where one holds up for long servers that write
 * meanwhile, and only there: a batch that is read slowly would be read as slowly for fewer rows.
 */
export const inBatches = async <S extends Step>(
  { store: { holdsWriters }, now, wait, signal }: PacedContext,
  pace: Pace,
  isPaused: () => Promise<boolean>,
  batch: (limit: number) => Promise<S>,
  onStep: (step: S) => void,
): Promise<Halt> => {
  let size = Math.min(pace.batchSize, 100);
  let sinceRest = 0;
  for (;;) {
    if (signal.aborted) return 'stopped';
    if (await isPaused()) return 'paused';
    const started = now();
    const step = await batch(size);
    const took = now() - started;
    const held = holdsWriters ? took : 0;
    onStep(step);
    if (step.done) return 'done';
    sinceRest += held;
    const rests = sinceRest >= holdMs;
    const slow = pace.maxRate === null ? 0 : (step.rows * 1_000) / pace.maxRate - took;
    await wait(Math.max(rests ? sinceRest * restShare : 0, slow));
    if (rests) sinceRest = 0;
    size = nextSize(size, held, pace);
  }
};
