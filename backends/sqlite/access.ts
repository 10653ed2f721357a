import { granted, readClauses } from '../../src/domain/access.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Cell } from './connection.ts';

/** A list as one parameter, for `inList`. */
export const listParameter = (values: readonly string[]): string => JSON.stringify(values);
export const inList = '(SELECT value FROM json_each(?))';

/** How a scope narrows a statement: not at all, to its tenant, or further to what the read rule lets through. */
type Reach = 'store' | 'tenant' | 'caller';

const reachOf = (scope: TenantScope): Reach => {
  if (scope.tenant === null) return 'store';
  return scope.role === 'maintenance' ? 'tenant' : 'caller';
};

const columns = {
  teamId: 'context_team_id',
  projectPath: 'context_project_path',
  createdBy: 'context_created_by',
} as const;

type Clause = (typeof readClauses)[number];

/** One clause of the read rule over memory `name`; where it asks for more than the visibility, it takes what was granted as a list. */
export const clauseSql = (name: string, { visibility, needs }: Clause): string => {
  const seen = `${name}.context_visibility = '${visibility}'`;
  return needs === null ? seen : `${seen} AND ${name}.${columns[needs.field]} IN ${inList}`;
};

const clauses = (name: string): string => readClauses.map((clause) => clauseSql(name, clause)).join(' OR ');

/** `audienceOf` over memory `name`; empty where nobody reads it. */
export const audienceSql = (name: string): string => {
  const cases = readClauses.map(({ visibility, needs }) => {
    const value = needs === null ? '' : ` || ':' || ${name}.${columns[needs.field]}`;
    return `WHEN '${visibility}' THEN '${visibility}'${value}`;
  });
  return `coalesce(CASE ${name}.context_visibility ${cases.join(' ')} END, '')`;
};

/** Conditions that a statement takes up behind others, `… AND …`; of the whole store they say nothing. */
export interface Narrowing {
  /** Nothing is left out. */
  readonly all: boolean;
  /**
   * The scope may read the memory of this name, as it stands, live or not. Takes `readParams`. With a plus sign before the name it does
   * not lead the planner to an index.
   */
  readonly read: (name: string) => string;
  /** The column names the scope's tenant. Takes `tenantParams`. A plus sign says the same. */
  readonly tenant: (column: string) => string;
}

const ofTenant = (column: string): string => ` AND ${column} = ?`;
const tenantOf = (name: string): string => ofTenant(`${name}.context_tenant_id`);

const narrowings: Readonly<Record<Reach, Narrowing>> = {
  store: { all: true, read: () => '', tenant: () => '' },
  tenant: { all: false, read: tenantOf, tenant: ofTenant },
  caller: { all: false, read: (name) => `${tenantOf(name)} AND (${clauses(name)})`, tenant: ofTenant },
};

export const narrowing = (scope: TenantScope): Narrowing => narrowings[reachOf(scope)];

/** A statement in each of its forms, put together once. */
export const narrowed = (write: (narrow: Narrowing) => string): ((scope: TenantScope) => string) => {
  const forms: Readonly<Record<Reach, string>> = {
    store: write(narrowings.store),
    tenant: write(narrowings.tenant),
    caller: write(narrowings.caller),
  };
  return (scope) => forms[reachOf(scope)];
};

export const tenantParams = ({ tenant }: TenantScope): readonly Cell[] => (tenant === null ? [] : [tenant]);

const known = new WeakMap<TenantScope, readonly Cell[]>();

export const readParams = (scope: TenantScope): readonly Cell[] => {
  if (scope.tenant === null || scope.role === 'maintenance') return tenantParams(scope);
  const there = known.get(scope);
  if (there !== undefined) return there;
  const lists = readClauses.flatMap(({ needs }) =>
    needs === null ? [] : [listParameter(granted(scope, needs.grant))],
  );
  const params = [scope.tenant, ...lists];
  known.set(scope, params);
  return params;
};
