import { fieldWeights, searchFields } from '../../src/storage/search-document.ts';
import { memoryOfRow } from './audiences.ts';
import { type Connection, limited } from './connection.ts';
import type { Condition } from './filter.ts';
import type { Match } from './match.ts';
import { relationshipTextTable, textTable } from './tenants.ts';

/** A text index and the records its rows stand for. */
export interface TextIndex {
  readonly table: string;
  /** In ascending order: bm25() of FTS5 is the smaller, the better. */
  readonly score: string;
  readonly record: string;
  readonly key: string;
  /** The key of the record that a row of the index stands for. */
  readonly recordOf: (row: string) => string;
}

const weights = searchFields.map((field) => fieldWeights[field]).join(', ');
const itself = (row: string): string => row;

/** Live memories, of single-tenant mode or of a tenant. */
export const memoryIndex = (tenantNo: number | null): TextIndex => {
  const table = tenantNo === null ? 'memory_text' : textTable(tenantNo);
  const recordOf = tenantNo === null ? itself : memoryOfRow;
  return { table, score: `bm25(${table}, ${weights})`, record: 'memory', key: 'm', recordOf };
};

/** Live relationships between live memories, of single-tenant mode or of a tenant. */
export const relationshipIndex = (tenantNo: number | null): TextIndex => {
  const table = tenantNo === null ? 'relationship_text' : relationshipTextTable(tenantNo);
  return { table, score: `bm25(${table})`, record: 'relationship', key: 'r', recordOf: itself };
};

export const matching = ({ table }: TextIndex, { expression, requirement }: Match): Condition =>
  requirement === null
    ? { sql: `${table} MATCH ?`, params: [expression] }
    : {
        sql: `${table} MATCH ? AND ${table}.rowid IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ?)`,
        params: [expression, requirement],
      };

export type Ranked = [pk: number, score: number];

/** Rows ranked past the limit, to see where the scores that equal the last one end. */
const tieMargin = 16;

/** The cut is made inside the text index, which knows no ids: rows of equal score are in any order. */
const cutSql = ({ table, score, recordOf }: TextIndex, where: string): string =>
  `SELECT ${recordOf('rowid')}, ${score} AS score FROM ${table} WHERE ${where} ORDER BY score ${limited}`;

/** The cross join makes the text index the outer loop. */
const orderedSql = ({ table, score, record, key, recordOf }: TextIndex, where: string, filter: string): string => {
  const pk = recordOf(`${table}.rowid`);
  return `SELECT ${pk}, ${score} AS score FROM ${table} CROSS JOIN ${record} ${key} ON ${key}.pk = ${pk}
    WHERE ${where} AND ${filter} ORDER BY score, ${key}.id ${limited}`;
};

/** The best rows by the numbers of the whole index, and all that score as the last of them, as long as they are few: the ids decide among these. */
export const ranked = (
  connection: Connection,
  index: TextIndex,
  match: Match,
  filter: Condition | null,
  limit: number,
): Ranked[] => {
  const { sql, params } = matching(index, match);
  const ordered = (condition: Condition): Ranked[] =>
    connection.rows(orderedSql(index, sql, condition.sql), [...params, ...condition.params, limit]);
  if (filter !== null) return ordered(filter);
  const rows = connection.rows<Ranked>(cutSql(index, sql), [...params, limit + tieMargin]);
  const last = rows[limit - 1]?.[1];
  if (last === undefined) return rows;
  const beyond = rows.findIndex(([, score], place) => place >= limit && score !== last);
  if (beyond === -1 && rows.length === limit + tieMargin) {
    return ordered({ sql: `${index.score} <= ?`, params: [last] });
  }
  return beyond === -1 ? rows : rows.slice(0, beyond);
};
