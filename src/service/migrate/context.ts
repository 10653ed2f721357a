import type { Millis } from '../../domain/ids.ts';
import type { Hold, MigrationStore } from '../../storage/migration.ts';

/** How far a migration is. `total` is null where it is not known beforehand. */
export interface MigrationProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
}

/** What a migration needs of the process that runs it. */
export interface MigrationContext {
  readonly store: MigrationStore;
  /** Names this process to others. */
  readonly owner: string;
  /** Whether an owner is a process of this machine that has ended. */
  readonly isDead: (owner: string) => boolean;
  readonly now: () => Millis;
  readonly wait: (ms: number) => Promise<void>;
  /** Asks for a halt after the present batch. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MigrationProgress) => void;
}

export const leaseMs = 30_000;
/** A copy of the store is made in one go, and nothing can be said meanwhile. */
export const backupLeaseMs = 3_600_000;

export const holdOf = ({ now }: MigrationContext, fence: number, run: number, ms = leaseMs): Hold => ({
  fence,
  run,
  until: now() + ms,
});
