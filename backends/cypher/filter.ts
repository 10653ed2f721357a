import { relationshipTypes } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { MemoryFilter, MemoryState } from '../../src/storage/query.ts';
import { readable } from './access.ts';
import { keyOf } from './keys.ts';
import { type Parameters, Real, type Value } from './values.ts';

/** Conditions that must all hold, over the node `m`. */
export interface Condition {
  readonly parts: readonly string[];
  readonly parameters: Parameters;
  /** What follows the WHERE of `parts`: clauses after which `m`, and what was carried beside it, is left where the rest holds too. */
  readonly ties: string;
}

export const stateCondition = (state: MemoryState, name = 'm'): readonly string[] =>
  state === 'any' ? [] : [`${name}.live = ${state === 'live'}`];

/** ASCII letters alone, as the contract says. */
export const foldCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const typeList = (types: readonly string[]): string =>
  relationshipTypes.filter((type) => types.includes(type)).join('|');

/** ` WHERE …`, or nothing. */
export const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;

/**
 * Counted in clauses of their own: a list of what a pattern finds, asked for inside a WHERE, loses sight of `m` in some databases, and so
 * does a count right after an OPTIONAL MATCH. New names on the way keep every condition where it stands.
 */
const tie = (scope: TenantScope, types: readonly string[], wanted: string, carried: readonly string[]): string => {
  const other = ['o.live = true', ...readable(scope, 'o')];
  const away = carried.map((name) => `, ${name} AS kept_${name}`).join('');
  const back = carried.map((name) => `, kept_${name} AS ${name}`).join('');
  return ` OPTIONAL MATCH (m)-[e:${typeList(types)}]-(o:Memory)${where(other)}
    WITH m AS n, e AS tie${away} WITH n AS m, count(tie) AS ties${back} WHERE ties ${wanted}`;
};

type Values = Required<Omit<MemoryFilter, 'state' | 'relatedBy' | 'notRelatedBy'>>;
type Part = readonly [text: string, value?: Value];

const parts: { readonly [Key in keyof Values]: (value: Values[Key], scope: TenantScope) => Part } = {
  ids: (ids, { tenant }) => ['m.key IN $f_ids', ids.map((id) => keyOf(tenant, id))],
  types: (types) => ['m.type IN $f_types', types],
  tags: ({ values, mode }) => [`${mode}(tag IN $f_tags WHERE tag IN m.tags)`, [...new Set(values)]],
  projects: (projects) => ['m.context_project_path IN $f_projects', projects],
  languages: (names) => ['any(name IN $f_languages WHERE name IN m.folded_languages)', names.map(foldCase)],
  frameworks: (names) => ['any(name IN $f_frameworks WHERE name IN m.folded_frameworks)', names.map(foldCase)],
  minImportance: (least) => ['m.importance >= $f_minImportance', new Real(least)],
  minConfidence: (least) => ['m.confidence >= $f_minConfidence', new Real(least)],
  createdAfter: (at) => ['m.created_at >= $f_createdAfter', at],
  createdBefore: (at) => ['m.created_at < $f_createdBefore', at],
  updatedAfter: (at) => ['m.updated_at >= $f_updatedAfter', at],
  deletedBefore: (at) => ['m.deleted_at < $f_deletedBefore', at],
};

const isEmptyList = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length === 0
    : Array.isArray((value as { values?: unknown }).values) &&
      (value as { values: readonly unknown[] }).values.length === 0;

const partOf = <Key extends keyof Values>(key: Key, filter: Partial<Values>, scope: TenantScope): Part | null => {
  const value = filter[key];
  if (value === undefined) return null;
  return isEmptyList(value) ? ['false'] : parts[key](value as Values[Key], scope);
};

/** The memories that a filter is asked of, found by their keys where it names them: `IN` a list of keys is looked up by not every store. */
export const filteredMemories = (
  scope: TenantScope,
  { ids, ...filter }: MemoryFilter,
): Condition & { readonly start: string } => {
  if (ids === undefined || ids.length === 0) {
    return { start: 'MATCH (m:Memory)', ...filterCondition(scope, ids === undefined ? filter : { ...filter, ids }) };
  }
  const condition = filterCondition(scope, filter);
  const keys = [...new Set(ids)].map((id) => keyOf(scope.tenant, id));
  return {
    ...condition,
    start: 'UNWIND $f_ids AS f_key MATCH (m:Memory {key: f_key})',
    parameters: { ...condition.parameters, f_ids: keys },
  };
};

/** `carried` are variables beside `m` that what follows needs. */
export const filterCondition = (
  scope: TenantScope,
  filter: MemoryFilter,
  carried: readonly string[] = [],
): Condition => {
  const texts: string[] = [...readable(scope, 'm'), ...stateCondition(filter.state ?? 'live')];
  const parameters: Record<string, Value> = {};
  for (const key of Object.keys(parts) as (keyof Values)[]) {
    const part = partOf(key, filter, scope);
    if (part === null) continue;
    texts.push(part[0]);
    if (part[1] !== undefined) parameters[`f_${key}`] = part[1];
  }
  const { relatedBy, notRelatedBy } = filter;
  if (relatedBy?.length === 0 || notRelatedBy?.length === 0) texts.push('false');
  const ties = [
    relatedBy?.length ? tie(scope, relatedBy, '> 0', carried) : '',
    notRelatedBy?.length ? tie(scope, notRelatedBy, '= 0', carried) : '',
  ].join('');
  return { parts: texts, parameters, ties };
};
