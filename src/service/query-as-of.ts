import type { MemoryId, Millis } from '../domain/ids.ts';
import type { JsonObject, Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import { parseQuery } from '../search/query.ts';
import { type Basis, memoriesAt, relationshipsAt } from './as-of.ts';
import type { ServiceContext } from './context.ts';
import { memoryNotFound } from './find-memory.ts';
import { pageOfList } from './listed-page.ts';
import { type Paged, type PageRequest, pageOfRanked, rankedDepth } from './ranked-page.ts';
import { isoTime } from './record.ts';
import { byStrength } from './relate.ts';

export interface AsOfRequest {
  readonly at: Millis;
  readonly basis: Basis;
  /** These; else what the query finds today; else all that there were. */
  readonly ids: readonly MemoryId[];
  readonly query: string | null;
}

export interface MemoryAsOf {
  /** As it stood then. */
  readonly memory: Memory;
  /** Those that held then, the strongest first. */
  readonly relationships: readonly Relationship[];
}

export interface StateAsOf extends Paged<MemoryAsOf> {
  /** Titles, as they stood then, of the other ends. */
  readonly titles: ReadonlyMap<MemoryId, string>;
  /** More relationships were there than are looked at. */
  readonly cut: boolean;
}

const newestFirst = { field: 'created_at', direction: 'desc' } as const;

/** How many merges an id may have gone through by then. */
const maxAliases = 20;

/** What stood for these ids at a time: for one that was merged away by then, what it was folded into. */
const aliasesAt = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
  at: Millis,
): Promise<readonly MemoryId[]> => {
  let answering = ids;
  for (let step = 0; step < maxAliases; step += 1) {
    const states = await memoriesAt(context, answering, at);
    const next = answering.map((id) => states.get(id)?.mergedInto ?? id);
    if (next.every((id, index) => id === answering[index])) break;
    answering = next;
  }
  return [...new Set(answering)];
};

const candidates = async (
  context: ServiceContext,
  request: AsOfRequest,
  page: PageRequest,
): Promise<Paged<MemoryId>> => {
  const key = { tool: 'as_of', ...request } as unknown as JsonObject;
  if (request.ids.length > 0) {
    return pageOfRanked(context, key, page, await aliasesAt(context, request.ids, request.at), (id) => id);
  }
  if (request.query !== null) {
    const depth = rankedDepth(context, key, page);
    const hits = await context.store.search(
      context.scope,
      parseQuery(request.query).query,
      { createdBefore: request.at + 1 },
      depth,
    );
    return pageOfRanked(
      context,
      key,
      page,
      hits.map((hit) => hit.memory.id),
      (id) => id,
    );
  }
  const filter = { state: 'any', createdBefore: request.at + 1 } as const;
  const listed = await pageOfList(context, key, page, { filter, sort: newestFirst });
  return { ...listed, items: listed.items.map((memory) => memory.id) };
};

/** It is not known at all, or came later, or was out of the caller's sight. */
const notThere = async (context: ServiceContext, id: MemoryId, at: Millis): Promise<AppError> => {
  const [memory] = await context.store.memories(context.scope, [id], 'any');
  if (!memory) return memoryNotFound(id);
  if (context.scope.tenant !== null && memory.createdAt <= at) {
    return new AppError('not_found', `Nothing is known of memory ${id} as it stood at ${isoTime(at)}.`);
  }
  const stored = isoTime(memory.createdAt);
  return new AppError('not_found', `Memory ${id} was not there at ${isoTime(at)}; it was stored at ${stored}.`);
};

/**
 * The graph at a time: memories as they stood, and the relationships that held then, by what was known then or by what is known now.
 * Throws `not_found` if none of the ids asked for was there, `cursor_invalid`.
 */
export const queryAsOf = async (
  context: ServiceContext,
  request: AsOfRequest,
  page: PageRequest,
): Promise<StateAsOf> => {
  const paged = await candidates(context, request, page);
  const [states, { held: edges, cut }] = await Promise.all([
    memoriesAt(context, paged.items, request.at),
    relationshipsAt(context, paged.items, request.at, request.basis),
  ]);
  const [first] = request.ids;
  if (first && states.size === 0) throw await notThere(context, first, request.at);
  const ends = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))];
  const others = await memoriesAt(context, ends, request.at);
  const there = (id: MemoryId): boolean => others.get(id)?.deletedAt === null;
  const held = edges.filter((edge) => there(edge.from) && there(edge.to)).sort(byStrength);
  const items = paged.items.map((id): MemoryAsOf | null => {
    const memory = states.get(id);
    if (!memory || memory.deletedAt !== null) return null;
    return { memory, relationships: held.filter((edge) => edge.from === id || edge.to === id) };
  });
  // A cursor counts what was asked for, an answer what was there: both walk the same list.
  const positions = items.flatMap((item, index) => (item ? [index + 1] : []));
  const cursorAfter = (shown: number): string | null =>
    paged.cursorAfter(shown >= positions.length ? paged.items.length : (positions[shown - 1] ?? 0));
  return {
    items: items.filter((item): item is MemoryAsOf => item !== null),
    more: paged.more,
    cursorAfter,
    titles: new Map([...others].map(([id, memory]) => [id, memory.title])),
    cut,
  };
};
