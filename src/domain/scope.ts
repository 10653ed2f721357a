import type { TenantId } from './ids.ts';

declare const brand: unique symbol;

/**
 * What a caller may touch, decided once in `auth/policy.ts`, which alone can make one.
 * A store method without a scope does not compile. `tenant: null` is single-tenant mode: the scope that means all.
 */
export interface TenantScope {
  readonly [brand]: 'TenantScope';
  readonly tenant: TenantId | null;
}
