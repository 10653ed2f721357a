import type { Millis, TenantId } from '../../../src/domain/ids.ts';
import { AppError } from '../../../src/errors.ts';
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
import { auditTenants } from '../audit.ts';
import type { Dialect } from '../dialect.ts';
import { keyOf } from '../keys.ts';
import { headName, nothingTouched, readHead } from '../load-images.ts';
import { toMemory, toRelationship } from '../records.ts';
import { countArrivals, readArrivals, removeArrived } from './arrivals.ts';
import { backfillBatch } from './backfill.ts';
import { isPlaceOf, placeIn, step, type Ways } from './carry.ts';
import { memoryContent, relationshipContent } from './content.ts';
import { dropBatch } from './drop.ts';
import { entriesBehind, mixed } from './entries.ts';
import {
  acquire,
  breakLease,
  changeLedger,
  held,
  type KeptRun,
  leaseIn,
  moveState,
  readLedger,
  runIn,
  withRun,
  writeAgain,
} from './ledger.ts';
import { countNodes, nodesByKeys, prefixOf } from './pages.ts';
import { probeParts } from './probe.ts';
import { type Sides, scanRows } from './rows.ts';
import { undoBatch } from './undo.ts';

const nothing: KindCounts = { memory: 0, relationship: 0, change: 0, key: 0 };
const entriesAtOnce = 2_000;

/**
 * Copies what has no tenant to the tenant, and leaves it as it is until the run is final. The copy follows the log; when it has reached its
 * end, nothing can be written without a tenant any more. A rollback gives the records that were copied what became of the copies, and takes
 * the copies out.
 */
export class CypherMigration implements MigrationStore {
  readonly onlineBackup = false;
  readonly holdsWriters = false;
  /** 5.3 on FalkorDB, 6.1 on Neo4j, with 60,000 rows. */
  readonly writingCost = 6;
  readonly #connect: (readOnly: boolean) => Dialect;
  #dialect: Dialect;

  /** The dialect must be one of multi-tenant mode. */
  constructor(connect: (readOnly: boolean) => Dialect) {
    this.#connect = connect;
    this.#dialect = connect(true);
  }

  get location(): string {
    return this.#dialect.location;
  }

  async open(readOnly: boolean): Promise<void> {
    this.#dialect = this.#connect(readOnly);
    try {
      await this.#dialect.open();
    } catch (error) {
      await this.#dialect.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#dialect.close();
  }

  translate(error: unknown): AppError | null {
    return this.#dialect.translate(error);
  }

  #partOf(tenant: TenantId): Dialect {
    return this.#dialect.partOf?.(tenant) ?? this.#dialect;
  }

  #waysOf(run: KeptRun): Ways {
    return { base: this.#dialect, part: this.#partOf(run.assignment.tenant), run };
  }

