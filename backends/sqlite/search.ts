import type { Memory } from '../../src/domain/memory.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import { fieldWeights, type SearchTerm, searchFields, type TextQuery } from '../../src/storage/search-document.ts';
import type { Cell, Connection } from './connection.ts';
import { type Condition, filterCondition, filtersByStateOnly } from './filter.ts';
import { memoriesByRow } from './memories.ts';

const score = `bm25(memory_text, ${searchFields.map((field) => fieldWeights[field]).join(', ')})`;

/** Always a quoted string: FTS5's own language is never exposed. A word that no stored token can equal is dropped. */
const quote = ({ text, prefix }: SearchTerm): string[] =>
  text === '' || /[\0 ]/.test(text) ? [] : [`"${text.replaceAll('"', '""')}"${prefix ? '*' : ''}`];

const distinct = (terms: readonly SearchTerm[]): string[] => [...new Set(terms.flatMap(quote))];

interface Match {
  /** Decides what is found and, alone, how it scores. */
  readonly expression: string;
  /** Also to be matched, without adding to the score. */
  readonly requirement: string | null;
}

/** Null if nothing can match. */
export const matchOf = ({ groups, mode }: TextQuery): Match | null => {
  const all = distinct(groups.flat());
  const any = all.join(' OR ');
  if (all.length === 0) return null;
  if (mode === 'any') return { expression: any, requirement: null };
  const required = groups.map(distinct);
  if (required.some((words) => words.length === 0)) return null;
  const every = required.map((words) => `(${words.join(' OR ')})`).join(' AND ');
  // A word that stands in two groups would count twice.
  const repeats = required.flat().length > all.length;
  return repeats ? { expression: any, requirement: every } : { expression: every, requirement: null };
};

const matching = ({ expression, requirement }: Match): Condition =>
  requirement === null
    ? { sql: 'memory_text MATCH ?', params: [expression] }
    : {
        sql: `memory_text MATCH ?
          AND memory_text.rowid IN (SELECT rowid FROM memory_text WHERE memory_text MATCH ?)`,
        params: [expression, requirement],
      };

type Ranked = [pk: number, score: number];

/** Rows fetched past the limit to see where the scores that are equal to the last one end. */
const tieMargin = 16;

const rankSql = (where: string): string =>
  `SELECT rowid, ${score} AS score FROM memory_text WHERE ${where} ORDER BY score LIMIT ?`;

/** The cross join makes the text index the outer loop. */
const filteredRankSql = (where: string, filter: string): string =>
  `SELECT m.pk, ${score} AS score FROM memory_text CROSS JOIN memory m ON m.pk = memory_text.rowid
    WHERE ${where} AND ${filter} ORDER BY score, m.id LIMIT ?`;

const filtered = (connection: Connection, match: Match, filter: MemoryFilter, limit: number): Ranked[] => {
  const where = matching(match);
  const condition = filterCondition(filter);
  const params: Cell[] = [...where.params, ...condition.params, limit];
  return connection.rows<Ranked>(filteredRankSql(where.sql, condition.sql), params);
};

/**
 * Without a filter the cut is made inside the text index, and only its winners are looked up. The index knows no ids,
 * so all that score as the last of them are fetched: the ids decide among them.
 */
const ranked = (connection: Connection, match: Match, limit: number): Ranked[] => {
  const where = matching(match);
  for (let wanted = limit + tieMargin; ; wanted *= 4) {
    const rows = connection.rows<Ranked>(rankSql(where.sql), [...where.params, wanted]);
    const last = rows[limit - 1]?.[1];
    if (rows.length < wanted || rows.at(-1)?.[1] !== last) {
      return rows.length <= limit ? rows : rows.filter(([, score], index) => index < limit || score === last);
    }
  }
};

const best = (a: SearchHit, b: SearchHit): number => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1);

export const searchMemories = (
  connection: Connection,
  query: TextQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] => {
  const match = matchOf(query);
  if (match === null || limit < 1) return [];
  return connection.read(() => {
    const whole = filtersByStateOnly(filter) && filter.state !== 'trashed';
    const rows = whole ? ranked(connection, match, limit) : filtered(connection, match, filter, limit);
    const memories: ReadonlyMap<number, Memory> = memoriesByRow(
      connection,
      rows.map(([pk]) => pk),
    );
    return rows
      .flatMap(([pk, value]) => {
        const memory = memories.get(pk);
        return memory === undefined ? [] : [{ memory, score: -value }];
      })
      .sort(best)
      .slice(0, limit);
  });
};
