import type { TenantScope } from '../../src/domain/scope.ts';
import type { Facet, FacetCount, Statistics } from '../../src/storage/query.ts';
import { narrowed, readParams, tenantParams } from './access.ts';
import { type Connection, limited } from './connection.ts';
import type { Condition } from './filter.ts';
import { readableSet } from './readable-set.ts';

type Count = [value: string, count: number];

/** Of live memories, in single-tenant mode. One row for each memory that has the value. */
const wholeValues: Readonly<Record<Facet, string>> = {
  tags: `SELECT tag AS value FROM memory_tag WHERE memory_pk NOT IN (SELECT pk FROM memory WHERE live = 0)`,
  projects: `SELECT context_project_path AS value FROM memory WHERE live = 1 AND context_project_path IS NOT NULL`,
  types: `SELECT type AS value FROM memory WHERE live = 1`,
  languages: `SELECT DISTINCT memory.pk, value FROM memory, json_each(memory.context_languages) WHERE live = 1`,
  frameworks: `SELECT DISTINCT memory.pk, value FROM memory, json_each(memory.context_frameworks) WHERE live = 1`,
  teams: `SELECT context_team_id AS value FROM memory WHERE live = 1 AND context_visibility = 'team' AND context_team_id IS NOT NULL`,
};

const teamsSql = narrowed(({ read }) => `${wholeValues.teams}${read('memory')}`);

/** The same of what the scope may read. */
const valuesOf = (scope: TenantScope, facet: Facet): Condition => {
  if (scope.tenant === null) return { sql: wholeValues[facet], params: [] };
  const memories = readableSet(scope, 'pk');
  switch (facet) {
    case 'tags':
      return {
        sql: `SELECT tag AS value FROM memory_tag WHERE tenant_id = ? AND memory_pk IN (${memories.sql})`,
        params: [scope.tenant, ...memories.params],
      };
    case 'teams':
      return { sql: teamsSql(scope), params: readParams(scope) };
    case 'projects': {
      const { sql, params } = readableSet(scope, 'context_project_path');
      return { sql: `SELECT context_project_path AS value FROM (${sql}) WHERE value IS NOT NULL`, params };
    }
    case 'types': {
      const { sql, params } = readableSet(scope, 'type');
      return { sql: `SELECT type AS value FROM (${sql})`, params };
    }
    case 'languages':
    case 'frameworks':
      return {
        sql: `SELECT DISTINCT memory.pk, value FROM memory, json_each(memory.context_${facet}) WHERE memory.pk IN (${memories.sql})`,
        params: memories.params,
      };
  }
};

export const facetQuery = (scope: TenantScope, facet: Facet): Condition => {
  const { sql, params } = valuesOf(scope, facet);
  return {
    sql: `SELECT value, count(*) AS count FROM (${sql})
    WHERE lower(substr(value, 1, length(?))) = lower(?) GROUP BY value ORDER BY count DESC, value ${limited}`,
    params,
  };
};

export const facetCounts = (
  connection: Connection,
  scope: TenantScope,
  facet: Facet,
  prefix: string,
  limit: number,
): readonly FacetCount[] => {
  const { sql, params } = facetQuery(scope, facet);
  return connection.rows<Count>(sql, [...params, prefix, prefix, limit]).map(([value, count]) => ({ value, count }));
};

const wholeTotals = `SELECT
  (SELECT count(*) FROM memory WHERE live = 1),
  (SELECT count(*) FROM memory WHERE live = 0)`;
const wholeTypes = 'SELECT type, count(*) FROM memory WHERE live = 1 GROUP BY type';
const wholeRelationshipTypes = `SELECT type, count(*) FROM relationship WHERE live = 1
  AND from_pk NOT IN (SELECT pk FROM memory WHERE live = 0)
  AND to_pk NOT IN (SELECT pk FROM memory WHERE live = 0) GROUP BY type`;

const trashSql = narrowed(({ read }) => `SELECT count(*) FROM memory WHERE live = 0${read('memory')}`);

export const totalsQuery = (scope: TenantScope): Condition => {
  if (scope.tenant === null) return { sql: wholeTotals, params: [] };
  const { sql, params } = readableSet(scope, 'pk');
  return {
    sql: `SELECT (SELECT count(*) FROM (${sql})), (${trashSql(scope)})`,
    params: [...params, ...readParams(scope)],
  };
};

const typesQuery = (scope: TenantScope): Condition => {
  if (scope.tenant === null) return { sql: wholeTypes, params: [] };
  const { sql, params } = readableSet(scope, 'type');
  return { sql: `SELECT type, count(*) FROM (${sql}) GROUP BY type`, params };
};

export const relationshipTypesQuery = (scope: TenantScope): Condition => {
  if (scope.tenant === null) return { sql: wholeRelationshipTypes, params: [] };
  const { sql, params } = readableSet(scope, 'pk');
  return {
    sql: `WITH seen (pk) AS MATERIALIZED (${sql})
  SELECT type, count(*) FROM seen CROSS JOIN relationship r ON r.from_pk = seen.pk
  WHERE r.live = 1 AND +r.tenant_id = ? AND +r.to_pk IN (SELECT pk FROM seen) GROUP BY type`,
    params: [...params, ...tenantParams(scope)],
  };
};

export const statistics = (connection: Connection, scope: TenantScope, top: number): Statistics =>
  connection.read(() => {
    const rows = <Row extends Count | [number, number]>({ sql, params }: Condition): readonly Row[] =>
      connection.rows<Row>(sql, params);
    const [[memories, trashed] = [0, 0]] = rows<[number, number]>(totalsQuery(scope));
    const byRelationshipType = rows<Count>(relationshipTypesQuery(scope));
    return {
      memories,
      trashed,
      relationships: byRelationshipType.reduce((sum, [, count]) => sum + count, 0),
      byType: Object.fromEntries(rows<Count>(typesQuery(scope))),
      byRelationshipType: Object.fromEntries(byRelationshipType),
      tags: facetCounts(connection, scope, 'tags', '', top),
      projects: facetCounts(connection, scope, 'projects', '', top),
    };
  });
