import { singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { GraphStore } from '../../src/storage/store.ts';

/** Never run. The type checker proves that only `src/auth/policy.ts` can give a store its first argument. */
export const refusedScopes = async (store: GraphStore, tenant: TenantId): Promise<void> => {
  await store.memories(singleTenantScope, [], 'live');
  // @ts-expect-error a name is no scope
  await store.memories('acme', [], 'live');
  // @ts-expect-error nor is a tenant's id
  await store.memories(tenant, [], 'live');
  // @ts-expect-error nor an object of the same shape
  await store.memories({ tenant }, [], 'live');
  // @ts-expect-error nor one that says it means all
  await store.memories({ tenant: null }, [], 'live');
  // @ts-expect-error nor none at all
  await store.memories(undefined, [], 'live');
  // @ts-expect-error an id is no other kind of id
  await store.memories(singleTenantScope, [tenant], 'live');
};
