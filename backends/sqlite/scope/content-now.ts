import type { TenantId } from '../../../src/domain/ids.ts';
import type { ScopedKind } from '../../../src/storage/migration.ts';
import { inList, listParameter } from '../access.ts';
import type { Cell, Connection } from '../connection.ts';
import { contentHash, keyContent, memoryContent, relationshipContent, selection } from './content.ts';

const statements: Readonly<Partial<Record<ScopedKind, string>>> = {
  memory: `SELECT r.id, r.version, ${selection(memoryContent, 'r')} FROM memory r
    WHERE r.id IN ${inList} AND coalesce(r.context_tenant_id, ?) = ?`,
  relationship: `SELECT r.id, r.version, ${selection(relationshipContent, 'r')} FROM relationship r
    WHERE r.id IN ${inList} AND coalesce(r.tenant_id, ?) = ?`,
  key: `SELECT CAST(r.rowid AS TEXT), 0, ${selection(keyContent, 'r')} FROM idempotency_key r
    WHERE r.rowid IN ${inList} AND coalesce(r.tenant_id, ?) = ?`,
};

/** By key, of those that are there still. */
export const contentNow = (
  connection: Connection,
  kind: ScopedKind,
  keys: readonly string[],
  tenant: TenantId,
): ReadonlyMap<string, { content: string; version: number }> => {
  const sql = statements[kind];
  if (sql === undefined || keys.length === 0) return new Map();
  const list = kind === 'key' ? JSON.stringify(keys.map(Number)) : listParameter(keys);
  return new Map(
    connection
      .rows<[string, number, ...Cell[]]>(sql, [list, tenant, tenant])
      .map(([key, version, ...cells]) => [key, { version, content: contentHash(cells).toString('hex') }]),
  );
};
