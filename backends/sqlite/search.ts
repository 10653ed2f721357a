import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import { fieldWeights, searchFields, type TextQuery } from '../../src/storage/search-document.ts';
import type { Cell, Connection } from './connection.ts';
import { type Condition, filterCondition, filtersByStateOnly, inList } from './filter.ts';
import { type Match, matchOf } from './match.ts';
import {
  listParameter,
  memorySelection,
  relationshipSelection,
  relationshipSource,
  toMemory,
  toRelationship,
} from './rows.ts';

/** A text index and the records that its rows stand for. */
interface Searched {
  readonly index: string;
  readonly score: string;
  readonly table: string;
  /** What the table is called in `source`. */
  readonly key: string;
  readonly source: string;
  readonly selection: string;
}

const memories: Searched = {
  index: 'memory_text',
  score: `bm25(memory_text, ${searchFields.map((field) => fieldWeights[field]).join(', ')})`,
  table: 'memory',
  key: 'm',
  source: 'memory m',
  selection: memorySelection,
};

const relationships: Searched = {
  index: 'relationship_text',
  score: 'bm25(relationship_text)',
  table: 'relationship',
  key: 'r',
  source: relationshipSource,
  selection: relationshipSelection,
};

const matching = (index: string, { expression, requirement }: Match): Condition =>
  requirement === null
    ? { sql: `${index} MATCH ?`, params: [expression] }
    : {
        sql: `${index} MATCH ? AND ${index}.rowid IN (SELECT rowid FROM ${index} WHERE ${index} MATCH ?)`,
        params: [expression, requirement],
      };

/** The cut is made inside the text index, which knows no ids: among equal scores the rows are as they come. */
export const cutSql = ({ index, score }: Searched, where: string): string =>
  `SELECT rowid, ${score} AS score FROM ${index} WHERE ${where} ORDER BY score LIMIT ?`;

/** The cross join makes the text index the outer loop. */
export const orderedSql = ({ index, score, table, key }: Searched, where: string, filter: string): string =>
  `SELECT ${index}.rowid, ${score} AS score FROM ${index} CROSS JOIN ${table} ${key}
    ON ${key}.pk = ${index}.rowid WHERE ${where} AND ${filter} ORDER BY score, ${key}.id LIMIT ?`;

/** With the records of the rows that a ranking chose. */
const withRecords = ({ key, source, selection }: Searched, ranking: string): string =>
  `SELECT ${selection}, f.score FROM (${ranking}) f CROSS JOIN ${source} WHERE ${key}.pk = f.rowid ORDER BY f.score, ${key}.id`;

const scoreOf = (row: readonly Cell[] | undefined): Cell | undefined => row?.at(-1);

/** The best rows: those of the record, then its score, which is the better the smaller. */
const best = (
  connection: Connection,
  searched: Searched,
  match: Match,
  filter: Condition | null,
  limit: number,
): (readonly Cell[])[] =>
  connection.read(() => {
    const { sql, params } = matching(searched.index, match);
    if (filter === null) {
      const rows = connection.rows(withRecords(searched, cutSql(searched, sql)), [...params, limit + 1]);
      if (rows.length <= limit) return rows;
      const last = scoreOf(rows[limit - 1]);
      if (scoreOf(rows[limit]) !== last) return rows.slice(0, limit);
      // Equal scores straddle the cut: their ids decide.
      const ordered = orderedSql(searched, sql, `${searched.score} <= ?`);
      return connection.rows(withRecords(searched, ordered), [...params, last ?? 0, limit]);
    }
    const ordered = orderedSql(searched, sql, filter.sql);
    return connection.rows(withRecords(searched, ordered), [...params, ...filter.params, limit]);
  });

export const searchMemories = (
  connection: Connection,
  query: TextQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] => {
  const match = matchOf(query);
  if (match === null || limit < 1) return [];
  const whole = filtersByStateOnly(filter) && filter.state !== 'trashed';
  return best(connection, memories, match, whole ? null : filterCondition(filter), limit).map((row) => ({
    memory: toMemory(row),
    score: -Number(scoreOf(row)),
  }));
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
  return best(connection, relationships, match, filter, limit).map(toRelationship);
};
