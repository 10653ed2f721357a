import type { MemoryId } from '../domain/ids.ts';
import type { Memory, MemoryName } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { ServiceContext } from './context.ts';
import { findMemories } from './find-memory.ts';
import { byStrength } from './relate.ts';

/** A relationship as seen from one of its ends. */
export interface Connection {
  readonly relationship: Relationship;
  /** The memory at the other end. */
  readonly other: MemoryName;
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

/** Live relationships of each memory with the other end's title. */
export const connectionsOf = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, { readonly shown: readonly Connection[]; readonly more: boolean }>> => {
  const edges = await context.store.relationshipsWithEnds(context.scope, { of: ids, limit: relationshipsRead });
  return new Map(
    ids.map((id) => {
      const own = edges
        .filter(({ from, to }) => from.id === id || to.id === id)
        .sort((a, b) => byStrength(a.relationship, b.relationship));
      const shown = own
        .slice(0, connectionsShown)
        .map(({ relationship, from, to }) => ({ relationship, other: from.id === id ? to : from }));
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
