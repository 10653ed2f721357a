import type { MemoryId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { distinctTerms, frequenciesIn, lengthOf, makeScorer } from '../../src/storage/bm25.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import type { SearchTerm, TextQuery } from '../../src/storage/search-document.ts';
import { accessParameters } from './access.ts';
import type { Dialect } from './dialect.ts';
import { filterCondition, where } from './filter.ts';
import { searchedPart } from './marks.ts';
import { memoriesById } from './memories.ts';
import { fieldList, toDocument } from './texts.ts';
import { type IndexedTerm, indexedTerm } from './tokens.ts';

/** No stored token is empty or holds a space. */
const isFindable = ({ text }: SearchTerm): boolean => text !== '' && !/[\0 ]/.test(text);

/** The query without what nothing can match; null if nothing can match the whole. */
export const findable = (query: TextQuery): TextQuery | null => {
  const groups = query.groups.map((group) => group.filter(isFindable));
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0 || (query.mode === 'all' && filled.length < groups.length)) return null;
  return { groups: filled, mode: query.mode };
};

export const marked = (
  terms: readonly SearchTerm[],
  marks: readonly string[],
  longest: number,
): readonly IndexedTerm[] => terms.flatMap((term) => marks.map((mark) => indexedTerm(mark, term, longest)));

export const hasPrefix = (terms: readonly SearchTerm[]): boolean => terms.some(({ prefix }) => prefix);

const countQueries = async (
  dialect: Dialect,
  queries: readonly string[],
  asPrefix: boolean,
): Promise<readonly (readonly [query: string, count: number])[]> => {
  if (queries.length === 0) return [];
  const rows = await dialect.read({
    text: `UNWIND $queries AS q ${dialect.callTextIndex('memory_text', 'q', asPrefix)} RETURN q AS q, count(node) AS n`,
    parameters: { queries: [...new Set(queries)] },
  });
  return rows.map(({ q, n }) => [q as string, Number(n)]);
};

/** How many memories hold each of the terms, in their order. */
export const countHolders = async (
  dialect: Dialect,
  terms: readonly SearchTerm[],
  marks: readonly string[],
): Promise<readonly number[]> => {
  if (terms.length === 0 || marks.length === 0) return terms.map(() => 0);
  const queryOf = (term: SearchTerm): string => dialect.anyOf(marked([term], marks, dialect.longestToken));
  const kind = (prefix: boolean): string[] => terms.filter((term) => term.prefix === prefix).map(queryOf);
  const counted = await Promise.all([
    countQueries(dialect, kind(false), false),
    countQueries(dialect, kind(true), true),
  ]);
  const counts = new Map(counted.flat());
  return terms.map((term) => counts.get(queryOf(term)) ?? 0);
};

interface Ranked {
  readonly id: MemoryId;
  readonly score: number;
}

const byRank = (a: Ranked, b: Ranked): number => b.score - a.score || (a.id < b.id ? -1 : 1);

/** The engine finds candidates, as many as the dialect takes; order and scores are ours, from the tokens kept and the numbers in scope. */
export const searchMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  asked: TextQuery,
  filter: MemoryFilter,
  limit: number,
): Promise<readonly SearchHit[]> => {
  const query = findable(asked);
  if (query === null || limit < 1) return [];
  const { marks, corpus } = await searchedPart(dialect, scope);
  if (marks.length === 0) return [];
  const terms = distinctTerms(query);
  const { parts, parameters, ties } = filterCondition(scope, filter, ['s']);
  const [holders, rows] = await Promise.all([
    countHolders(dialect, terms, marks),
    dialect.read({
      text: `WITH $query AS q ${dialect.callTextIndex('memory_text', 'q', hasPrefix(terms))} WITH node AS m, score AS s${where(parts)}${ties}
        RETURN m.id AS id, ${fieldList} AS fields ORDER BY s DESC, id ASC LIMIT $candidates`,
      parameters: {
        ...accessParameters(scope),
        ...parameters,
        query: dialect.anyOf(marked(terms, marks, dialect.longestToken)),
        candidates: Math.max(dialect.candidates, 3 * limit),
      },
    }),
  ]);
  const score = makeScorer(query, corpus, holders);
  const ranked = rows.flatMap(({ id, fields }): Ranked[] => {
    const document = toDocument(fields);
    const value = score(frequenciesIn(document, terms), lengthOf(document));
    return value === null ? [] : [{ id: id as MemoryId, score: value }];
  });
  const best = ranked.sort(byRank).slice(0, limit);
  const scores = new Map(best.map((hit) => [hit.id, hit.score]));
  const memories = await memoriesById(dialect, scope, [...scores.keys()], 'live');
  return memories.map((memory) => ({ memory, score: scores.get(memory.id) ?? 0 }));
};
