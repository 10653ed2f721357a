import type { MemoryId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { distinctTerms, frequenciesIn, lengthOf, makeScorer } from '../../src/storage/bm25.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import type { SearchTerm, TextQuery } from '../../src/storage/search-document.ts';
import { accessParameters } from './access.ts';
import { type AskedTerm, anyPrefix, askedTerms } from './asked-terms.ts';
import { candidates } from './candidates.ts';
import type { Dialect } from './dialect.ts';
import { filterCondition } from './filter.ts';
import { searchedPart } from './marks.ts';
import { memoriesById } from './memories.ts';
import { toDocument } from './texts.ts';

/** No stored token is empty or holds a space. */
const isFindable = ({ text }: SearchTerm): boolean => text !== '' && !/[\0 ]/.test(text);

/** The query without what nothing can match; null if nothing can match the whole. */
export const findable = (query: TextQuery): TextQuery | null => {
  const groups = query.groups.map((group) => group.filter(isFindable));
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0 || (query.mode === 'all' && filled.length < groups.length)) return null;
  return { groups: filled, mode: query.mode };
};

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
export const countHolders = async (dialect: Dialect, asked: readonly AskedTerm[]): Promise<readonly number[]> => {
  const queryOf = ({ words }: AskedTerm): string => dialect.anyOf(words);
  const kind = (prefix: boolean): string[] =>
    asked.filter(({ words }) => words.length > 0 && anyPrefix(words) === prefix).map(queryOf);
  const counted = await Promise.all([
    countQueries(dialect, kind(false), false),
    countQueries(dialect, kind(true), true),
  ]);
  const counts = new Map(counted.flat());
  return asked.map((each) => (each.words.length === 0 ? 0 : (counts.get(queryOf(each)) ?? 0)));
};

interface Ranked {
  readonly id: MemoryId;
  readonly score: number;
}

const byRank = (a: Ranked, b: Ranked): number => b.score - a.score || (a.id < b.id ? -1 : 1);

/** The engine gives candidates, as many as the dialect takes; order and scores are ours, from the tokens kept and the numbers in scope. */
export const searchMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  question: TextQuery,
  filter: MemoryFilter,
  limit: number,
): Promise<readonly SearchHit[]> => {
  const query = findable(question);
  if (query === null || limit < 1) return [];
  const { marks, corpus } = await searchedPart(dialect, scope);
  if (marks.length === 0) return [];
  const terms = distinctTerms(query);
  const asked = await askedTerms(dialect, 'memory_text', terms, marks);
  const counting = countHolders(dialect, asked);
  const finding = candidates(dialect, {
    ...{ query, asked, limit },
    holders: () => counting,
    documents: corpus.documents,
    condition: filterCondition(scope, filter, ['s']),
    parameters: accessParameters(scope),
    most: Math.max(dialect.candidates, 3 * limit),
  });
  const [holders, rows] = await Promise.all([counting, finding]);
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
