import { isAppError } from '../../errors.ts';
import { leaseMs, type MigrationContext } from './context.ts';
import type { Outcome } from './outcome.ts';

/** Works while it holds the migration, or says who does. What it cannot finish is left for the next to go on with. */
export const withLease = async (
  { store, owner, isDead, now }: MigrationContext,
  work: (fence: number) => Promise<Outcome>,
): Promise<Outcome> => {
  const { lease, mine } = await store.acquire(owner, now(), now() + leaseMs, isDead);
  if (!mine) return { kind: 'held', lease };
  try {
    return await work(lease.fence);
  } finally {
    // A store that is full or gone cannot be told; the lease then runs out by itself.
    await store.release(lease.fence).catch(() => undefined);
  }
};

/** What goes wrong on the way is no end: the run says how far it is. */
export const orStopped = async (run: number, work: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error) || error.code === 'internal') throw error;
    return { kind: 'stopped', run, why: error.message };
  }
};
