import { randomUUID } from 'node:crypto';
import type { Millis } from '../../../src/domain/ids.ts';
import { AppError } from '../../../src/errors.ts';
import type { Hold, Lease, MigrationState, Run } from '../../../src/storage/migration.ts';
import { type Attempt, attempted, contend } from '../contend.ts';
import type { Dialect, Statement } from '../dialect.ts';
import type { Row } from '../values.ts';

export interface KeptRun extends Run {
  /** Ends of the logs when the run began to copy: of what has no tenant, and of the tenant. */
  readonly since: number;
  readonly base: number;
}

/** Who migrates, and all runs: one value of the store, replaced as a whole by who knows what it was. */
interface Ledger {
  /** The write that left it so. */
  readonly operation: string;
  readonly fence: number;
  readonly owner: string | null;
  readonly expires: Millis;
  readonly runs: readonly KeptRun[];
}

const key = 'migration';
const empty: Ledger = { operation: '', fence: 0, owner: null, expires: 0, runs: [] };

const kept = async (dialect: Dialect): Promise<string | null> => {
  const text = 'MATCH (s:State {key: $key}) RETURN s.value AS value';
  const [row] = await dialect.read({ text, parameters: { key } });
  return row === undefined ? null : String(row.value);
};

const parse = (value: string | null): Ledger => (value === null ? empty : (JSON.parse(value) as Ledger));

export const readLedger = async (dialect: Dialect): Promise<Ledger> => parse(await kept(dialect));

const swap = (before: string | null, after: string, operation: string): Statement =>
  before === null
    ? {
        text: 'MERGE (s:State {key: $key}) ON CREATE SET s.value = $after WITH s AS x WHERE x.value = $after RETURN true AS done',
        parameters: { key, after },
      }
    : {
        text: `MATCH (s:State {key: $key}) SET s.lock = $operation WITH s AS x WHERE x.value = $before
          SET x.value = $after RETURN true AS done`,
        parameters: { key, before, after, operation },
      };

/** What `change` throws leaves the ledger as it was. */
export const changeLedger = async (dialect: Dialect, change: (ledger: Ledger) => Ledger): Promise<Ledger> => {
  const operation = randomUUID();
  return contend(operation, async (): Promise<Attempt<Ledger>> => {
    const read = await attempted(dialect.outcomeOf, ['again'], () => kept(dialect));
    if ('lost' in read) return read;
    const ledger = parse(read.value);
    if (ledger.operation === operation) return { value: ledger };
    const next = { ...change(ledger), operation };
    const statement = swap(read.value, JSON.stringify(next), operation);
    const written = await attempted(dialect.outcomeOf, ['again', 'unknown'], () => dialect.write(statement));
    if ('lost' in written) return written;
    return written.value.length > 0 ? { value: next } : { lost: null };
  });
};

/** For what may be done twice: tries again where it is not known whether it was done. */
export const writeAgain = (dialect: Dialect, statement: Statement): Promise<readonly Row[]> =>
  contend(randomUUID(), () => attempted(dialect.outcomeOf, ['again', 'unknown'], () => dialect.write(statement)));

export const takenOver = (): AppError =>
  new AppError('version_conflict', 'Another process took over this migration; look at it with --status.');

/** The lease goes on. Throws `version_conflict` for a fence that another one followed. */
export const held = (ledger: Ledger, { fence, until }: Pick<Hold, 'fence' | 'until'>): Ledger => {
  if (ledger.fence !== fence || ledger.owner === null) throw takenOver();
  return { ...ledger, expires: until };
};

export const runIn = ({ runs }: Pick<Ledger, 'runs'>, no: number): KeptRun => {
  const run = runs.find((each) => each.no === no);
  if (run === undefined) throw new AppError('not_found', 'There is no such run of a migration.');
  return run;
};

export const withRun = (ledger: Ledger, no: number, change: (run: KeptRun) => Partial<KeptRun>): Ledger => ({
  ...ledger,
  runs: ledger.runs.map((run) => (run.no === no ? { ...run, ...change(run) } : run)),
});

export const moveState = (ledger: Ledger, no: number, from: MigrationState, to: MigrationState): Ledger => {
  if (runIn(ledger, no).state !== from) {
    throw new AppError('version_conflict', `The run is no longer ${from}; look at it with --status.`);
  }
  return withRun(ledger, no, () => ({ state: to }));
};

export const leaseIn = ({ owner, fence, expires }: Ledger): Lease | null =>
  owner === null ? null : { owner, fence, expires };

/** The fence grows with each owner, so that what an earlier one still writes is told from what the present one does. */
export const acquire = async (
  dialect: Dialect,
  owner: string,
  now: Millis,
  until: Millis,
  isDead: (owner: string) => boolean,
): Promise<{ lease: Lease; mine: boolean }> => {
  let mine = false;
  const ledger = await changeLedger(dialect, (before) => {
    mine = before.owner === null || before.expires <= now || isDead(before.owner);
    return mine ? { ...before, owner, fence: before.fence + 1, expires: until } : before;
  });
  return { lease: leaseIn(ledger) as Lease, mine };
};

/** The next owner gets a new fence, so that this one's writes are refused from now on. */
export const breakLease = async (dialect: Dialect): Promise<Lease | null> => {
  let lease: Lease | null = null;
  await changeLedger(dialect, (before) => {
    lease = leaseIn(before);
    return lease === null ? before : { ...before, owner: null, fence: before.fence + 1, expires: 0 };
  });
  return lease;
};
