import type { TenantId } from '../../src/domain/ids.ts';
import type { Facet, FacetCount, Statistics } from '../../src/storage/query.ts';
import type { TenantCount } from '../../src/storage/store.ts';
import type { Connection } from './connection.ts';

type Count = [value: string, count: number];

/** Values of live memories, one row for each memory that has it. */
const valuesSql: Readonly<Record<Facet, string>> = {
  tags: `SELECT tag AS value FROM memory_tag WHERE memory_pk NOT IN (SELECT pk FROM memory WHERE live = 0)`,
  projects: `SELECT context_project_path AS value FROM memory WHERE live = 1 AND context_project_path IS NOT NULL`,
  types: `SELECT type AS value FROM memory WHERE live = 1`,
  languages: `SELECT DISTINCT memory.pk, value FROM memory, json_each(memory.context_languages) WHERE live = 1`,
  frameworks: `SELECT DISTINCT memory.pk, value FROM memory, json_each(memory.context_frameworks) WHERE live = 1`,
  teams: `SELECT context_team_id AS value FROM memory WHERE live = 1 AND context_visibility = 'team' AND context_team_id IS NOT NULL`,
};

const facetSql = (facet: Facet): string =>
  `SELECT value, count(*) AS count FROM (${valuesSql[facet]})
    WHERE lower(substr(value, 1, length(?))) = lower(?) GROUP BY value ORDER BY count DESC, value LIMIT ?`;

export const facetCounts = (
  connection: Connection,
  facet: Facet,
  prefix: string,
  limit: number,
): readonly FacetCount[] =>
  connection.rows<Count>(facetSql(facet), [prefix, prefix, limit]).map(([value, count]) => ({ value, count }));

const totalsSql = `SELECT
  (SELECT count(*) FROM memory WHERE live = 1),
  (SELECT count(*) FROM memory WHERE live = 0)`;

const byTypeSql = 'SELECT type, count(*) FROM memory WHERE live = 1 GROUP BY type';

const byRelationshipTypeSql = `SELECT type, count(*) FROM relationship WHERE live = 1
  AND from_pk NOT IN (SELECT pk FROM memory WHERE live = 0)
  AND to_pk NOT IN (SELECT pk FROM memory WHERE live = 0) GROUP BY type`;

export const statistics = (connection: Connection, top: number): Statistics =>
  connection.read(() => {
    const [memories = 0, trashed = 0] = connection.row<[number, number]>(totalsSql) ?? [];
    const byRelationshipType = connection.rows<Count>(byRelationshipTypeSql);
    return {
      memories,
      trashed,
      relationships: byRelationshipType.reduce((sum, [, count]) => sum + count, 0),
      byType: Object.fromEntries(connection.rows<Count>(byTypeSql)),
      byRelationshipType: Object.fromEntries(byRelationshipType),
      tags: facetCounts(connection, 'tags', '', top),
      projects: facetCounts(connection, 'projects', '', top),
    };
  });

export const tenantCounts = (connection: Connection): readonly TenantCount[] =>
  connection
    .rows<[TenantId | null, number]>(
      'SELECT context_tenant_id, count(*) FROM memory GROUP BY context_tenant_id ORDER BY context_tenant_id',
    )
    .map(([tenant, memories]) => ({ tenant, memories }));
