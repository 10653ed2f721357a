import type { TenantScope } from '../../src/domain/scope.ts';
import type { WriteBatch } from '../../src/storage/batch.ts';
import type { Connection } from './connection.ts';

/** Whoever writes, in the transaction of one batch. */
export interface Writer {
  readonly connection: Connection;
  readonly scope: TenantScope;
  readonly batch: WriteBatch;
  /** Of the scope's tenant; null in single-tenant mode. */
  readonly tenantNo: number | null;
}
