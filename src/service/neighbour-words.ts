import { audienceOf } from '../domain/access.ts';
import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import { contextWords, searchDocument } from '../search/document.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { SearchDocument } from '../storage/search-document.ts';
import type { ServiceContext } from './context.ts';
import {
  edgesOf,
  loadEdges,
  loadMemories,
  loadNeighbourhood,
  neighboursOf,
  type Outcome,
  otherEnd,
  written,
} from './neighbourhood.ts';

/** Of a memory with more neighbours than this, the others keep the words they have until the index is made anew. */
const neighboursRenewed = 100;

/** The closest of them; where readers differ, the closest of each audience by itself, so that none depends on what its readers do not see. */
const renewed = (outcome: Outcome, id: MemoryId): readonly MemoryId[] => {
  const counts = new Map<string | null, number>();
  return edgesOf(outcome, id).flatMap((edge) => {
    const other = otherEnd(edge, id);
    const memory = outcome.memories.get(other);
    const audience = memory === undefined ? null : audienceOf(memory.context);
    const count = (counts.get(audience) ?? 0) + 1;
    counts.set(audience, count);
    return count > neighboursRenewed ? [] : [other];
  });
};

/** Ends of the relationships that change, and neighbours of the memories that do. */
const affected = async (
  context: ServiceContext,
  outcome: Outcome,
  changedMemories: readonly MemoryId[],
  changedEdges: readonly Relationship[],
): Promise<ReadonlySet<MemoryId>> => {
  const ids = new Set<MemoryId>(changedMemories);
  for (const edge of changedEdges) ids.add(edge.from).add(edge.to);
  for (const id of changedMemories) {
    const edges = edgesOf(outcome, id);
    if (context.upkeepScope.tenant !== null && edges.length > neighboursRenewed) {
      await loadMemories(
        context,
        outcome,
        edges.map((edge) => otherEnd(edge, id)),
      );
    }
    for (const other of renewed(outcome, id)) ids.add(other);
  }
  return ids;
};

/** What the index should hold for memories as they and their neighbours are stored. */
export const documentsOf = async (
  context: ServiceContext,
  memories: readonly Memory[],
): Promise<ReadonlyMap<MemoryId, SearchDocument>> => {
  const limit = context.settings.ranking.contextWords;
  const outcome = written([]);
  for (const memory of memories) outcome.memories.set(memory.id, memory);
  const ids = new Set(outcome.memories.keys());
  if (limit > 0) {
    await loadEdges(context, outcome, [...ids]);
    await loadNeighbourhood(context, outcome, ids, limit);
  }
  return new Map(
    memories.map((memory) => [
      memory.id,
      searchDocument(memory, contextWords(neighboursOf(outcome, memory.id, limit).neighbours, limit)),
    ]),
  );
};

/**
 * The same operations with the words of related memories kept true: in the documents of the memories that they write, and by
 * `index_memory` for the others whose neighbourhood they change, whether the caller sees these or not. Nothing is read for a memory without
 * relationships.
 */
export const withNeighbourWords = async (
  context: ServiceContext,
  operations: readonly WriteOperation[],
): Promise<readonly WriteOperation[]> => {
  const limit = context.settings.ranking.contextWords;
  if (limit === 0) return operations;
  const outcome = written(operations);
  const changedEdges = [...outcome.edges.values()];
  const replaced = operations.flatMap((operation) => (operation.op === 'replace_memory' ? [operation.memory.id] : []));
  const created = new Set(
    operations.flatMap((operation) => (operation.op === 'create_memory' ? [operation.memory.id] : [])),
  );
  const ends = changedEdges.flatMap((edge) => [edge.from, edge.to]).filter((id) => !created.has(id));
  await loadEdges(context, outcome, [...new Set([...replaced, ...ends])]);
  const ids = await affected(context, outcome, replaced, changedEdges);
  if (ids.size === 0) return operations;
  const known = new Set([...replaced, ...ends, ...created]);
  await loadEdges(
    context,
    outcome,
    [...ids].filter((id) => !known.has(id)),
  );
  await loadNeighbourhood(context, outcome, ids, limit);
  const contextOf = (id: MemoryId): readonly string[] =>
    contextWords(neighboursOf(outcome, id, limit).neighbours, limit);
  const own = operations.map((operation) =>
    (operation.op === 'create_memory' || operation.op === 'replace_memory') && ids.has(operation.memory.id)
      ? { ...operation, document: { ...operation.document, context: contextOf(operation.memory.id) } }
      : operation,
  );
  const others = [...ids].flatMap((id): WriteOperation[] => {
    const memory = outcome.memories.get(id);
    if (!memory || memory.deletedAt !== null || created.has(id) || replaced.includes(id)) return [];
    return [{ op: 'index_memory', id, document: searchDocument(memory, contextOf(id)), ofVersion: memory.version }];
  });
  return [...own, ...others];
};
