import type { MemoryType } from '../../src/domain/memory.ts';
import type { RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Facet, FacetCount, Statistics } from '../../src/storage/query.ts';
import { accessParameters, readable } from './access.ts';
import type { Dialect } from './dialect.ts';
import { foldCase, where } from './filter.ts';
import { endConditions } from './relationships.ts';

/** One row for each memory that has a value. */
const valuesText: Readonly<Record<Facet, string>> = {
  tags: 'UNWIND m.tags AS v WITH m.key AS k, v',
  projects: 'WITH m.key AS k, m.context_project_path AS v',
  types: 'WITH m.key AS k, m.type AS v',
  languages: 'UNWIND m.context_languages AS v WITH m.key AS k, v',
  frameworks: 'UNWIND m.context_frameworks AS v WITH m.key AS k, v',
  teams: "WITH m.key AS k, CASE WHEN m.context_visibility = 'team' THEN m.context_team_id ELSE null END AS v",
};

const byCount = (a: FacetCount, b: FacetCount): number =>
  b.count - a.count || Buffer.compare(Buffer.from(a.value), Buffer.from(b.value));

/** Every value is counted, then the ones asked for are kept: only the client compares letters as the contract says. */
export const facetCounts = async (
  dialect: Dialect,
  scope: TenantScope,
  facet: Facet,
  prefix: string,
  limit: number,
): Promise<readonly FacetCount[]> => {
  const rows = await dialect.read({
    text: `MATCH (m:Memory)${where([...readable(scope, 'm'), 'm.live = true'])} ${valuesText[facet]}
      WITH v AS value, count(DISTINCT k) AS n WHERE value IS NOT NULL RETURN value AS value, n AS n`,
    parameters: accessParameters(scope),
  });
  const begin = foldCase(prefix);
  return rows
    .map(({ value, n }) => ({ value: String(value), count: Number(n) }))
    .filter(({ value }) => foldCase(value.slice(0, prefix.length)) === begin)
    .sort(byCount)
    .slice(0, limit);
};

const counted = <Name extends string>(
  rows: readonly { readonly [name: string]: unknown }[],
): Partial<Record<Name, number>> =>
  Object.fromEntries(rows.map(({ value, n }) => [value as Name, Number(n)])) as Partial<Record<Name, number>>;

export const statistics = async (dialect: Dialect, scope: TenantScope, top: number): Promise<Statistics> => {
  const parameters = accessParameters(scope);
  const mine = readable(scope, 'm');
  const [states, types, edges, tags, projects] = await Promise.all([
    dialect.read({ text: `MATCH (m:Memory)${where(mine)} RETURN m.live AS live, count(m) AS n`, parameters }),
    dialect.read({
      text: `MATCH (m:Memory)${where([...mine, 'm.live = true'])} RETURN m.type AS value, count(m) AS n`,
      parameters,
    }),
    dialect.read({
      text: `MATCH (a:Memory)-[e]->(b:Memory)${where(endConditions(scope, false))} RETURN type(e) AS value, count(e) AS n`,
      parameters,
    }),
    facetCounts(dialect, scope, 'tags', '', top),
    facetCounts(dialect, scope, 'projects', '', top),
  ]);
  const inState = (live: boolean): number => Number(states.find((row) => row.live === live)?.n ?? 0);
  const byRelationshipType = counted<RelationshipType>(edges);
  return {
    memories: inState(true),
    trashed: inState(false),
    relationships: Object.values(byRelationshipType).reduce((sum, n) => sum + n, 0),
    byType: counted<MemoryType>(types),
    byRelationshipType,
    tags,
    projects,
  };
};
