import type { Assignment, OwnerFacts } from '../domain/assignment.ts';
import type { Millis, TenantId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { CallerScope } from '../domain/scope.ts';
import type { AppError } from '../errors.ts';
import type { Change } from './query.ts';
import type { Finding } from './store.ts';

/**
 * What carries a scope. `change` is a line of the log, which follows its record; `key` an idempotency key. Words, tags and vectors are made
 * from a memory and go where it goes.
 */
export const scopedKinds = ['memory', 'relationship', 'change', 'key'] as const;
export type ScopedKind = (typeof scopedKinds)[number];
export type KindCounts = Readonly<Record<ScopedKind, number>>;

interface RowCommon {
  /** Its id; for a line of the log its number, and a number for a key, whose text is its user's own. */
  readonly key: string;
  /** SHA-256 over all that is kept of it but scope and usage, as hex. */
  readonly content: string;
  /** The rest of it that reading changes: how often and when it was used. */
  readonly usage: string;
  /** What cannot be read in it, in words for an operator, or null. What it holds is then not to be relied on. */
  readonly fault: string | null;
}

/** The tenant of a record that something belongs to; undefined where there is no such record. */
type TenantOf = TenantId | null | undefined;

export type ScopedRow =
  | (RowCommon & {
      readonly kind: 'memory';
      readonly owner: OwnerFacts;
      readonly live: boolean;
      readonly version: number;
      /** The tenant of the assignment has another memory of this id already. */
      readonly taken: boolean;
    })
  | (RowCommon & {
      readonly kind: 'relationship';
      readonly tenantId: TenantId | null;
      readonly version: number;
      readonly from: TenantOf;
      readonly to: TenantOf;
      readonly taken: boolean;
    })
  | (RowCommon & {
      readonly kind: 'change';
      readonly tenantId: TenantId | null;
      readonly audience: string | null;
      readonly record: TenantOf;
    })
  | (RowCommon & { readonly kind: 'key'; readonly tenantId: TenantId | null });

export interface RowPage {
  readonly rows: readonly ScopedRow[];
  /** Where the next page begins, null behind the last row. */
  readonly next: string | null;
}

/**
 * `planned → backed_up → expanded → backfilling → verified → enforced → finalized`, and `rolling_back → rolled_back` from any of them but
 * the last. Each is written before what follows it begins.
 */
export const migrationStates = [
  'planned',
  'backed_up',
  'expanded',
  'backfilling',
  'verified',
  'enforced',
  'finalized',
  'rolling_back',
  'rolled_back',
] as const;
export type MigrationState = (typeof migrationStates)[number];

/** All of a store at the moment of a plan. */
export interface Baseline {
  /** Over every row in its order, scope and usage too. */
  readonly dump: string;
  readonly counts: KindCounts;
  /** Without a tenant. */
  readonly unscoped: KindCounts;
}

export interface Run {
  /** Runs are numbered in their order; only the last that was not rolled back may be rolled back. */
  readonly no: number;
  readonly state: MigrationState;
  readonly assignment: Assignment;
  /** Digest of the assignment: a run goes on with the plan that it began with. */
  readonly plan: string;
  readonly baseline: Baseline;
  /** Where the copy of the store is; null without one. */
  readonly backup: string | null;
  readonly startedAt: Millis;
  readonly changedAt: Millis;
  /** Somebody asked for a halt. */
  readonly paused: boolean;
  /** Entries of the journal. */
  readonly entries: number;
  /** Rows that the backfill or the rollback has behind it. */
  readonly done: number;
}

/** Who may write, until when. */
export interface Lease {
  readonly owner: string;
  readonly fence: number;
  readonly expires: Millis;
}

export interface MigrationStatus {
  /** The newest last. */
  readonly runs: readonly Run[];
  readonly lease: Lease | null;
}

export interface Step {
  readonly rows: number;
  readonly changed: number;
  readonly done: boolean;
}

/** A record whose scope somebody changed since the run gave it, and to which its former scope was given back all the same. */
export interface Rescoped {
  readonly kind: ScopedKind;
  readonly key: string;
  readonly found: Readonly<Record<string, string | null>>;
}

export interface UndoStep extends Step {
  readonly rescoped: readonly Rescoped[];
  /** Purged since. */
  readonly gone: number;
}

/** Before and after, of exactly the fields that were changed, under their names at the wire. */
export interface JournalEntry {
  readonly kind: ScopedKind;
  readonly key: string;
  readonly prior: Readonly<Record<string, string | null>>;
  readonly next: Readonly<Record<string, string | null>>;
  readonly version: number;
  readonly content: string;
}

/** What came into the store since a run began to give new records its tenant. */
export type Arrival =
  | { readonly kind: 'memory'; readonly record: Memory }
  | { readonly kind: 'relationship'; readonly record: Relationship }
  | { readonly kind: 'change'; readonly record: Change };

/** All that came in of one kind, in pages. */
export type ArrivalReader = (kind: Arrival['kind']) => AsyncIterable<readonly Arrival[]>;

/** Who writes a run, and which. A store refuses a fence that another one followed with `version_conflict`, inside the transaction. */
export interface Hold {
  readonly fence: number;
  readonly run: number;
  /** The lease goes on until then. */
  readonly until: Millis;
}

/** Of a tenant that nobody has; the last is of a third one. */
export interface ProbeReaders {
  readonly author: CallerScope;
  readonly colleague: CallerScope;
  readonly stranger: CallerScope;
}

/**
 * Moves a store's records between no tenant and a tenant, in terms of records and scopes. Nothing but scopes is changed, nothing is
 * written anew from its parsed form, and no step takes a scope from what another assignment or a caller gave it.
 */
export interface MigrationStore {
  readonly location: string;
  /** Whether `backup` can copy the store. */
  readonly onlineBackup: boolean;
  /** Whether nobody else can write for as long as a batch takes, rather than for its last statement alone. */
  readonly holdsWriters: boolean;
  /** How many times as long as a look at all rows a run takes, verification included, as it was measured. */
  readonly writingCost: number;
  /** With `readOnly` nothing is made and no byte of the store changes. The store is not switched to another mode. */
  open(readOnly: boolean): Promise<void>;
  close(): Promise<void>;
  translate(error: unknown): AppError | null;
  /** The mode that the store was last opened in. */
  mode(): Promise<'single' | 'multi'>;
  /** In bytes; null where the database does not say. */
  size(): Promise<number | null>;
  /** All reads inside see one moment, where the store can give that. */
  snapshot<T>(work: () => Promise<T>): Promise<T>;
  /** In the order in which the store keeps them, from the beginning or from where a page ended. */
  rows(kind: ScopedKind, tenant: TenantId, from: string | null, limit: number): Promise<RowPage>;
  counts(): Promise<{ readonly all: KindCounts; readonly unscoped: KindCounts }>;
  inspect(): Promise<readonly Finding[]>;
  status(): Promise<MigrationStatus>;

  /** The new lease, or the one that stands in the way. `isDead` says of an owner that nobody need wait for it. */
  acquire(
    owner: string,
    now: Millis,
    until: Millis,
    isDead: (owner: string) => boolean,
  ): Promise<{ lease: Lease; mine: boolean }>;
  renew(fence: number, until: Millis): Promise<void>;
  release(fence: number): Promise<void>;
  /** Takes the lease from whoever has it. */
  unlock(): Promise<Lease | null>;

  begin(
    fence: number,
    run: Omit<Run, 'no' | 'state' | 'backup' | 'changedAt' | 'paused' | 'entries' | 'done'>,
  ): Promise<number>;
  /** From one state to another; any other state in between throws `version_conflict`. */
  advance(hold: Hold, from: MigrationState, to: MigrationState, at: Millis, backup?: string): Promise<void>;
  /** Asks whoever runs it to stop, or takes that back. */
  pause(run: number, paused: boolean): Promise<void>;
  /** A checked copy of the store; the counts are those of the copy, found by opening it. */
  backup(path: string): Promise<KindCounts>;
  /** From now on records that come in without a tenant get the assignment's, and none that has one loses it. */
  expand(hold: Hold): Promise<void>;
  /** The next rows in order: scopes, journal and checkpoint in one transaction. A row that has a tenant by now is passed over. */
  backfill(hold: Hold, limit: number): Promise<Step>;
  /** Whether the journal is what was written. */
  isJournalWhole(run: number): Promise<boolean>;
  /** In their order; `from` and `next` as in `rows`. */
  journal(
    run: number,
    from: string | null,
    limit: number,
  ): Promise<{ readonly entries: readonly JournalEntry[]; readonly next: string | null }>;
  /** The content and version now of what an entry is of; undefined where it is gone. */
  contentNow(
    kind: ScopedKind,
    keys: readonly string[],
    tenant: TenantId,
  ): Promise<ReadonlyMap<string, Pick<JournalEntry, 'content' | 'version'>>>;
  /** Tries, and takes back, what the store must refuse or put right. Empty if all went as it should. */
  probe(run: Run, readers: ProbeReaders): Promise<readonly string[]>;
  /** No stamp for what comes in any more; a rollback may begin. */
  contract(hold: Hold): Promise<void>;
  /** The newest entries that are not yet undone: scopes put back and checkpoint in one transaction. */
  undo(hold: Hold, limit: number): Promise<UndoStep>;
  /** What came in since the run began, and is still there. */
  arrivals(run: number): Promise<KindCounts>;
  arrived(
    run: number,
    kind: Arrival['kind'],
    from: string | null,
    limit: number,
  ): Promise<{ readonly records: readonly Arrival[]; readonly next: string | null }>;
  /** Takes such records out of the store, with what belongs to them. */
  removeArrivals(hold: Hold, limit: number): Promise<Step>;
  /** Drops entries of the journal that are no longer needed. */
  dropJournal(hold: Hold, limit: number): Promise<Step>;
}