  async #ways(run: number): Promise<Ways> {
    return this.#waysOf(runIn(await readLedger(this.#dialect), run));
  }

  /** For a write of who holds the migration. */
  async #holding(hold: Hold): Promise<Ways> {
    return this.#waysOf(runIn(await changeLedger(this.#dialect, (ledger) => held(ledger, hold)), hold.run));
  }

  /** Neither mode leaves a mark on the store. */
  async mode(): Promise<'single' | 'multi'> {
    return 'single';
  }

  async size(): Promise<null> {
    return null;
  }

  snapshot<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  async #sides(tenant: TenantId): Promise<Sides> {
    const moved = (await readHead(this.#dialect, null))?.movedTo ?? null;
    return { base: this.#dialect, part: this.#partOf(tenant), tenant, moved: moved !== null };
  }

  async rows(kind: ScopedKind, tenant: TenantId, from: string | null, limit: number): Promise<RowPage> {
    return scanRows(await this.#sides(tenant), kind, from, limit);
  }

  async #countIn(dialect: Dialect, tenant: TenantId | null): Promise<KindCounts> {
    const prefix = prefixOf(tenant);
    const [memory, relationship, change] = await Promise.all([
      countNodes(dialect, 'Memory', prefix),
      countNodes(dialect, 'Relationship', prefix),
      countNodes(dialect, 'Change', prefix),
    ]);
    return { memory, relationship, change, key: 0 };
  }

  async counts(): Promise<{ all: KindCounts; unscoped: KindCounts }> {
    const run = (await readLedger(this.#dialect)).runs.findLast(({ state }) => state !== 'rolled_back');
    const moved = ((await readHead(this.#dialect, null))?.movedTo ?? null) !== null;
    const unscoped = moved ? nothing : await this.#countIn(this.#dialect, null);
    const tenant = run?.assignment.tenant;
    const scoped = tenant === undefined ? nothing : await this.#countIn(this.#partOf(tenant), tenant);
    const all = {
      memory: unscoped.memory + scoped.memory,
      relationship: unscoped.relationship + scoped.relationship,
      change: unscoped.change + scoped.change,
      key: 0,
    };
    return { all, unscoped };
  }

  async inspect(): Promise<readonly Finding[]> {
    return auditTenants([this.#dialect, ...((await this.#dialect.parts?.()) ?? [])]);
  }

  async status(): Promise<MigrationStatus> {
    const ledger = await readLedger(this.#dialect);
    const runs = ledger.runs.map(async (run): Promise<Run> => {
      const { tenant } = run.assignment;
      const head = await readHead(this.#partOf(tenant), tenant);
      // The tenant's log keeps the place of the last run alone.
      if (!isPlaceOf(head, run.no)) return run;
      const { entries, done } = placeIn(head, run.no);
      return { ...run, entries, done };
    });
    return { runs: await Promise.all(runs), lease: leaseIn(ledger) };
  }

  acquire(
    owner: string,
    now: Millis,
    until: Millis,
    isDead: (owner: string) => boolean,
  ): Promise<{ lease: Lease; mine: boolean }> {
    return acquire(this.#dialect, owner, now, until, isDead);
  }

  async renew(fence: number, until: Millis): Promise<void> {
    await changeLedger(this.#dialect, (ledger) => held(ledger, { fence, until }));
  }

  async release(fence: number): Promise<void> {
    await changeLedger(this.#dialect, (ledger) =>
      ledger.fence === fence ? { ...ledger, owner: null, expires: 0 } : ledger,
    );
  }

  unlock(): Promise<Lease | null> {
    return breakLease(this.#dialect);
  }

  async begin(fence: number, run: Parameters<MigrationStore['begin']>[1]): Promise<number> {
    const { runs } = await changeLedger(this.#dialect, (ledger) => {
      const no = (ledger.runs.at(-1)?.no ?? 0) + 1;
      const begun: KeptRun = {
        ...run,
        ...{ no, state: 'planned', backup: null, changedAt: run.startedAt, paused: false },
        ...{ entries: 0, done: 0, since: 0, base: 0 },
      };
      return { ...held(ledger, { fence, until: ledger.expires }), runs: [...ledger.runs, begun] };
    });
    return runs.at(-1)?.no ?? 0;
  }

  async advance(hold: Hold, from: MigrationState, to: MigrationState, at: Millis, backup?: string): Promise<void> {
    const reached = (await this.status()).runs.find(({ no }) => no === hold.run);
    await changeLedger(this.#dialect, (ledger) =>
      withRun(moveState(held(ledger, hold), hold.run, from, to), hold.run, (run) => ({
        changedAt: at,
        backup: backup ?? run.backup,
        entries: reached?.entries ?? 0,
        done: reached?.done ?? 0,
      })),
    );
  }

  async pause(run: number, paused: boolean): Promise<void> {
    await changeLedger(this.#dialect, (ledger) => withRun(ledger, run, () => ({ paused })));
  }

  async backup(): Promise<KindCounts> {
    throw new AppError('invalid_input', 'This database is backed up by its own means.');
  }

  async expand(hold: Hold): Promise<void> {
    const { part, run } = await this.#holding(hold);
    const { tenant } = run.assignment;
    const [since, base] = [await readHead(this.#dialect, null), await readHead(part, tenant)];
    await changeLedger(this.#dialect, (ledger) =>
      withRun(moveState(held(ledger, hold), hold.run, 'backed_up', 'expanded'), hold.run, () => ({
        since: since?.seq ?? 0,
        base: base?.seq ?? 0,
      })),
    );
  }

  async backfill(hold: Hold, limit: number): Promise<Step> {
    const ledger = await changeLedger(this.#dialect, (before) => {
      const next = held(before, hold);
      return runIn(next, hold.run).state === 'expanded' ? moveState(next, hold.run, 'expanded', 'backfilling') : next;
    });
    return backfillBatch(this.#waysOf(runIn(ledger, hold.run)), hold, limit);
  }

  async isJournalWhole(run: number): Promise<boolean> {
    const { part, run: kept } = await this.#ways(run);
    const { tenant } = kept.assignment;
    const wanted = placeIn(await readHead(part, tenant), run);
    let [seen, digest] = [0, mixed('', [])];
    let from: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof entriesBehind>> = await entriesBehind(part, tenant, from, entriesAtOnce);
      digest = mixed(digest, page.entries);
      seen += page.entries.length;
      from = page.next;
    } while (from !== null);
    return seen === wanted.entries && digest === wanted.digest;
  }

  async journal(
    run: number,
    from: string | null,
    limit: number,
  ): Promise<{ entries: readonly JournalEntry[]; next: string | null }> {
    const { part, run: kept } = await this.#ways(run);
    return entriesBehind(part, kept.assignment.tenant, from, limit);
  }

  async contentNow(
    kind: ScopedKind,
    keys: readonly string[],
    tenant: TenantId,
  ): Promise<ReadonlyMap<string, Pick<JournalEntry, 'content' | 'version'>>> {
    if (kind !== 'memory' && kind !== 'relationship') return new Map();
    const label = kind === 'memory' ? 'Memory' : 'Relationship';
    const rows = await nodesByKeys(
      this.#partOf(tenant),
      label,
      keys.map((key) => keyOf(tenant, key)),
    );
    return new Map(
      [...rows.values()].map((row) => [
        String(row.id),
        {
          version: Number(row.version),
          content:
            kind === 'memory'
              ? memoryContent(toMemory(row))
              : relationshipContent(toRelationship(row), String(row.words ?? '')),
        },
      ]),
    );
  }

  async probe(run: Run, readers: ProbeReaders): Promise<readonly string[]> {
    return probeParts(await this.#ways(run.no), readers);
  }

  /** Whoever wrote before, and wakes up, is told so by both heads. */
  async contract(hold: Hold): Promise<void> {
    const ways = await this.#holding(hold);
    await writeAgain(this.#dialect, {
      text: `MATCH (h:Head {key: $head}) SET h.lock = $lock WITH h AS x WHERE coalesce(x.fence, 0) <= $fence
        SET x.fence = $fence, x.revision = x.revision + 1 RETURN true AS done`,
      parameters: { head: keyOf(null, headName), lock: `back ${hold.fence}`, fence: hold.fence },
    });
    await step(ways, hold, nothingTouched(), () => ({ added: [], dropped: [], place: { done: 0 } }));
    await changeLedger(this.#dialect, (ledger) =>
      withRun(held(ledger, hold), hold.run, () => ({ state: 'rolling_back' })),
    );
  }

  async undo(hold: Hold, limit: number): Promise<UndoStep> {
    return undoBatch(await this.#holding(hold), hold, limit);
  }

  async arrivals(run: number): Promise<KindCounts> {
    return countArrivals(await this.#ways(run));
  }

  async arrived(
    run: number,
    kind: Arrival['kind'],
    from: string | null,
    limit: number,
  ): Promise<{ records: readonly Arrival[]; next: string | null }> {
    return readArrivals(await this.#ways(run), kind, from, limit);
  }

  async removeArrivals(hold: Hold, limit: number): Promise<Step> {
    return removeArrived(await this.#holding(hold), hold, limit);
  }

  async dropJournal(hold: Hold, limit: number): Promise<Step> {
    return dropBatch(await this.#holding(hold), limit);
  }
}
