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
}

export const stateCondition = (state: MemoryState, name = 'm'): readonly string[] =>
  state === 'any' ? [] : [`${name}.live = ${state === 'live'}`];

/** ASCII letters alone, as the contract says. */
export const foldCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const typeList = (types: readonly string[]): string =>
  relationshipTypes.filter((type) => types.includes(type)).join('|');

const related = (scope: TenantScope, types: readonly string[]): string => {
  const other = ['o.live = true', ...readable(scope, 'o')].join(' AND ');
  return `size([(m)-[e:${typeList(types)}]-(o:Memory) WHERE ${other} | e.id]) > 0`;
};

type Values = Required<Omit<MemoryFilter, 'state'>>;
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
  relatedBy: (types, scope) => [related(scope, types)],
  notRelatedBy: (types, scope) => [`NOT (${related(scope, types)})`],
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

export const filterCondition = (scope: TenantScope, filter: MemoryFilter): Condition => {
  const texts: string[] = [...readable(scope, 'm'), ...stateCondition(filter.state ?? 'live')];
  const parameters: Record<string, Value> = {};
  for (const key of Object.keys(parts) as (keyof Values)[]) {
    const part = partOf(key, filter, scope);
    if (part === null) continue;
    texts.push(part[0]);
    if (part[1] !== undefined) parameters[`f_${key}`] = part[1];
  }
  return { parts: texts, parameters };
};

/** ` WHERE …`, or nothing. */
export const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
