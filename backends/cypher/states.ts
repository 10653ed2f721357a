import type { MemoryId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Guard, IdempotencyRecord, IndexState } from '../../src/storage/batch.ts';
import type { Dialect } from './dialect.ts';
import { keyOf } from './keys.ts';

/** A key belongs to the user who used it. */
export const keyName = (scope: TenantScope, key: string): string =>
  `key/${JSON.stringify([scope.tenant === null ? null : scope.user, key])}`;
export const guardName = (guard: Guard): string => `guard/${guard}`;
export const indexStateName = 'index';

const stateOf = async (dialect: Dialect, scope: TenantScope, name: string): Promise<string | null> => {
  const [row] = await dialect.read({
    text: 'MATCH (s:State {key: $key}) RETURN s.value AS value',
    parameters: { key: keyOf(scope.tenant, name) },
  });
  return row === undefined ? null : String(row.value);
};

export const idempotencyRecord = async (
  dialect: Dialect,
  scope: TenantScope,
  key: string,
): Promise<IdempotencyRecord | null> => {
  const value = await stateOf(dialect, scope, keyName(scope, key));
  return value === null ? null : (JSON.parse(value) as IdempotencyRecord);
};

export const guardRevision = async (dialect: Dialect, scope: TenantScope, guard: Guard): Promise<number> =>
  Number((await stateOf(dialect, scope, guardName(guard))) ?? 0);

export const indexState = async (dialect: Dialect, scope: TenantScope): Promise<IndexState> => {
  const value = await stateOf(dialect, scope, indexStateName);
  return value === null ? { version: 0, through: null as MemoryId | null } : (JSON.parse(value) as IndexState);
};
