import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { IdempotencyRecord } from '../../src/storage/batch.ts';
import type { Connection } from './connection.ts';

const rememberSql = `INSERT INTO idempotency_key (key, fingerprint, answer, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO NOTHING`;
const rememberScopedSql = `INSERT INTO idempotency_key (key, fingerprint, answer, at, tenant_id, user_id)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, user_id, key) DO NOTHING`;
const recordSql = 'SELECT fingerprint, answer, at FROM idempotency_key WHERE key = ?';
export const scopedRecordSql = `SELECT fingerprint, answer, at FROM idempotency_key
  WHERE key = ? AND tenant_id = ? AND user_id = ?`;

const owner = (scope: TenantScope): string[] => (scope.tenant === null ? [] : [scope.tenant, scope.user]);

export const rememberKey = (
  connection: Connection,
  scope: TenantScope,
  key: string,
  { fingerprint, answer, at }: IdempotencyRecord,
): void => {
  const sql = scope.tenant === null ? rememberSql : rememberScopedSql;
  const { changes } = connection.run(sql, [key, fingerprint, JSON.stringify(answer), at, ...owner(scope)]);
  if (changes === 0) {
    throw new AppError('duplicate', 'This idempotency key was used before.', {
      details: { entity: 'idempotency_key' },
    });
  }
};

export const idempotencyRecord = (
  connection: Connection,
  scope: TenantScope,
  key: string,
): IdempotencyRecord | null => {
  const sql = scope.tenant === null ? recordSql : scopedRecordSql;
  const row = connection.row<[string, string, number]>(sql, [key, ...owner(scope)]);
  return row === undefined ? null : { fingerprint: row[0], answer: JSON.parse(row[1]), at: row[2] };
};
