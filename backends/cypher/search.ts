import type { MemoryId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { distinctTerms, frequenciesIn, lengthOf, makeScorer } from '../../src/storage/bm25.ts';
import type { LinkedHits, MemoryFilter } from '../../src/storage/query.ts';
import type { SearchTerm, TextQuery } from '../../src/storage/search-document.ts';
import { accessParameters } from './access.ts';
import { askedTerms } from './asked-terms.ts';
import { candidates } from './candidates.ts';
import type { Dialect } from './dialect.ts';
import { filterCondition } from './filter.ts';
import { countHolders } from './holders.ts';
import { corpusOf, markedAudiences, marksOf } from './marks.ts';
import { memoriesById } from './memories.ts';
import { linksAmong } from './relationships.ts';
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

interface Ranked {
  readonly id: MemoryId;
  readonly score: number;
}

const byRank = (a: Ranked, b: Ranked): number => b.score - a.score || (a.id < b.id ? -1 : 1);

/** The engine gives candidates, as many as the dialect takes; order and scores are ours, from the tokens kept and the numbers in scope. */
const rankMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  query: TextQuery,
  filter: MemoryFilter,
  limit: number,
): Promise<readonly Ranked[]> => {
  const audiences = await markedAudiences(dialect, scope);
  const terms = distinctTerms(query);
  const asked = await askedTerms(dialect, 'memory_text', terms, marksOf(audiences));
  const counting = countHolders(dialect, asked);
  const [corpus, holders, rows] = await Promise.all([
    corpusOf(dialect, audiences),
    counting,
    candidates(dialect, {
      ...{ query, asked, audiences, limit },
      holders: () => counting,
      condition: filterCondition(scope, filter, ['s']),
      parameters: accessParameters(scope),
      most: Math.max(dialect.candidates, 3 * limit),
    }),
  ]);
  const score = makeScorer(query, corpus, holders);
  const ranked = rows.flatMap(({ id, fields }): Ranked[] => {
    const document = toDocument(fields);
    const value = score(frequenciesIn(document, terms), lengthOf(document));
    return value === null ? [] : [{ id: id as MemoryId, score: value }];
  });
  return ranked.sort(byRank).slice(0, limit);
};

export interface SearchExtent {
  readonly limit: number;
  /** Among so many of the best hits, their links. */
  readonly linked: number;
}

export const searchWithLinks = async (
  dialect: Dialect,
  scope: TenantScope,
  question: TextQuery,
  filter: MemoryFilter,
  { limit, linked }: SearchExtent,
): Promise<LinkedHits> => {
  const query = findable(question);
  if (query === null || limit < 1) return { hits: [], links: [] };
  const best = await rankMemories(dialect, scope, query, filter, limit);
  const ids = best.map(({ id }) => id);
  const scores = new Map(best.map(({ id, score }) => [id, score]));
  const [memories, links] = await Promise.all([
    memoriesById(dialect, scope, ids, 'live'),
    linksAmong(dialect, scope, ids.slice(0, linked)),
  ]);
  return { hits: memories.map((memory) => ({ memory, score: scores.get(memory.id) ?? 0 })), links };
};
