import { statSync } from 'node:fs';
import type { Finding } from '../../src/storage/store.ts';
import type { Cell, Connection } from './connection.ts';
import { migrations } from './migrations/index.ts';
import { inspectSchema } from './schema.ts';

const ok = (what: string): Finding => ({ severity: 'ok', what, fix: null });

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;

const integrity = (connection: Connection): Finding => {
  const faults = connection.rows<[string]>('PRAGMA quick_check(5)').map(([line]) => line);
  return faults.length === 1 && faults[0] === 'ok'
    ? ok('The file is sound (quick_check)')
    : { severity: 'error', what: 'The file is damaged (quick_check)', fix: 'Stop all servers and restore a backup.' };
};

const settings = (connection: Connection): Finding[] => {
  const journal = String(connection.pragma('journal_mode'));
  const level = Number(connection.pragma('synchronous'));
  return [
    journal === 'wal'
      ? ok('Journal mode wal')
      : { severity: 'warning', what: `Journal mode ${journal}`, fix: 'Start the server once with write access.' },
    level >= 2
      ? ok('Writes survive a power cut (synchronous full)')
      : ok('Writes survive a killed process, not a power cut (synchronous normal)'),
  ];
};

const size = (connection: Connection): Finding => {
  const [pages, free, pageSize] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
    Number(connection.pragma(name)),
  );
  return ok(
    `Size ${megabytes((pages ?? 0) * (pageSize ?? 0))}, of which ${megabytes((free ?? 0) * (pageSize ?? 0))} unused`,
  );
};

const isOpenToOthers = (path: string): boolean => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o077) !== 0;
};

const fileMode = (path: string): Finding[] => {
  // Windows has access lists instead of these bits.
  if (process.platform === 'win32') return [];
  const open = ['', '-wal', '-shm'].some((suffix) => isOpenToOthers(path + suffix));
  return [
    open
      ? { severity: 'warning', what: 'Other users may read the file', fix: 'Set its mode to 0600 (chmod 600).' }
      : ok('Only its owner may read the file'),
  ];
};

interface Check {
  readonly sql: string;
  readonly what: string;
  readonly fix: string;
}

/** Each counts rows that must not be there. */
const checks: readonly Check[] = [
  {
    sql: `SELECT count(*) FROM relationship
      WHERE from_pk NOT IN (SELECT pk FROM memory) OR to_pk NOT IN (SELECT pk FROM memory)`,
    what: 'Relationships without one of their memories',
    fix: 'Restore a backup, or export and import the store.',
  },
  {
    sql: 'SELECT count(*) FROM memory_tag WHERE memory_pk NOT IN (SELECT pk FROM memory)',
    what: 'Tags without their memory',
    fix: 'Restore a backup, or export and import the store.',
  },
  {
    sql: 'SELECT count(*) FROM memory_vector WHERE memory_pk NOT IN (SELECT pk FROM memory)',
    what: 'Vectors without their memory',
    fix: 'Restore a backup, or export and import the store.',
  },
  {
    sql: `SELECT (SELECT count(*) FROM memory WHERE live = 1 AND pk NOT IN (SELECT rowid FROM memory_text))
      + (SELECT count(*) FROM memory_text WHERE rowid NOT IN (SELECT pk FROM memory WHERE live = 1))`,
    what: 'Memories that the text index misses or should not hold',
    fix: 'Export and import the store to rebuild the index.',
  },
  {
    sql: `WITH live (pk) AS (SELECT r.pk FROM relationship r JOIN memory a ON a.pk = r.from_pk
        JOIN memory b ON b.pk = r.to_pk WHERE r.live = 1 AND a.live = 1 AND b.live = 1)
      SELECT (SELECT count(*) FROM live WHERE pk NOT IN (SELECT id FROM relationship_text_docsize))
        + (SELECT count(*) FROM relationship_text_docsize WHERE id NOT IN (SELECT pk FROM live))`,
    what: 'Relationships that the text index misses or should not hold',
    fix: 'Export and import the store to rebuild the index.',
  },
];

const consistency = (connection: Connection): Finding[] =>
  checks.map(({ sql, what, fix }) => {
    const count = connection.row<[number & Cell]>(sql)?.[0] ?? 0;
    return count === 0 ? ok(`${what}: none`) : { severity: 'error', what: `${what}: ${count}`, fix };
  });

export const inspectStore = (connection: Connection, path: string): readonly Finding[] => [
  integrity(connection),
  ok(`Schema version ${inspectSchema(connection)?.length ?? 0} of ${migrations.length}`),
  ...settings(connection),
  size(connection),
  ...consistency(connection),
  ...fileMode(path),
];
