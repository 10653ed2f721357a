import type { MemoryId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { Guard, IndexState } from '../../src/storage/batch.ts';
import { narrowed, tenantParams } from './access.ts';
import type { Connection } from './connection.ts';

const revisionSql = narrowed(({ tenant }) => `SELECT revision FROM guard WHERE name = ?${tenant('tenant_id')}`);
const moveSql =
  'INSERT INTO guard (name, revision) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision';
const moveScopedSql = `INSERT INTO guard (name, revision, tenant_id) VALUES (?, ?, ?)
  ON CONFLICT (tenant_id, name) DO UPDATE SET revision = excluded.revision`;

export const guardRevision = (connection: Connection, scope: TenantScope, guard: Guard): number =>
  connection.row<[number]>(revisionSql(scope), [guard, ...tenantParams(scope)])?.[0] ?? 0;

export const moveGuard = (connection: Connection, scope: TenantScope, guard: Guard, revision: number): void => {
  if (guardRevision(connection, scope, guard) !== revision) {
    throw new AppError('version_conflict', 'Somebody else wrote meanwhile. Try again.', { details: { guard } });
  }
  const sql = scope.tenant === null ? moveSql : moveScopedSql;
  connection.run(sql, [guard, revision + 1, ...tenantParams(scope)]);
};

const stateSql = 'SELECT version, through FROM index_state';
const scopedStateSql = 'SELECT version, through FROM index_state WHERE tenant_id = ?';

export const indexState = (connection: Connection, scope: TenantScope): IndexState => {
  const sql = scope.tenant === null ? stateSql : scopedStateSql;
  const [version = 0, through = null] = connection.row<[number, MemoryId | null]>(sql, tenantParams(scope)) ?? [];
  return { version, through };
};

export const setIndexState = (connection: Connection, scope: TenantScope, { version, through }: IndexState): void => {
  if (scope.tenant === null) {
    connection.run('DELETE FROM index_state');
    connection.run('INSERT INTO index_state (version, through) VALUES (?, ?)', [version, through]);
    return;
  }
  connection.run('DELETE FROM index_state WHERE tenant_id = ?', [scope.tenant]);
  connection.run('INSERT INTO index_state (version, through, tenant_id) VALUES (?, ?, ?)', [
    version,
    through,
    scope.tenant,
  ]);
};
