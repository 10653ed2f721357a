import { scopeOf } from '../../auth/policy.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { CallerScope } from '../../domain/scope.ts';
import {
  type JournalEntry,
  type ProbeReaders,
  type Run,
  type ScopedKind,
  scopedKinds,
} from '../../storage/migration.ts';
import type { MigrationContext } from './context.ts';
import { type Scan, scanStore } from './plan.ts';

export interface Verification {
  /** In words; empty if all is as it should be. */
  readonly failures: readonly string[];
  readonly checkedRows: number;
  /** Compared with what the journal says they held. */
  readonly comparedRows: number;
  /** Changed by their users since. */
  readonly editedRows: number;
  readonly goneRows: number;
}

const entriesAtOnce = 500;
const namesKept = 10;

interface Comparison {
  compared: number;
  edited: number;
  readonly gone: Record<ScopedKind, number>;
  readonly altered: string[];
}

const compare = async (
  { store, onProgress }: MigrationContext,
  run: Run,
  entries: readonly JournalEntry[],
  into: Comparison,
): Promise<void> => {
  for (const kind of scopedKinds) {
    const ofKind = entries.filter((entry) => entry.kind === kind);
    const keys = ofKind.map(({ key }) => key);
    if (keys.length === 0) continue;
    const now = await store.contentNow(kind, keys, run.assignment.tenant);
    for (const { key, version, content } of ofKind) {
      const found = now.get(key);
      into.compared += 1;
      if (found === undefined) into.gone[kind] += 1;
      else if (found.version !== version) into.edited += 1;
      else if (found.content !== content) into.altered.push(`${kind} ${key}`);
    }
  }
  onProgress({ phase: 'comparing', done: into.compared, total: run.entries });
};

const compareAll = async (context: MigrationContext, run: Run, onPage: () => Promise<void>): Promise<Comparison> => {
  const into: Comparison = {
    compared: 0,
    edited: 0,
    gone: { memory: 0, relationship: 0, change: 0, key: 0 },
    altered: [],
  };
  let from: string | null = null;
  do {
    const page = await context.store.journal(run.no, from, entriesAtOnce);
    await compare(context, run, page.entries, into);
    await onPage();
    from = page.next;
  } while (from !== null);
  return into;
};

const probeTenant = '_probe' as TenantId;
const reader = (tenant: TenantId, user: string): CallerScope =>
  scopeOf({ tenant, user, teams: [], projects: [], role: 'member' });

const readers: ProbeReaders = {
  author: reader(probeTenant, '_author'),
  colleague: reader(probeTenant, '_colleague'),
  stranger: reader('_stranger' as TenantId, '_author'),
};

const names = {
  memory: 'memories',
  relationship: 'relationships',
  change: 'changes',
  key: 'idempotency keys',
} as const;

/** Records that are there, against those that were there, came in and went. Of those that had a tenant it is not known how many went. */
const countFailures = async (
  { store }: MigrationContext,
  run: Run,
  { counts, unscoped }: Scan,
  { gone }: Comparison,
  journaled: Readonly<Record<ScopedKind, number>>,
): Promise<readonly string[]> => {
  const arrivals = await store.arrivals(run.no);
  return (['memory', 'relationship'] as const).flatMap((kind) => {
    const scopedBefore = run.baseline.counts[kind] - run.baseline.unscoped[kind];
    const expected = scopedBefore + journaled[kind] - gone[kind] + arrivals[kind] + unscoped[kind];
    const exact = scopedBefore === 0 ? counts[kind] === expected : counts[kind] <= expected;
    return exact ? [] : [`there are ${counts[kind]} ${names[kind]} where ${expected} should be`];
  });
};

const countJournal = async ({ store }: MigrationContext, run: number): Promise<Record<ScopedKind, number>> => {
  const counts = { memory: 0, relationship: 0, change: 0, key: 0 };
  let from: string | null = null;
  do {
    const page = await store.journal(run, from, 5_000);
    for (const { kind } of page.entries) counts[kind] += 1;
    from = page.next;
  } while (from !== null);
  return counts;
};

const scopeFailures = ({ changes, tally }: Scan): readonly string[] => {
  const { faults, notes } = tally.found();
  return [
    ...scopedKinds.flatMap((kind) => (changes[kind] === 0 ? [] : [`${changes[kind]} ${names[kind]} have no tenant`])),
    ...(faults.count === 0 ? [] : [`${faults.count} rows cannot be read: ${faults.keys.join(', ')}`]),
    ...(notes.torn.count === 0
      ? []
      : [`${notes.torn.count} relationships are not of the tenant of both their memories`]),
    ...(notes.across.count === 0 ? [] : [`${notes.across.count} relationships join two tenants`]),
  ];
};

/** Looks at every row and tries the guards. Changes nothing. `onPage` is called now and then. */
export const verifyRun = async (
  context: MigrationContext,
  run: Run,
  onPage: () => Promise<void> = () => context.wait(0),
): Promise<Verification> => {
  const { store } = context;
  const scan = await scanStore(context, run.assignment, 'verifying', onPage);
  const comparison = await compareAll(context, run, onPage);
  const whole = await store.isJournalWhole(run.no);
  const findings = await store.inspect();
  const failures = [
    ...scopeFailures(scan),
    ...(whole ? [] : ['the journal is not what was written']),
    ...(await countFailures(context, run, scan, comparison, await countJournal(context, run.no))),
    ...(comparison.altered.length === 0
      ? []
      : [
          `${comparison.altered.length} rows are not what they were: ${comparison.altered.slice(0, namesKept).join(', ')}`,
        ]),
    ...findings.filter(({ severity }) => severity === 'error').map(({ what }) => what),
    ...(await store.probe(run, readers)),
  ];
  return {
    failures,
    checkedRows: scopedKinds.reduce((sum, kind) => sum + scan.counts[kind], 0),
    comparedRows: comparison.compared,
    editedRows: comparison.edited,
    goneRows: scopedKinds.reduce((sum, kind) => sum + comparison.gone[kind], 0),
  };
};
