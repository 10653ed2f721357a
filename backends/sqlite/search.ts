import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import { fieldWeights, searchFields, type TextQuery } from '../../src/storage/search-document.ts';
import type { Connection } from './connection.ts';
import { type Condition, filterCondition, filtersByStateOnly, inList } from './filter.ts';
import { type Match, matchOf } from './match.ts';
import { memoriesByRow } from './memories.ts';
import { relationshipsByRow } from './relationships.ts';
import { listParameter } from './rows.ts';

/** A text index and the records its rows stand for. */
interface Searched {
  readonly index: string;
  /** In ascending order: bm25() of FTS5 is the smaller, the better. */
  readonly score: string;
  readonly record: string;
  readonly key: string;
}

const memories: Searched = {
  index: 'memory_text',
  score: `bm25(memory_text, ${searchFields.map((field) => fieldWeights[field]).join(', ')})`,
  record: 'memory',
  key: 'm',
};

const relationships: Searched = {
  index: 'relationship_text',
  score: 'bm25(relationship_text)',
  record: 'relationship',
  key: 'r',
};

const matching = (index: string, { expression, requirement }: Match): Condition =>
  requirement === null
    ? { sql: `${index} MATCH ?`, params: [expression] }
    : {
        sql: `${index} MATCH ? AND ${index}.rowid IN (SELECT rowid FROM ${index} WHERE ${index} MATCH ?)`,
        params: [expression, requirement],
      };

type Ranked = [pk: number, score: number];

/** Rows ranked past the limit, to see where the scores that equal the last one end. */
const tieMargin = 16;

/** The cut is made inside the text index, which knows no ids: rows of equal score are in any order. */
const cutSql = ({ index, score }: Searched, where: string): string =>
  `SELECT rowid, ${score} AS score FROM ${index} WHERE ${where} ORDER BY score LIMIT ?`;

/** The cross join makes the text index the outer loop. */
const orderedSql = ({ index, score, record, key }: Searched, where: string, filter: string): string =>
  `SELECT ${index}.rowid, ${score} AS score FROM ${index} CROSS JOIN ${record} ${key} ON ${key}.pk = ${index}.rowid
    WHERE ${where} AND ${filter} ORDER BY score, ${key}.id LIMIT ?`;

/** The best rows and all that score as the last of them, as long as they are few: the ids decide among these. */
const ranked = (
  connection: Connection,
  searched: Searched,
  match: Match,
  filter: Condition | null,
  limit: number,
): Ranked[] => {
  const { sql, params } = matching(searched.index, match);
  const ordered = (condition: Condition): Ranked[] =>
    connection.rows(orderedSql(searched, sql, condition.sql), [...params, ...condition.params, limit]);
  if (filter !== null) return ordered(filter);
  const rows = connection.rows<Ranked>(cutSql(searched, sql), [...params, limit + tieMargin]);
  const last = rows[limit - 1]?.[1];
  if (last === undefined) return rows;
  const beyond = rows.findIndex(([, score], index) => index >= limit && score !== last);
  if (beyond === -1 && rows.length === limit + tieMargin) {
    return ordered({ sql: `${searched.score} <= ?`, params: [last] });
  }
  return beyond === -1 ? rows : rows.slice(0, beyond);
};

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

export const searchMemories = (
  connection: Connection,
  query: TextQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] => {
  const match = matchOf(query);
  if (match === null || limit < 1) return [];
  const whole = filtersByStateOnly(filter) && filter.state !== 'trashed';
  return connection.read(() => {
    const rows = ranked(connection, memories, match, whole ? null : filterCondition(filter), limit);
    const found = best(rows, memoriesByRow(connection, keysOf(rows)), limit);
    return found.map(({ item, score }) => ({ memory: item, score: -score }));
  });
};

export const searchRelationships = (
  connection: Connection,
  query: TextQuery,
  types: readonly RelationshipType[] | null,
  limit: number,
): readonly Relationship[] => {
  const match = matchOf(query);
  if (match === null || limit < 1) return [];
  const filter = types === null ? null : { sql: `r.type IN ${inList}`, params: [listParameter(types)] };
  return connection.read(() => {
    const rows = ranked(connection, relationships, match, filter, limit);
    return best(rows, relationshipsByRow(connection, keysOf(rows)), limit).map(({ item }) => item);
  });
};
