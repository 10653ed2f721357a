import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship, RelationshipType } from '../domain/relationship.ts';
import type { ServiceContext } from './context.ts';
import type { PageRequest } from './ranked-page.ts';
import { type FoundMemories, type SearchRequest, searchMemories } from './search-memories.ts';

/** A memory that was not found by its words but belongs to one that was. */
export interface LinkedMemory {
  readonly memory: Memory;
  readonly relationship: Relationship;
}

export interface RecalledMemories extends FoundMemories {
  /** By the id of the memory found. One that was not found itself is given once, with the best one that it belongs to. */
  readonly linked: ReadonlyMap<MemoryId, readonly LinkedMemory[]>;
}

const linkedPerMemory = 2;
const relationshipsRead = 1_000;

/** What answers, replaces or contradicts a memory matters more than what resembles it. */
const weightOfType: Partial<Record<RelationshipType, number>> = {
  SOLVES: 3,
  ADDRESSES: 3,
  REPLACES: 3,
  DEPRECATED_BY: 3,
  CONTRADICTS: 3,
  CAUSES: 2,
  PREVENTS: 2,
  REQUIRES: 2,
  DEPENDS_ON: 2,
  IMPROVES: 2,
};

const weight = (edge: Relationship): number => (weightOfType[edge.type] ?? 1) * edge.strength;

const linksOf = async (context: ServiceContext, found: readonly Memory[]): Promise<RecalledMemories['linked']> => {
  if (found.length === 0) return new Map();
  const ids = found.map((memory) => memory.id);
  const edges = await context.store.relationships(context.scope, { of: ids, limit: relationshipsRead });
  const place = new Map(ids.map((id, index) => [id, index]));
  const given = new Set<MemoryId>();
  const chosen = new Map<MemoryId, Relationship[]>();
  // What the server linked by itself helps to find; what matters to a reader was said by somebody.
  const stated = edges.filter((edge) => edge.origin === 'stated');
  const ranked = stated.sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
  for (const [id, index] of place) {
    const own = ranked.filter((edge) => edge.from === id || edge.to === id);
    for (const edge of own) {
      const other = edge.from === id ? edge.to : edge.from;
      const list = chosen.get(id) ?? [];
      // Of two that were both found, the later one says how they are joined.
      if (given.has(other) || (place.get(other) ?? -1) > index || list.length >= linkedPerMemory) continue;
      if (!place.has(other)) given.add(other);
      chosen.set(id, [...list, edge]);
    }
  }
  const others = [...chosen].flatMap(([id, list]) => list.map((edge) => (edge.from === id ? edge.to : edge.from)));
  const memories = new Map((await context.store.memories(context.scope, others, 'live')).map((m) => [m.id, m]));
  return new Map(
    [...chosen].map(([id, list]) => [
      id,
      list.flatMap((relationship) => {
        const memory = memories.get(relationship.from === id ? relationship.to : relationship.from);
        return memory ? [{ memory, relationship }] : [];
      }),
    ]),
  );
};

/** The best matches, each with the linked memories that matter (the solution of the problem found). At most three round trips. */
export const recallMemories = async (
  context: ServiceContext,
  request: SearchRequest,
  page: PageRequest,
): Promise<RecalledMemories> => {
  const found = await searchMemories(context, request, page);
  return { ...found, linked: await linksOf(context, found.items) };
};
