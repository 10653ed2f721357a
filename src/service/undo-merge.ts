import { mayWrite } from '../domain/access.ts';
import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { ChangeNote, WriteOperation } from '../storage/batch.ts';
import type { Change } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { findChange, type MemoryVersion } from './memory-history.ts';
import { mergeNote } from './merge-note.ts';
import { replacesMemory, replacesRelationship } from './operations.ts';

const edgesRead = 10_000;

const undone = { kind: 'restored', reason: 'merge undone' } as const;

const replaceEdge = (edge: Relationship, changes: Partial<Relationship>): WriteOperation =>
  replacesRelationship({ ...edge, ...changes, version: edge.version + 1 }, undone);

/** What answers for a merged memory; null where the caller may not write it, or it is gone. */
const targetOf = async (context: ServiceContext, into: MemoryId): Promise<Memory | null> => {
  const [current] = await context.store.memories(context.scope, [into], 'any');
  return current && mayWrite(context.scope, current) ? current : null;
};

const isOf = (note: ChangeNote, change: Pick<Change | MemoryVersion, 'kind' | 'reason'>): boolean =>
  change.kind === note.kind && change.reason === note.reason;

const changesRead = 1_000;

/** The change that made each relationship what it is. */
const lastChanges = async (
  { store, upkeepScope }: ServiceContext,
  edges: readonly Relationship[],
): Promise<ReadonlyMap<string, Change>> => {
  const ids = edges.map(({ id }) => id);
  const last = new Map<string, Change>();
  let before: { readonly beforeSeq?: number } = {};
  while (last.size < ids.length) {
    const changes = await store.changes(upkeepScope, {
      entity: 'relationship',
      ids,
      ...before,
      order: 'newest_first',
      limit: changesRead,
    });
    for (const change of changes) if (!last.has(change.id)) last.set(change.id, change);
    const oldest = changes.at(-1);
    if (!oldest || changes.length < changesRead) break;
    before = { beforeSeq: oldest.seq };
  }
  return last;
};

/** Told by the log, not by the time: a clock that stood still gives one time to many changes. */
const closedByMerge = async (
  context: ServiceContext,
  alias: Memory,
  note: ChangeNote,
): Promise<readonly Relationship[]> => {
  const query = { of: [alias.id], state: 'closed', withTrashedEnds: true, limit: edgesRead } as const;
  const closed = await context.store.relationships(context.upkeepScope, query);
  const candidates = closed.filter((edge) => edge.validUntil === alias.deletedAt);
  const changes = await lastChanges(context, candidates);
  return candidates.filter(({ id }) => isOf(note, changes.get(id) ?? note));
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What the merge did to the other memory is taken back, but for what somebody wrote to since. */
const giveBack = async (
  context: ServiceContext,
  current: Memory,
  alias: Memory,
  note: ChangeNote,
  at: Millis,
): Promise<readonly WriteOperation[]> => {
  if (current.deletedAt !== null) return [];
  const merge = await findChange(context, current, (version) => isOf(note, version));
  if (merge === null) return [];
  const was = <Key extends 'content' | 'tags' | 'importance'>(key: Key): Memory[Key] =>
    same(current[key], merge.after[key]) ? merge.before[key] : current[key];
  const given = { content: was('content'), tags: was('tags'), importance: was('importance') };
  if (same(given, { content: current.content, tags: current.tags, importance: current.importance })) return [];
  const usageCount = Math.max(0, current.usageCount - alias.usageCount);
  const memory: Memory = { ...current, ...given, usageCount, version: current.version + 1, updatedAt: at };
  return [replacesMemory(memory, undone)];
};

/**
 * What stands at the other memory in place of the closed relationships. Looked for by the ids that these name, which a file may have
 * brought in: so only at that memory, and only for who may write it.
 */
const successorsOf = async (
  { store, upkeepScope }: ServiceContext,
  closed: readonly Relationship[],
  into: Memory,
): Promise<readonly Relationship[]> => {
  const ids = closed.flatMap((edge): RelationshipId[] => (edge.invalidatedBy ? [edge.invalidatedBy] : []));
  if (ids.length === 0) return [];
  const found = await store.relationships(upkeepScope, { ids, withTrashedEnds: true, limit: ids.length });
  return found.filter(({ from, to }) => from === into.id || to === into.id);
};

/** Reopens the relationships that a merge closed, seen or not, and takes back what it put in their place. */
export const undoMerge = async (
  context: ServiceContext,
  alias: Memory,
  at: Millis,
): Promise<readonly WriteOperation[]> => {
  if (alias.mergedInto === null) return [];
  const note = mergeNote(alias.id, alias.mergedInto);
  const closed = await closedByMerge(context, alias, note);
  const into = await targetOf(context, alias.mergedInto);
  const successors = into === null ? [] : await successorsOf(context, closed, into);
  const evidence = new Map(closed.map((edge) => [edge.invalidatedBy, edge.evidenceCount]));
  const takenBack = successors.map((edge) =>
    edge.createdAt === alias.deletedAt && edge.version === 1
      ? replaceEdge(edge, { removedAt: at })
      : replaceEdge(edge, { evidenceCount: Math.max(1, edge.evidenceCount - (evidence.get(edge.id) ?? 0)) }),
  );
  const reopened = closed.map((edge) => replaceEdge(edge, { validUntil: null, invalidatedBy: null }));
  return [...takenBack, ...reopened, ...(into === null ? [] : await giveBack(context, into, alias, note, at))];
};
