import { type KindCounts, type ScopedKind, scopedKinds } from '../../../src/storage/migration.ts';
import type { Connection } from '../connection.ts';

const places: Readonly<Record<ScopedKind, readonly [table: string, tenant: string]>> = {
  memory: ['memory', 'context_tenant_id'],
  relationship: ['relationship', 'tenant_id'],
  change: ['change_log', 'tenant_id'],
  key: ['idempotency_key', 'tenant_id'],
};

const countBy = (connection: Connection, where: (tenant: string) => string): KindCounts =>
  Object.fromEntries(
    scopedKinds.map((kind) => {
      const [table, tenant] = places[kind];
      return [kind, connection.row<[number]>(`SELECT count(*) FROM ${table}${where(tenant)}`)?.[0] ?? 0];
    }),
  ) as KindCounts;

export const countKinds = (connection: Connection): { all: KindCounts; unscoped: KindCounts } => {
  const all = countBy(connection, () => '');
  const scoped = countBy(connection, (tenant) => ` WHERE ${tenant} IS NOT NULL`);
  const unscoped = Object.fromEntries(scopedKinds.map((kind) => [kind, all[kind] - scoped[kind]])) as KindCounts;
  return { all, unscoped };
};
