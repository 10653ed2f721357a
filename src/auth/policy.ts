import type { TenantScope } from '../domain/scope.ts';

/** Single-tenant mode: everything in the store belongs to whoever runs the server. */
export const singleTenantScope: TenantScope = Object.freeze({ tenant: null }) as TenantScope;
