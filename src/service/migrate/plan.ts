import { createHash, type Hash } from 'node:crypto';
import { type Assignment, assigned, isUnmapped, isUnreadable, type Owner, widens } from '../../domain/assignment.ts';
import { digest } from '../../storage/cursor.ts';
import {
  type Baseline,
  type KindCounts,
  type ScopedKind,
  type ScopedRow,
  scopedKinds,
} from '../../storage/migration.ts';
import type { MigrationContext } from './context.ts';
import { type Found, Tally } from './tally.ts';

export interface Sample {
  readonly id: string;
  readonly before: Owner;
  readonly after: Owner;
}

/** What will change, to the row. */
export interface Plan {
  readonly assignment: Assignment;
  readonly hash: string;
  readonly counts: KindCounts;
  readonly changes: KindCounts;
  readonly found: Found;
  readonly samples: readonly Sample[];
  readonly baseline: Baseline;
  /** Null where the database does not say. */
  readonly storeBytes: number | null;
  readonly seconds: number;
  readonly journalBytes: number;
  /** Why it cannot be carried out. Empty: it can. */
  readonly problems: readonly string[];
}

/** A plan is what is to be assigned to whom; the numbers of rows may move while people work. */
export const planHash = ({ tenant, visibility, team, force, teamOf }: Assignment): string =>
  digest({ tenant, visibility, team, force, teamOf });

const rowsAtOnce = 1_000;
const samplesKept = 10;

const scopeOf = (row: ScopedRow): readonly unknown[] => {
  if (row.kind === 'memory') return [row.owner.tenantId, row.owner.teamId, row.owner.visibility];
  return row.kind === 'change' ? [row.tenantId, row.audience] : [row.tenantId];
};

const tenantOf = (row: ScopedRow): string | null => (row.kind === 'memory' ? row.owner.tenantId : row.tenantId);

/** The tenant that a record will have; undefined where it is gone. */
const tenantAfter = (tenant: string | null | undefined, to: string): string | undefined =>
  tenant === undefined ? undefined : (tenant ?? to);

const lookAtMemory = (tally: Tally, row: Extract<ScopedRow, { kind: 'memory' }>, assignment: Assignment): void => {
  const { owner, key } = row;
  const after = assigned(assignment, owner);
  tally.matrix(row.live ? 'memory' : 'trashed memory', owner, after);
  if (owner.tenantId !== null) return;
  if (isUnmapped(assignment, owner)) tally.unmapped(owner.projectPath);
  if (widens(owner, after)) tally.widening(owner.visibility as string, after.visibility as string);
  if (isUnreadable({ ...owner, ...after })) tally.note('unreadable', key);
  if (owner.createdBy === null) tally.note('without creator', key);
};

/** What a row needs in order to come along, and what stands in its way. */
const willChange = (tally: Tally, row: ScopedRow, assignment: Assignment): boolean => {
  if (row.fault !== null) tally.fault(row.kind, row.key, row.fault);
  if ('taken' in row && row.taken) tally.note('taken', `${row.kind} ${row.key}`);
  if (row.kind === 'memory') lookAtMemory(tally, row, assignment);
  if (tenantOf(row) !== null) {
    if (row.kind === 'relationship' && (row.from !== row.tenantId || row.to !== row.tenantId))
      tally.note('torn', row.key);
    return false;
  }
  if (row.kind === 'relationship') {
    const [from, to] = [row.from, row.to].map((end) => tenantAfter(end, assignment.tenant));
    if (from === undefined || to === undefined) tally.note('orphan', `relationship ${row.key}`);
    else if (from !== to) tally.note('across', row.key);
    return from !== undefined && from === to;
  }
  if (row.kind === 'change' && row.record === undefined) {
    tally.note('orphan', `change ${row.key}`);
    return false;
  }
  return true;
};

const dumpRow = (hash: Hash, row: ScopedRow): void => {
  hash.update(JSON.stringify([row.kind, row.key, row.content, row.usage, scopeOf(row)]));
};

const zero = (): Record<ScopedKind, number> => ({ memory: 0, relationship: 0, change: 0, key: 0 });

