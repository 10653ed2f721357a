import { statSync } from 'node:fs';
import type Driver from 'better-sqlite3';
import type { Millis, TenantId } from '../../../src/domain/ids.ts';
import { AppError, type AppError as Fault } from '../../../src/errors.ts';
import type {
  Arrival,
  Hold,
  JournalEntry,
  KindCounts,
  Lease,
  MigrationState,
  MigrationStatus,
  MigrationStore,
  ProbeReaders,
  RowPage,
  Run,
  ScopedKind,
  Step,
  UndoStep,
} from '../../../src/storage/migration.ts';
import type { Finding } from '../../../src/storage/store.ts';
import { backupStore } from '../backup.ts';
import { Connection, untilFree } from '../connection.ts';
import { translateFault } from '../faults.ts';
import { openDatabase } from '../handles.ts';
import { inspectStore } from '../inspect.ts';
import { openAsIs } from '../open.ts';
import type { SqliteSettings } from '../settings.ts';
import { isMultiTenant } from '../shape.ts';
import { countArrivals, readArrivals, removeArrived } from './arrivals.ts';
import { backfillBatch } from './backfill.ts';
import { contentNow } from './content-now.ts';
import { countKinds } from './counts.ts';
import { contract, expand } from './expand.ts';
import { journalEntries, journalIsWhole } from './journal.ts';
import { acquireLease, breakLease, currentLease, releaseLease, renewLease } from './lease.ts';
import { probeStore } from './probe.ts';
import { allRuns, beginRun, holding, moveState } from './runs.ts';
import { scanRows } from './scan.ts';
import { dropEntries, undoBatch } from './undo.ts';

/** A connection of its own, beside those of servers. */
export class SqliteMigration implements MigrationStore {
  readonly location: string;
  readonly onlineBackup = true;
  readonly holdsWriters = true;
  /** On 750,000 memories. */
  readonly writingCost = 3.7;
  readonly #settings: SqliteSettings;
  #connection: Connection | null = null;

  constructor(settings: SqliteSettings) {
    this.#settings = settings;
    this.location = settings.path;
  }

  async open(readOnly: boolean): Promise<void> {
    this.#connection = await openAsIs(this.#settings, readOnly);
  }

  async close(): Promise<void> {
    this.#connection?.db.close();
    this.#connection = null;
  }

  translate(error: unknown): Fault | null {
    return translateFault(error);
  }

  get #open(): Connection {
    if (this.#connection === null) throw new AppError('store_unavailable', 'The store is not open.');
    return this.#connection;
  }

  /** Rows are moved in single-tenant shape; a store of the other one goes back to it first, as any start in that mode does. */
  get #single(): Connection {
    if (isMultiTenant(this.#open)) {
      throw new AppError(
        'config_invalid',
        'The store is in multi-tenant mode. Stop its servers and set MEMORY_MULTI_TENANT_MODE=false.',
      );
    }
    return this.#open;
  }

  async mode(): Promise<'single' | 'multi'> {
    return isMultiTenant(this.#open) ? 'multi' : 'single';
  }

  async size(): Promise<number> {
    return ['', '-wal'].reduce(
      (sum, suffix) => sum + (statSync(this.location + suffix, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    this.#open.run('BEGIN');
    try {
      return await work();
    } finally {
      this.#open.run('COMMIT');
    }
  }

  async rows(kind: ScopedKind, tenant: TenantId, from: string | null, limit: number): Promise<RowPage> {
    return scanRows(this.#open, kind, tenant, from, limit);
  }

  async counts(): Promise<{ all: KindCounts; unscoped: KindCounts }> {
    return countKinds(this.#open);
  }

  async inspect(): Promise<readonly Finding[]> {
    return inspectStore(this.#open, this.location);
  }

  async status(): Promise<MigrationStatus> {
    return { runs: allRuns(this.#open), lease: currentLease(this.#open) };
  }

  async acquire(
    owner: string,
    now: Millis,
    until: Millis,
    isDead: (owner: string) => boolean,
  ): Promise<{ lease: Lease; mine: boolean }> {
    return untilFree(() => acquireLease(this.#open, owner, now, until, isDead));
  }

  async renew(fence: number, until: Millis): Promise<void> {
    await untilFree(() => renewLease(this.#open, fence, until));
  }

  async release(fence: number): Promise<void> {
    await untilFree(() => releaseLease(this.#open, fence));
  }

  async unlock(): Promise<Lease | null> {
    return untilFree(() => breakLease(this.#open));
  }

  async begin(fence: number, run: Parameters<MigrationStore['begin']>[1]): Promise<number> {
    return untilFree(() => beginRun(this.#open, fence, run));
  }

  async advance(hold: Hold, from: MigrationState, to: MigrationState, at: Millis, backup?: string): Promise<void> {
    await untilFree(() =>
      holding(this.#open, hold, () => {
        moveState(this.#open, hold.run, from, to);
        this.#open.run('UPDATE scope_run SET changed_at = ?, backup = coalesce(?, backup) WHERE no = ?', [
          at,
          backup ?? null,
          hold.run,
        ]);
      }),
    );
  }

  async pause(run: number, paused: boolean): Promise<void> {
    await untilFree(() => this.#open.run('UPDATE scope_run SET paused = ? WHERE no = ?', [paused ? 1 : 0, run]));
  }

  async backup(path: string): Promise<KindCounts> {
    backupStore(this.#open, path);
    const driver = this.#open.db.constructor as typeof Driver;
    const copy = openDatabase(driver, path, { readonly: true, fileMustExist: true });
    try {
      return countKinds(new Connection(copy)).all;
    } finally {
      copy.close();
    }
  }

  async expand(hold: Hold): Promise<void> {
    await untilFree(() => expand(this.#single, hold));
  }

  async backfill(hold: Hold, limit: number): Promise<Step> {
    return untilFree(() => backfillBatch(this.#single, hold, limit));
  }

  async isJournalWhole(run: number): Promise<boolean> {
    return this.#open.read(() => journalIsWhole(this.#open, run));
  }

  async journal(
    run: number,
    from: string | null,
    limit: number,
  ): Promise<{ entries: readonly JournalEntry[]; next: string | null }> {
    return journalEntries(this.#open, run, from, limit);
  }

  async contentNow(
    kind: ScopedKind,
    keys: readonly string[],
    tenant: TenantId,
  ): Promise<ReadonlyMap<string, Pick<JournalEntry, 'content' | 'version'>>> {
    return contentNow(this.#open, kind, keys, tenant);
  }

  async probe(run: Pick<Run, 'assignment'>, readers: ProbeReaders): Promise<readonly string[]> {
    return untilFree(() => probeStore(this.#open, run.assignment.tenant, readers));
  }

  async contract(hold: Hold): Promise<void> {
    await untilFree(() => contract(this.#single, hold));
  }

  async undo(hold: Hold, limit: number): Promise<UndoStep> {
    return untilFree(() => undoBatch(this.#single, hold, limit));
  }

  async arrivals(run: number): Promise<KindCounts> {
    return countArrivals(this.#open, run);
  }

  async arrived(
    run: number,
    kind: Arrival['kind'],
    from: string | null,
    limit: number,
  ): Promise<{ records: readonly Arrival[]; next: string | null }> {
    return readArrivals(this.#open, run, kind, from, limit);
  }

  async removeArrivals(hold: Hold, limit: number): Promise<Step> {
    return untilFree(() => removeArrived(this.#single, hold, limit));
  }

  async dropJournal(hold: Hold, limit: number): Promise<Step> {
    return untilFree(() => dropEntries(this.#open, hold, limit));
  }
}
