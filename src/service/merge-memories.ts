import { isReadByAllReadersOf } from '../domain/access.ts';
import type { MemoryId, Millis } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { checkMemory, normaliseTags } from '../domain/memory-rules.ts';
import { isAcyclic, type Relationship } from '../domain/relationship.ts';
import type { TenantScope } from '../domain/scope.ts';
import { AppError } from '../errors.ts';
import type { WriteOperation } from '../storage/batch.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { guardAgainstCycle } from './cycles.ts';
import { findMemories, missingMemory } from './find-memory.ts';
import { mergeNote } from './merge-note.ts';
import { createsRelationship, replacesMemory, replacesRelationship } from './operations.ts';
import { newRelationship, storedEnds } from './relate.ts';
import { whileOthersWrite } from './while-others-write.ts';
import { requireWriteRight } from './write-right.ts';

export interface MergedMemories {
  readonly id: MemoryId;
  readonly version: number;
  /** The id that now answers with the other memory. */
  readonly alias: MemoryId;
  /** Those that now lead to or from the other memory; what joined the two is none of them. */
  readonly movedRelationships: number;
}

const edgesRead = 10_000;

const liveEdges = ({ store }: ServiceContext, scope: TenantScope, id: MemoryId): Promise<readonly Relationship[]> =>
  store.relationships(scope, { of: [id], limit: edgesRead });

const endsKey = (edge: { readonly from: MemoryId; readonly to: MemoryId; readonly type: string }): string =>
  `${edge.type} ${edge.from} ${edge.to}`;

const joins = (edge: Relationship, id: MemoryId): boolean => edge.from === id || edge.to === id;

const folded = (from: Memory, into: Memory, appendContent: boolean, at: Millis): Memory => {
  const appended = appendContent && from.content.trim() !== into.content.trim();
  return {
    ...into,
    content: appended ? `${into.content}\n\n${from.title}\n${from.content}` : into.content,
    tags: normaliseTags([...into.tags, ...from.tags]),
    importance: Math.max(from.importance, into.importance),
    usageCount: into.usageCount + from.usageCount,
    version: into.version + 1,
    updatedAt: at,
  };
};

/** The operations that close an edge at the merged memory and put its like at the other one. */
const moveEdge = (
  context: ServiceContext,
  edge: Relationship,
  from: Memory,
  into: Memory,
  there: ReadonlyMap<string, Relationship>,
  at: Millis,
): readonly WriteOperation[] => {
  const note = mergeNote(from.id, into.id);
  const ends = storedEnds({
    type: edge.type,
    from: edge.from === from.id ? into.id : edge.from,
    to: edge.to === from.id ? into.id : edge.to,
  });
  const close = (successor: Relationship | null): WriteOperation =>
    replacesRelationship(
      { ...edge, validUntil: at, invalidatedBy: successor?.id ?? null, version: edge.version + 1 },
      note,
    );
  if (ends.from === ends.to) return [close(null)];
  const same = there.get(endsKey({ ...ends, type: edge.type }));
  if (same) {
    const evidenceCount = same.evidenceCount + edge.evidenceCount;
    const strength = Math.max(same.strength, edge.strength);
    const relationship = { ...same, evidenceCount, strength, version: same.version + 1 };
    return [close(same), replacesRelationship(relationship, note)];
  }
  const blank = newRelationship(context, { ...edge, ...ends }, at);
  const { id, from: start, to } = blank;
  const moved: Relationship = { ...edge, id, from: start, to, version: 1, recordedAt: at, createdAt: at };
  return [close(moved), createsRelationship(moved, note)];
};

/** A chain of one type between the two would close on itself once they are one. Throws `cycle`. */
const guardChains = async (
  context: ServiceContext,
  from: Memory,
  into: Memory,
  edges: readonly Relationship[],
): Promise<readonly WriteOperation[]> => {
  const between = new Set(edges.filter((edge) => joins(edge, into.id)).map(endsKey));
  const types = new Set(edges.filter((edge) => isAcyclic(edge.type)).map((edge) => edge.type));
  let guards: readonly WriteOperation[] = [];
  for (const type of types) {
    if (!between.has(endsKey({ type, from: into.id, to: from.id })))
      guards = await guardAgainstCycle(context, from.id, into.id, type);
    if (!between.has(endsKey({ type, from: from.id, to: into.id })))
      guards = await guardAgainstCycle(context, into.id, from.id, type);
  }
  return guards;
};

/** Else the text of the one would be read by others than before, or its id lead somebody to what he may not read. Throws `forbidden`. */
const requireSameReaders = (from: Memory, into: Memory): void => {
  if (isReadByAllReadersOf(from, into) && isReadByAllReadersOf(into, from)) return;
  throw new AppError(
    'forbidden',
    'These two are not read by the same people. Give both the same readers with share_memory, then merge.',
  );
};

const mergeOnce = async (
  context: ServiceContext,
  [fromId, intoId]: readonly [MemoryId, MemoryId],
  appendContent: boolean,
): Promise<MergedMemories> => {
  const { scope, upkeepScope } = context;
  const found = await findMemories(context, [fromId, intoId]);
  const [from, into] = [found.get(fromId), found.get(intoId)];
  if (!from) throw await missingMemory(context, fromId);
  if (!into) throw await missingMemory(context, intoId);
  if (from.id === into.id) throw new AppError('invalid_input', 'These are one memory already; give two different ids.');
  requireWriteRight(context, from);
  requireWriteRight(context, into);
  requireSameReaders(from, into);
  const at = Math.max(context.now(), from.updatedAt, into.updatedAt);
  const target = folded(from, into, appendContent, at);
  checkMemory(target);
  const edges = await liveEdges(context, upkeepScope, from.id);
  const there = new Map((await liveEdges(context, upkeepScope, into.id)).map((edge) => [endsKey(edge), edge]));
  const seen = scope === upkeepScope ? edges : await liveEdges(context, scope, from.id);
  const guards = await guardChains(context, from, into, seen);
  const moves = edges.flatMap((edge) => moveEdge(context, edge, from, into, there, at));
  const alias = { ...from, deletedAt: at, mergedInto: into.id, version: from.version + 1, updatedAt: at };
  const note = mergeNote(from.id, into.id);
  const operations = [...guards, ...moves, replacesMemory(target, note), replacesMemory(alias, note)];
  await commit(context, operations, at, upkeepScope);
  const movedRelationships = seen.filter((edge) => !joins(edge, into.id)).length;
  return { id: into.id, version: target.version, alias: from.id, movedRelationships };
};

/**
 * Folds one memory into another: its text is appended unless told otherwise, tags are joined, relationships move without becoming double,
 * also those that the caller does not see or may not write, and its id answers with the other from then on. `restoreMemory` of the folded
 * one undoes it. Throws `not_found`, `invalid_input`, `cycle`, and `forbidden` unless both are the caller's to change and read by the same
 * people.
 */
export const mergeMemories = (
  context: ServiceContext,
  fromId: MemoryId,
  intoId: MemoryId,
  appendContent: boolean,
): Promise<MergedMemories> => whileOthersWrite(() => mergeOnce(context, [fromId, intoId], appendContent));
