import type { TenantScope } from '../../src/domain/scope.ts';
import type { MemoryFilter, MemoryState } from '../../src/storage/query.ts';
import { inList, listParameter, narrowing, readParams, tenantParams } from './access.ts';
import type { Cell } from './connection.ts';

/** Conditions that must all hold, over memory `m`. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly Cell[];
}

type Part = readonly [sql: string, ...params: Cell[]];

const inListAnyCase = '(SELECT lower(value) FROM json_each(?))';

const stateSql: Readonly<Record<MemoryState, string>> = { live: 'm.live = 1', trashed: 'm.live = 0', any: '1' };

const tagged = ({ values, mode }: NonNullable<MemoryFilter['tags']>, scope: TenantScope): Part => {
  const wanted = [...new Set(values)];
  if (wanted.length === 0) return ['0'];
  const having = mode === 'all' ? ` GROUP BY memory_pk HAVING count(*) = ${wanted.length}` : '';
  const own = narrowing(scope).tenant('tenant_id');
  return [
    `m.pk IN (SELECT memory_pk FROM memory_tag WHERE tag IN ${inList}${own}${having})`,
    listParameter(wanted),
    ...tenantParams(scope),
  ];
};

const listed = (column: string, values: readonly string[]): Part => [
  `EXISTS (SELECT 1 FROM json_each(m.${column}) WHERE lower(json_each.value) IN ${inListAnyCase})`,
  listParameter(values),
];

const related = (types: readonly string[], scope: TenantScope): Part => {
  const { tenant, read } = narrowing(scope);
  const side = (own: string, other: string): string =>
    `EXISTS (SELECT 1 FROM relationship r JOIN memory o ON o.pk = r.${other}
      WHERE r.${own} = m.pk AND r.live = 1 AND r.type IN ${inList} AND o.live = 1${tenant('r.tenant_id')}${read('+o')})`;
  const params = [listParameter(types), ...tenantParams(scope), ...readParams(scope)];
  return [`(${side('from_pk', 'to_pk')} OR ${side('to_pk', 'from_pk')})`, ...params, ...params];
};

const negated = ([sql, ...params]: Part): Part => [`NOT ${sql}`, ...params];

type Values = Required<Omit<MemoryFilter, 'state'>>;

/** One entry for each part of a filter but its state; a new part that is forgotten here does not compile. */
const parts: { readonly [Key in keyof Values]: (value: Values[Key], scope: TenantScope) => Part } = {
  ids: (ids) => [`m.id IN ${inList}`, listParameter(ids)],
  types: (types) => [`m.type IN ${inList}`, listParameter(types)],
  tags: tagged,
  projects: (projects) => [`m.context_project_path IN ${inList}`, listParameter(projects)],
  languages: (languages) => listed('context_languages', languages),
  frameworks: (frameworks) => listed('context_frameworks', frameworks),
  minImportance: (least) => ['m.importance >= ?', least],
  minConfidence: (least) => ['m.confidence >= ?', least],
  createdAfter: (at) => ['m.created_at >= ?', at],
  createdBefore: (at) => ['m.created_at < ?', at],
  updatedAfter: (at) => ['m.updated_at >= ?', at],
  deletedBefore: (at) => ['m.deleted_at < ?', at],
  relatedBy: related,
  notRelatedBy: (types, scope) => negated(related(types, scope)),
};

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const partOf = <Key extends keyof Values>(key: Key, filter: Partial<Values>, scope: TenantScope): Part | null => {
  const value = filter[key];
  if (value === undefined) return null;
  return isEmptyList(value) ? ['0'] : parts[key](value as Values[Key], scope);
};

const partKeys = Object.keys(parts) as (keyof Values)[];

/** Whether any memory in the right state passes. */
export const filtersByStateOnly = (filter: MemoryFilter): boolean => partKeys.every((key) => filter[key] === undefined);

/** What passes, of what the scope may read. */
export const filterCondition = (scope: TenantScope, filter: MemoryFilter): Condition => {
  // Tags are fewer than the memories of a tenant, which the planner cannot know.
  const read = narrowing(scope).read(filter.tags === undefined ? 'm' : '+m');
  const all: Part[] = [[`${stateSql[filter.state ?? 'live']}${read}`, ...readParams(scope)]];
  for (const key of partKeys) {
    const part = partOf(key, filter, scope);
    if (part !== null) all.push(part);
  }
  return { sql: all.map(([sql]) => sql).join(' AND '), params: all.flatMap(([, ...params]) => params) };
};
