import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import { contextWords, searchDocument } from '../search/document.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { SearchDocument } from '../storage/search-document.ts';
import type { ServiceContext } from './context.ts';
import { byStrength } from './relate.ts';

/** Of a memory with more neighbours than this, the others keep the words they have until the index is made anew. */
const neighboursRenewed = 100;
const relationshipsRead = 5_000;

const isLive = (edge: Relationship): boolean => edge.validUntil === null && edge.removedAt === null;

/** The batch as it will leave the graph: what it writes over what is stored. */
interface Outcome {
  readonly memories: Map<MemoryId, Memory>;
  readonly edges: Map<string, Relationship>;
}

const written = (operations: readonly WriteOperation[]): Outcome => {
  const memories = new Map<MemoryId, Memory>();
  const edges = new Map<string, Relationship>();
  for (const operation of operations) {
    if (operation.op === 'create_memory' || operation.op === 'replace_memory')
      memories.set(operation.memory.id, operation.memory);
    if (operation.op === 'create_relationship' || operation.op === 'replace_relationship') {
      edges.set(operation.relationship.id, operation.relationship);
    }
  }
  return { memories, edges };
};

const loadEdges = async (context: ServiceContext, outcome: Outcome, of: readonly MemoryId[]): Promise<void> => {
  if (of.length === 0) return;
  const stored = await context.store.relationships(context.scope, {
    of,
    withTrashedEnds: true,
    limit: relationshipsRead,
  });
  for (const edge of stored) if (!outcome.edges.has(edge.id)) outcome.edges.set(edge.id, edge);
};

const loadMemories = async (context: ServiceContext, outcome: Outcome, ids: Iterable<MemoryId>): Promise<void> => {
  const missing = [...new Set(ids)].filter((id) => !outcome.memories.has(id));
  if (missing.length === 0) return;
  for (const memory of await context.store.memories(context.scope, missing, 'live'))
    outcome.memories.set(memory.id, memory);
};

const byCloseness = (a: Relationship, b: Relationship): number =>
  Number(a.origin === 'automatic') - Number(b.origin === 'automatic') || byStrength(a, b);

const edgesOf = (outcome: Outcome, id: MemoryId): readonly Relationship[] =>
  [...outcome.edges.values()].filter((edge) => isLive(edge) && (edge.from === id || edge.to === id)).sort(byCloseness);

const otherEnd = (edge: Relationship, id: MemoryId): MemoryId => (edge.from === id ? edge.to : edge.from);

const neighboursOf = (outcome: Outcome, id: MemoryId): readonly Memory[] =>
  edgesOf(outcome, id).flatMap((edge) => {
    const memory = outcome.memories.get(otherEnd(edge, id));
    return memory && memory.deletedAt === null ? [memory] : [];
  });

/** Ends of the relationships that change, and neighbours of the memories that do. */
const affected = (
  outcome: Outcome,
  changedMemories: readonly MemoryId[],
  changedEdges: readonly Relationship[],
): ReadonlySet<MemoryId> => {
  const ids = new Set<MemoryId>(changedMemories);
  for (const edge of changedEdges) ids.add(edge.from).add(edge.to);
  for (const id of changedMemories) {
    for (const edge of edgesOf(outcome, id).slice(0, neighboursRenewed)) ids.add(otherEnd(edge, id));
  }
  return ids;
};

const loadNeighbourhood = (
  context: ServiceContext,
  outcome: Outcome,
  ids: ReadonlySet<MemoryId>,
  limit: number,
): Promise<void> => {
  const others = [...ids].flatMap((id) =>
    edgesOf(outcome, id)
      .slice(0, limit)
      .map((edge) => otherEnd(edge, id)),
  );
  return loadMemories(context, outcome, [...ids, ...others]);
};

/** What the index should hold for memories as they and their neighbours are stored. */
export const documentsOf = async (
  context: ServiceContext,
  memories: readonly Memory[],
): Promise<ReadonlyMap<MemoryId, SearchDocument>> => {
  const limit = context.settings.ranking.contextWords;
  const outcome: Outcome = { memories: new Map(memories.map((memory) => [memory.id, memory])), edges: new Map() };
  const ids = new Set(outcome.memories.keys());
  if (limit > 0) {
    await loadEdges(context, outcome, [...ids]);
    await loadNeighbourhood(context, outcome, ids, limit);
  }
  return new Map(
    memories.map((memory) => [
      memory.id,
      searchDocument(memory, contextWords(neighboursOf(outcome, memory.id), limit)),
    ]),
  );
};

/**
 * The same operations with the words of related memories kept true: in the documents of the memories that they write, and by
 * `index_memory` for the others whose neighbourhood they change. Nothing is read for a memory without relationships.
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
  const ids = affected(outcome, replaced, changedEdges);
  if (ids.size === 0) return operations;
  const known = new Set([...replaced, ...ends, ...created]);
  await loadEdges(
    context,
    outcome,
    [...ids].filter((id) => !known.has(id)),
  );
  await loadNeighbourhood(context, outcome, ids, limit);
  const contextOf = (id: MemoryId): readonly string[] => contextWords(neighboursOf(outcome, id), limit);
  const renewed = operations.map((operation) =>
    (operation.op === 'create_memory' || operation.op === 'replace_memory') && ids.has(operation.memory.id)
      ? { ...operation, document: { ...operation.document, context: contextOf(operation.memory.id) } }
      : operation,
  );
  const others = [...ids].flatMap((id): WriteOperation[] => {
    const memory = outcome.memories.get(id);
    if (!memory || memory.deletedAt !== null || created.has(id) || replaced.includes(id)) return [];
    return [{ op: 'index_memory', id, document: searchDocument(memory, contextOf(id)), ofVersion: memory.version }];
  });
  return [...renewed, ...others];
};
