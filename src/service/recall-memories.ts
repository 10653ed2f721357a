import type { MemoryId } from '../domain/ids.ts';
import type { Memory, MemoryName } from '../domain/memory.ts';
import type { Relationship, RelationshipType } from '../domain/relationship.ts';
import type { ServiceContext } from './context.ts';
import type { PageRequest } from './ranked-page.ts';
import { type FoundMemories, type SearchRequest, searchMemories } from './search-memories.ts';

/** A memory that was not found by its words but belongs to one that was. */
export interface LinkedMemory {
  readonly memory: MemoryName;
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
  const edges = await context.store.relationshipsWithEnds(context.scope, { of: ids, limit: relationshipsRead });
  const place = new Map(ids.map((id, index) => [id, index]));
  const given = new Set<MemoryId>();
  const chosen = new Map<MemoryId, LinkedMemory[]>();
  // What the server linked by itself helps to find; what matters to a reader was said by somebody.
  const stated = edges.filter(({ relationship }) => relationship.origin === 'stated');
  const ranked = stated.sort(
    ({ relationship: a }, { relationship: b }) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1),
  );
  for (const [id, index] of place) {
    const list: LinkedMemory[] = [];
    for (const { relationship, from, to } of ranked) {
      if (from.id !== id && to.id !== id) continue;
      const memory = from.id === id ? to : from;
      // Of two that were both found, the later one says how they are joined.
      if (given.has(memory.id) || (place.get(memory.id) ?? -1) > index || list.length >= linkedPerMemory) continue;
      if (!place.has(memory.id)) given.add(memory.id);
      list.push({ memory, relationship });
    }
    if (list.length > 0) chosen.set(id, list);
  }
  return chosen;
};

/** The best matches, each with the linked memories that matter (the solution of the problem found). */
export const recallMemories = async (
  context: ServiceContext,
  request: SearchRequest,
  page: PageRequest,
): Promise<RecalledMemories> => {
  const found = await searchMemories(context, request, page);
  return { ...found, linked: await linksOf(context, found.items) };
};
