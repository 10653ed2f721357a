import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import { inList, listParameter } from './access.ts';
import { textPart } from './audiences.ts';
import type { Connection } from './connection.ts';
import { type Condition, filterCondition, filtersByStateOnly } from './filter.ts';
import { matchOf } from './match.ts';
import { memoriesByRow } from './memories.ts';
import { rankedInPart } from './rank-part.ts';
import { rankedRelationships } from './rank-relationships.ts';
import { relationshipsByRow } from './relationships.ts';
import { noTenant, numberOf } from './tenants.ts';
import { memoryIndex, type Ranked, ranked, relationshipIndex } from './text-index.ts';

interface Found<Item> {
  readonly item: Item;
  readonly score: number;
}

const byRank = <Item extends { readonly id: string }>(a: Found<Item>, b: Found<Item>): number =>
  a.score - b.score || (a.item.id < b.item.id ? -1 : 1);

const best = <Item extends { readonly id: string }>(
  rows: readonly Ranked[],
  items: ReadonlyMap<number, Item>,
  limit: number,
): Found<Item>[] =>
  rows
    .flatMap(([pk, score]) => {
      const item = items.get(pk);
      return item === undefined ? [] : [{ item, score }];
    })
    .sort(byRank)
    .slice(0, limit);

const keysOf = (rows: readonly Ranked[]): number[] => rows.map(([pk]) => pk);

/** Where all that the index holds is in scope, its own numbers are right; else the ranking is worked out for the part that is. */
const rankedMemories = (
  connection: Connection,
  scope: TenantScope,
  query: TextQuery,
  filter: Condition | null,
  limit: number,
): readonly Ranked[] => {
  const match = matchOf(query);
  const tenantNo = numberOf(connection, scope);
  if (match === null || tenantNo === noTenant) return [];
  const index = memoryIndex(tenantNo);
  if (scope.tenant === null) return ranked(connection, index, match, filter, limit);
  const part = textPart(connection, scope);
  return part.whole
    ? ranked(connection, index, match, filter, limit)
    : rankedInPart(connection, index, part, query, match, filter, limit);
};

export const searchMemories = (
  connection: Connection,
  scope: TenantScope,
  query: TextQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] => {
  if (limit < 1 || matchOf(query) === null) return [];
  const whole = filtersByStateOnly(filter) && filter.state !== 'trashed';
  return connection.read(() => {
    const rows = rankedMemories(connection, scope, query, whole ? null : filterCondition(scope, filter), limit);
    const found = best(rows, memoriesByRow(connection, scope, keysOf(rows)), limit);
    return found.map(({ item, score }) => ({ memory: item, score: -score }));
  });
};

export const searchRelationships = (
  connection: Connection,
  scope: TenantScope,
  query: TextQuery,
  types: readonly RelationshipType[] | null,
  limit: number,
): readonly Relationship[] => {
  const match = matchOf(query);
  if (match === null || limit < 1) return [];
  const filter = types === null ? null : { sql: `r.type IN ${inList}`, params: [listParameter(types)] };
  return connection.read(() => {
    const tenantNo = numberOf(connection, scope);
    if (tenantNo === noTenant) return [];
    const rows =
      scope.tenant === null || textPart(connection, scope).whole
        ? ranked(connection, relationshipIndex(tenantNo), match, filter, limit)
        : rankedRelationships(connection, scope, relationshipIndex(tenantNo), query, types);
    return best(rows, relationshipsByRow(connection, scope, keysOf(rows)), limit).map(({ item }) => item);
  });
};
