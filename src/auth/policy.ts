import { everyone } from '../domain/access.ts';
import type { TenantId } from '../domain/ids.ts';
import type { CallerScope, Principal, TenantScope, WholeStore } from '../domain/scope.ts';

const sortedOnce = (values: readonly string[]): readonly string[] => Object.freeze([...new Set(values)].sort());

const seal = <Scope extends TenantScope>(facts: Omit<Scope, keyof WholeStore> & Pick<Scope, 'tenant'>): Scope =>
  Object.freeze(facts) as unknown as Scope;

/** Single-tenant mode: everything in the store belongs to whoever runs the server. */
export const singleTenantScope: WholeStore = seal<WholeStore>({ tenant: null });

export const scopeOf = ({ tenant, user, teams, projects, role }: Principal): CallerScope =>
  seal<CallerScope>({ tenant, user, teams: sortedOnce([...teams, everyone]), projects: sortedOnce(projects), role });

/** For the server's own upkeep of one tenant; an answer to a caller is never made with it. */
export const maintenanceScope = (tenant: TenantId): CallerScope =>
  seal<CallerScope>({ tenant, user: '_maintenance', teams: [], projects: [], role: 'maintenance' });
