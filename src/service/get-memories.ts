import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { ServiceContext } from './context.ts';
import { findMemories } from './find-memory.ts';
import { byStrength } from './relate.ts';

/** A relationship as seen from one of its ends. */
export interface Connection {
  readonly relationship: Relationship;
  /** The memory at the other end. */
  readonly other: Pick<Memory, 'id' | 'type' | 'title'>;
}

export interface OpenedMemory {
  /** The id that was asked for; another than the memory's own if it was merged. */
  readonly asked: MemoryId;
  readonly memory: Memory;
  /** The strongest first. */
  readonly connections: readonly Connection[];
  readonly moreConnections: boolean;
}

export interface OpenedMemories {
  readonly opened: readonly OpenedMemory[];
  readonly missing: readonly MemoryId[];
}

/** Relationships of one memory shown with it. */
const connectionsShown = 50;
const relationshipsRead = 1_000;

/** Live relationships of each memory with the other end's title. Two round trips, whatever the number of memories. */
export const connectionsOf = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, { readonly shown: readonly Connection[]; readonly more: boolean }>> => {
  const edges = await context.store.relationships(context.scope, { of: ids, limit: relationshipsRead });
  const ends = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))];
  const others = new Map((await context.store.memories(context.scope, ends, 'live')).map((m) => [m.id, m]));
  return new Map(
    ids.map((id) => {
      const own = edges.filter((edge) => edge.from === id || edge.to === id).sort(byStrength);
      const shown = own.slice(0, connectionsShown).flatMap((relationship) => {
        const other = others.get(relationship.from === id ? relationship.to : relationship.from);
        return other ? [{ relationship, other }] : [];
      });
      return [id, { shown, more: own.length > connectionsShown || edges.length === relationshipsRead }];
    }),
  );
};

/** Several memories in full, in the order asked; an id of a merged memory brings the one that it was folded into. */
export const getMemories = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
  withConnections: boolean,
): Promise<OpenedMemories> => {
  const found = await findMemories(context, ids);
  const own = [...new Set([...found.values()].map((memory) => memory.id))];
  const connections = withConnections && own.length > 0 ? await connectionsOf(context, own) : null;
  const opened: OpenedMemory[] = [];
  const missing: MemoryId[] = [];
  for (const asked of new Set(ids)) {
    const memory = found.get(asked);
    if (!memory) missing.push(asked);
    else {
      const seen = connections?.get(memory.id);
      opened.push({ asked, memory, connections: seen?.shown ?? [], moreConnections: seen?.more ?? false });
    }
  }
  return { opened, missing };
};
