import { statSync } from 'node:fs';
import type { Finding } from '../../src/storage/store.ts';
import { commonChecks, multiTenantChecks, singleTenantChecks } from './checks.ts';
import type { Connection } from './connection.ts';
import { migrations } from './migrations/index.ts';
import { inspectSchema } from './schema.ts';
import { isMultiTenant } from './shape.ts';

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

const consistency = (connection: Connection): Finding[] => {
  const own = isMultiTenant(connection) ? multiTenantChecks(connection) : singleTenantChecks;
  return [...commonChecks, ...own].map(({ sql, what, fix, severity = 'error' }) => {
    const count = sql.reduce((sum, each) => sum + (connection.row<[number]>(each)?.[0] ?? 0), 0);
    return count === 0 ? ok(`${what}: none`) : { severity, what: `${what}: ${count}`, fix };
  });
};

export const inspectStore = (connection: Connection, path: string): readonly Finding[] => [
  integrity(connection),
  ok(`Schema version ${inspectSchema(connection)?.length ?? 0} of ${migrations.length}`),
  ...settings(connection),
  size(connection),
  ...consistency(connection),
  ...fileMode(path),
];
