import type { TenantScope } from '../../src/domain/scope.ts';
import type { Facet, FacetCount, Statistics } from '../../src/storage/query.ts';
import { type Narrowing, narrowed, narrowing, readParams, tenantParams } from './access.ts';
import type { Cell, Connection } from './connection.ts';

type Count = [value: string, count: number];

/** Values of live memories, one row for each memory that has it. */
const ofMemories =
  (selection: string, from = 'memory', where = ''): ((narrow: Narrowing) => string) =>
  ({ read }) =>
    `SELECT ${selection} FROM ${from} WHERE live = 1${where}${read('memory')}`;

const valuesSql: Readonly<Record<Facet, (narrow: Narrowing) => string>> = {
  tags: ({ all, tenant, read }) =>
    all
      ? `SELECT tag AS value FROM memory_tag WHERE memory_pk NOT IN (SELECT pk FROM memory WHERE live = 0)`
      : `SELECT tag AS value FROM memory_tag WHERE memory_pk IN (SELECT pk FROM memory WHERE live = 1${read('memory')})${tenant('tenant_id')}`,
  projects: ofMemories('context_project_path AS value', 'memory', ' AND context_project_path IS NOT NULL'),
  types: ofMemories('type AS value'),
  languages: ofMemories('DISTINCT memory.pk, value', 'memory, json_each(memory.context_languages)'),
  frameworks: ofMemories('DISTINCT memory.pk, value', 'memory, json_each(memory.context_frameworks)'),
  teams: ofMemories(
    'context_team_id AS value',
    'memory',
    " AND context_visibility = 'team' AND context_team_id IS NOT NULL",
  ),
};

const valueParams = (scope: TenantScope, facet: Facet): readonly Cell[] =>
  facet === 'tags' ? [...readParams(scope), ...tenantParams(scope)] : readParams(scope);

export const facetSql = (scope: TenantScope, facet: Facet): string =>
  `SELECT value, count(*) AS count FROM (${valuesSql[facet](narrowing(scope))})
    WHERE lower(substr(value, 1, length(?))) = lower(?) GROUP BY value ORDER BY count DESC, value LIMIT ?`;

export const facetCounts = (
  connection: Connection,
  scope: TenantScope,
  facet: Facet,
  prefix: string,
  limit: number,
): readonly FacetCount[] =>
  connection
    .rows<Count>(facetSql(scope, facet), [...valueParams(scope, facet), prefix, prefix, limit])
    .map(([value, count]) => ({ value, count }));

const totalsSql = narrowed(
  ({ read }) => `SELECT
  (SELECT count(*) FROM memory WHERE live = 1${read('memory')}),
  (SELECT count(*) FROM memory WHERE live = 0${read('memory')})`,
);

const byTypeSql = narrowed(
  ({ read }) => `SELECT type, count(*) FROM memory WHERE live = 1${read('memory')} GROUP BY type`,
);

/** The trash is short, and what a scope may read is not, so that each is told from its shorter side. */
const byRelationshipTypeSql = narrowed(({ all, tenant, read }) => {
  const ends = all
    ? 'NOT IN (SELECT pk FROM memory WHERE live = 0)'
    : `IN (SELECT pk FROM memory WHERE live = 1${read('memory')})`;
  return `SELECT type, count(*) FROM relationship WHERE live = 1${tenant('tenant_id')}
  AND from_pk ${ends}
  AND to_pk ${ends} GROUP BY type`;
});

export const statistics = (connection: Connection, scope: TenantScope, top: number): Statistics =>
  connection.read(() => {
    const read = readParams(scope);
    const [memories = 0, trashed = 0] = connection.row<[number, number]>(totalsSql(scope), [...read, ...read]) ?? [];
    const byRelationshipType = connection.rows<Count>(byRelationshipTypeSql(scope), [
      ...tenantParams(scope),
      ...read,
      ...read,
    ]);
    return {
      memories,
      trashed,
      relationships: byRelationshipType.reduce((sum, [, count]) => sum + count, 0),
      byType: Object.fromEntries(connection.rows<Count>(byTypeSql(scope), read)),
      byRelationshipType: Object.fromEntries(byRelationshipType),
      tags: facetCounts(connection, scope, 'tags', '', top),
      projects: facetCounts(connection, scope, 'projects', '', top),
    };
  });