const problemsOf = ({ faults, notes, unmapped }: Found, assignment: Assignment): readonly string[] => {
  const problems: string[] = [];
  const count = (name: keyof Found['notes']): number => notes[name].count;
  if (faults.count > 0) problems.push(`${faults.count} rows cannot be read; restore them from a backup or purge them`);
  if (unmapped.length > 0) {
    const rows = unmapped.reduce((sum, { count: each }) => sum + each, 0);
    problems.push(`${rows} memories are of projects that the map does not name; name them, or * for all others`);
  }
  if (count('taken') > 0) problems.push(`${count('taken')} records have an id that ${assignment.tenant} has already`);
  if (count('across') > 0) {
    problems.push(
      `${count('across')} relationships would join memories of two tenants; choose the tenant of the others`,
    );
  }
  if (assignment.visibility === 'private' && assignment.force === false && count('unreadable') > 0) {
    problems.push(`${count('unreadable')} memories would be private without a creator, so that nobody reads them`);
  }
  return problems;
};

export interface Scan {
  readonly tally: Tally;
  readonly counts: KindCounts;
  readonly unscoped: KindCounts;
  readonly changes: KindCounts;
  readonly samples: readonly Sample[];
  readonly dump: string;
}

/** `onPage` is called between pages. */
export const scanStore = async (
  { store, onProgress }: MigrationContext,
  assignment: Assignment,
  phase: string,
  onPage: () => Promise<void>,
): Promise<Scan> => {
  const tally = new Tally();
  const [counts, unscoped, changes, hash] = [zero(), zero(), zero(), createHash('sha256')];
  const samples: Sample[] = [];
  const { all } = await store.counts();
  const total = scopedKinds.reduce((sum, kind) => sum + all[kind], 0);
  for (const kind of scopedKinds) {
    let from: string | null = null;
    do {
      const page = await store.rows(kind, assignment.tenant, from, rowsAtOnce);
      for (const row of page.rows) {
        dumpRow(hash, row);
        counts[kind] += 1;
        if (tenantOf(row) === null) unscoped[kind] += 1;
        if (!willChange(tally, row, assignment)) continue;
        changes[kind] += 1;
        if (row.kind !== 'memory' || samples.length === samplesKept) continue;
        const { tenantId, teamId, visibility } = row.owner;
        samples.push({ id: row.key, before: { tenantId, teamId, visibility }, after: assigned(assignment, row.owner) });
      }
      from = page.next;
      onProgress({ phase, done: scopedKinds.reduce((sum, each) => sum + counts[each], 0), total });
      await onPage();
    } while (from !== null);
  }
  return { tally, counts, unscoped, changes, samples, dump: hash.digest('hex') };
};

/** By how much a file of 750,000 memories grew for each row that moved: 134 bytes. */
const journalBytesPerRow = 134;

/** The same for a dry run and for the real one. Reads all of the store once, at one moment. */
export const makePlan = async (context: MigrationContext, assignment: Assignment): Promise<Plan> => {
  const { store, now, wait } = context;
  const started = now();
  // Others of this process get their turn, so that it can be interrupted.
  const look = (): Promise<Scan> => scanStore(context, assignment, 'planning', () => wait(0));
  const { tally, counts, unscoped, changes, samples, dump } = await store.snapshot(look);
  const rows = changes.memory + changes.relationship + changes.key;
  const scanned = scopedKinds.reduce((sum, kind) => sum + counts[kind], 0);
  const found = tally.found();
  return {
    ...{ assignment, counts, changes, found, samples },
    hash: planHash(assignment),
    baseline: { dump, counts, unscoped },
    storeBytes: await store.size(),
    seconds: scanned === 0 ? 0 : ((now() - started) / 1_000) * store.writingCost * ((rows + changes.change) / scanned),
    journalBytes: rows * journalBytesPerRow,
    problems: problemsOf(found, assignment),
  };
};

/** Whether there is anything to do. */
export const isEmptyPlan = ({ changes }: Plan): boolean => scopedKinds.every((kind) => changes[kind] === 0);
