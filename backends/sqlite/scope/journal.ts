import { hash } from 'node:crypto';
import type { JournalEntry, ScopedKind } from '../../../src/storage/migration.ts';
import type { Connection } from '../connection.ts';

export type Fields = Readonly<Record<string, string | null>>;

/** One row that a batch changed. */
export interface Written {
  readonly kind: ScopedKind;
  readonly pk: number;
  readonly id: string;
  readonly version: number;
  readonly content: Uint8Array;
  readonly prior: Fields;
  readonly next: Fields;
}

const pairSql = 'SELECT no FROM scope_pair WHERE prior = ? AND next = ?';

const pairNo = (connection: Connection, prior: string, next: string): number => {
  const there = connection.row<[number]>(pairSql, [prior, next]);
  if (there !== undefined) return there[0];
  return Number(connection.run('INSERT INTO scope_pair (prior, next) VALUES (?, ?)', [prior, next]).lastInsertRowid);
};

/** Each digest covers the one before, so that no entry can be changed, left out or put elsewhere unseen. */
const linked = (digest: string, entry: readonly unknown[]): string =>
  hash('sha256', digest + JSON.stringify(entry), 'base64url');

const appendSql = `INSERT INTO scope_journal (run, seq, kind, pk, id, pair, version, content)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Behind what the run has; in the transaction that changes the rows. */
export const appendJournal = (connection: Connection, run: number, rows: readonly Written[]): void => {
  let [seq, digest] = connection.row<[number, string]>('SELECT entries, digest FROM scope_run WHERE no = ?', [run]) ?? [
    0,
    '',
  ];
  const pairs = new Map<string, number>();
  for (const { kind, pk, id, version, content, prior, next } of rows) {
    const [before, after] = [JSON.stringify(prior), JSON.stringify(next)];
    const pair = pairs.get(before + after) ?? pairNo(connection, before, after);
    pairs.set(before + after, pair);
    seq += 1;
    digest = linked(digest, [seq, kind, pk, id, version, before, after, Buffer.from(content).toString('hex')]);
    connection.run(appendSql, [run, seq, kind, pk, id, pair, version, content]);
  }
  connection.run('UPDATE scope_run SET entries = ?, digest = ? WHERE no = ?', [seq, digest, run]);
};

type Row = [
  seq: number,
  kind: ScopedKind,
  pk: number,
  id: string,
  version: number,
  prior: string,
  next: string,
  content: Uint8Array,
];

const entriesSql = `SELECT j.seq, j.kind, j.pk, j.id, j.version, p.prior, p.next, j.content
  FROM scope_journal j CROSS JOIN scope_pair p ON p.no = j.pair`;
const forwardSql = `${entriesSql} WHERE j.run = ? AND j.seq > ? ORDER BY j.seq LIMIT ?`;
const backwardSql = `${entriesSql} WHERE j.run = ? AND j.seq <= ? ORDER BY j.seq DESC LIMIT ?`;

const readAtOnce = 5_000;

/** Recomputed from what is kept now. */
export const journalIsWhole = (connection: Connection, run: number): boolean => {
  const [entries, wanted] = connection.row<[number, string]>('SELECT entries, digest FROM scope_run WHERE no = ?', [
    run,
  ]) ?? [0, ''];
  let [seen, digest] = [0, ''];
  for (;;) {
    const rows = connection.rows<Row>(forwardSql, [run, seen, readAtOnce]);
    for (const [seq, kind, pk, id, version, prior, next, content] of rows) {
      digest = linked(digest, [seq, kind, pk, id, version, prior, next, Buffer.from(content).toString('hex')]);
      seen = seq;
    }
    if (rows.length < readAtOnce) break;
  }
  return seen === entries && digest === wanted;
};

export const journalEntries = (
  connection: Connection,
  run: number,
  from: string | null,
  limit: number,
): { entries: readonly JournalEntry[]; next: string | null } => {
  const rows = connection.rows<Row>(forwardSql, [run, Number(from ?? 0), limit]);
  const entries = rows.map(([, kind, , id, version, prior, next, content]) => ({
    kind,
    key: id,
    version,
    prior: JSON.parse(prior),
    next: JSON.parse(next),
    content: Buffer.from(content).toString('hex'),
  }));
  const last = rows.at(-1)?.[0];
  return { entries, next: rows.length < limit || last === undefined ? null : String(last) };
};

/** From `through` down. */
export const newestEntries = (
  connection: Connection,
  run: number,
  through: number,
  limit: number,
): readonly Written[] =>
  connection.rows<Row>(backwardSql, [run, through, limit]).map(([, kind, pk, id, version, prior, next, content]) => ({
    ...{ kind, pk, id, version, content },
    prior: JSON.parse(prior),
    next: JSON.parse(next),
  }));
