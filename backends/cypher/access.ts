import { audiencesOf } from '../../src/domain/access.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Parameters } from './values.ts';

/**
 * The read rule over the node `name`, as conditions that must all hold. In single-tenant mode that is what has no tenant: copies that a
 * migration makes for one are in the same database. A memory keeps its `audience`, which
 * `audienceOf` makes of the clauses of the rule: one comparison, where the clauses themselves take a planner seconds for several nodes.
 */
export const readable = (scope: TenantScope, name: string): readonly string[] => {
  if (scope.tenant === null) return [`${name}.context_tenant_id IS NULL`];
  const tenant = `${name}.context_tenant_id = $tenant`;
  // What has no audience is in no list.
  return audiencesOf(scope) === null ? [tenant] : [tenant, `${name}.audience IN $audiences`];
};

/** What `readable` refers to. */
export const accessParameters = (scope: TenantScope): Parameters => {
  if (scope.tenant === null) return {};
  const audiences = audiencesOf(scope);
  return audiences === null ? { tenant: scope.tenant } : { tenant: scope.tenant, audiences };
};
