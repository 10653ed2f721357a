import type { MemoryId } from '../domain/ids.ts';
import type { JsonObject, Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import { candidatesByMeaning, type FusedHits, fuseHits } from '../search/fusion.ts';
import { type ParsedQuery, parseQuery, parseTerms, type QueryOptions } from '../search/query.ts';
import { candidatesRanked, rankHits, spreadingFrom } from '../search/ranking.ts';
import type { GraphLink, LinkedHits, MemoryFilter, SearchHit, Sort } from '../storage/query.ts';
import type { QueryMeaning, ServiceContext } from './context.ts';
import { pageOfList, sortValue } from './listed-page.ts';
import { type Paged, type PageRequest, pageOfRanked, rankedDepth } from './ranked-page.ts';
import { type Repair, repairQuery } from './repair-query.ts';

export type { MemoryFilter, Sort };

export interface SearchRequest {
  readonly query: string | null;
  /** Words or phrases looked for instead of a query. */
  readonly terms: readonly string[];
  readonly options: QueryOptions;
  readonly filter: MemoryFilter;
  /** Null: by relevance if there is something to look for, else the newest first. */
  readonly sort: Sort | null;
}

export interface FoundMemories extends Paged<Memory> {
  /** Null if nothing was looked for: then this is a list. */
  readonly parsed: ParsedQuery | null;
  readonly repairs: readonly Repair[];
  /** What shares no word with the query and was found by its vector. */
  readonly byMeaning: ReadonlySet<MemoryId>;
  /** All that match; null for a ranked answer, which says only whether there is more. */
  readonly total: number | null;
}

const newestFirst: Sort = { field: 'created_at', direction: 'desc' };

const list = async (context: ServiceContext, request: SearchRequest, page: PageRequest): Promise<FoundMemories> => {
  const { filter } = request;
  const sort = request.sort ?? newestFirst;
  const key = { list: filter, sort } as unknown as JsonObject;
  const [listed, total] = await Promise.all([
    pageOfList(context, key, page, { filter, sort }),
    context.store.countMemories(context.scope, filter),
  ]);
  return { ...listed, parsed: null, repairs: [], byMeaning: new Set(), total };
};

const bySort =
  (sort: Sort) =>
  (a: SearchHit, b: SearchHit): number => {
    const [left, right] = [sortValue(a.memory, sort), sortValue(b.memory, sort)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return (sort.direction === 'asc' ? order : -order) || (a.memory.id < b.memory.id ? -1 : 1);
  };

/** How deep a ranking is searched when it is to be put into another order. */
const resortDepth = 1_000;

interface Match extends FusedHits {
  /** Among the first of the hits. */
  readonly links: readonly GraphLink[];
}

/** None where there is no model, where it does not answer soon, where every word has to be there or another order is asked for. */
const meaningIn = async (
  context: ServiceContext,
  { query, options, sort }: SearchRequest,
): Promise<QueryMeaning | null> => {
  const wordsAlone = query === null || options.mode === 'all' || options.tolerance === 'strict' || sort !== null;
  return wordsAlone ? null : ((await context.meaningOf?.(query)) ?? null);
};

const match = async (
  context: ServiceContext,
  filter: MemoryFilter,
  words: Promise<LinkedHits>,
  asked: Promise<QueryMeaning | null>,
): Promise<Match> => {
  const [found, meaning] = await Promise.all([words, asked]);
  if (meaning === null) return { ...found, byMeaning: new Set() };
  const { store, scope } = context;
  const near = await store.nearest(scope, meaning, filter, candidatesByMeaning);
  const fused = fuseHits(found.hits, near, meaning.noise);
  const first = fused.hits.slice(0, linkedFirst(context)).map((hit) => hit.memory.id);
  return { ...fused, links: await store.linksAmong(scope, first) };
};

const linkedFirst = ({ settings }: ServiceContext): number => (settings.ranking.spreading === 0 ? 0 : spreadingFrom);

const ranked = async (
  context: ServiceContext,
  request: SearchRequest,
  asked: ParsedQuery,
  page: PageRequest,
): Promise<FoundMemories> => {
  const { filter, sort } = request;
  const key = {
    query: request.query,
    terms: request.terms,
    options: request.options,
    filter,
    sort,
  } as unknown as JsonObject;
  const depth = sort ? resortDepth : Math.max(candidatesRanked, rankedDepth(context, key, page));
  const { store, scope, settings } = context;
  const meaning = meaningIn(context, request);
  const linked = sort ? 0 : linkedFirst(context);
  const search = ({ query }: ParsedQuery): Promise<Match> =>
    match(context, filter, store.searchWithLinks(scope, query, filter, depth, linked), meaning);
  const mends = settings.ranking.repair && request.options.tolerance !== 'strict';
  // Most queries need no repair, so that a server is asked for the answer at the same time.
  const [mended, asIs] = await Promise.all([
    mends ? repairQuery(context, asked) : { parsed: asked, repairs: [] },
    search(asked),
  ]);
  const { parsed } = mended;
  const { hits, links, byMeaning } = parsed === asked ? asIs : await search(parsed);
  const ordered = sort ? [...hits].sort(bySort(sort)) : rankHits(hits, links, settings.ranking);
  const paged = pageOfRanked(
    context,
    key,
    page,
    ordered.map((hit) => hit.memory),
    (memory) => memory.id,
  );
  return { ...paged, parsed, repairs: mended.repairs, byMeaning, total: null };
};

/** Ranked by relevance if words are given, else a list in a stable order. Throws `invalid_input`, `cursor_invalid`. */
export const searchMemories = async (
  context: ServiceContext,
  request: SearchRequest,
  page: PageRequest,
): Promise<FoundMemories> => {
  if (request.query === null && request.terms.length === 0) return list(context, request, page);
  if (request.query !== null && request.terms.length > 0) {
    throw new AppError('invalid_input', 'Give query or terms, not both.');
  }
  const parsed =
    request.query === null ? parseTerms(request.terms, request.options) : parseQuery(request.query, request.options);
  return ranked(context, request, parsed, page);
};
