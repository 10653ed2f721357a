import { granted, readClauses } from '../../src/domain/access.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Parameters } from './values.ts';

const columns = {
  teamId: 'context_team_id',
  projectPath: 'context_project_path',
  createdBy: 'context_created_by',
} as const;

/** The read rule over the node `name`, for a caller: true or false text in Cypher. Empty in single-tenant mode. */
export const readable = (scope: TenantScope, name: string): readonly string[] => {
  if (scope.tenant === null) return [];
  const tenant = `${name}.context_tenant_id = $tenant`;
  if (scope.role === 'maintenance') return [tenant];
  const clauses = readClauses.map(({ visibility, needs }) => {
    const is = `${name}.context_visibility = '${visibility}'`;
    // An empty list grants nothing: IN [] is false, and so is IN of what is absent.
    return needs === null ? is : `${is} AND ${name}.${columns[needs.field]} IN $granted_${needs.grant}`;
  });
  return [tenant, `(${clauses.map((clause) => `(${clause})`).join(' OR ')})`];
};

/** What `readable` refers to. */
export const accessParameters = (scope: TenantScope): Parameters => {
  if (scope.tenant === null) return {};
  if (scope.role === 'maintenance') return { tenant: scope.tenant };
  return {
    tenant: scope.tenant,
    granted_teams: granted(scope, 'teams'),
    granted_projects: granted(scope, 'projects'),
    granted_user: granted(scope, 'user'),
  };
};
