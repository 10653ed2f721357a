import { mayWrite } from '../domain/access.ts';
import type { Millis, RelationshipId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import { isAppError } from '../errors.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { type MemoryHistory, memoryHistory } from './memory-history.ts';
import { replacesMemory, replacesRelationship } from './operations.ts';

const edgesRead = 10_000;

const undone = { kind: 'restored', reason: 'merge undone' } as const;

const replaceEdge = (edge: Relationship, changes: Partial<Relationship>): WriteOperation =>
  replacesRelationship({ ...edge, ...changes, version: edge.version + 1 }, undone);

/** What answers for a merged memory, with its versions; null where the caller may not write it, or it is gone. */
const target = async (context: ServiceContext, alias: Memory): Promise<MemoryHistory | null> => {
  if (alias.mergedInto === null) return null;
  const history = await memoryHistory(context, alias.mergedInto).catch((error: unknown) => {
    if (isAppError(error, 'not_found')) return null;
    throw error;
  });
  return history !== null && mayWrite(context.scope, history.current) ? history : null;
};

/** What the merge did to the other memory is taken back only while nobody wrote to it since. */
const giveBackText = ({ current, versions }: MemoryHistory, alias: Memory, at: Millis): readonly WriteOperation[] => {
  const [newest, before] = versions;
  if (current.deletedAt !== null || newest?.kind !== 'merged' || newest.at !== alias.deletedAt || !before) return [];
  const { content, tags, importance } = before.record;
  const usageCount = Math.max(0, current.usageCount - alias.usageCount);
  const memory: Memory = {
    ...current,
    content,
    tags,
    importance,
    usageCount,
    version: current.version + 1,
    updatedAt: at,
  };
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
  const { store, upkeepScope } = context;
  const query = { of: [alias.id], state: 'closed', withTrashedEnds: true, limit: edgesRead } as const;
  const closed = (await store.relationships(upkeepScope, query)).filter((edge) => edge.validUntil === alias.deletedAt);
  const into = await target(context, alias);
  const successors = into === null ? [] : await successorsOf(context, closed, into.current);
  const evidence = new Map(closed.map((edge) => [edge.invalidatedBy, edge.evidenceCount]));
  const takenBack = successors.map((edge) =>
    edge.createdAt === alias.deletedAt && edge.version === 1
      ? replaceEdge(edge, { removedAt: at })
      : replaceEdge(edge, { evidenceCount: Math.max(1, edge.evidenceCount - (evidence.get(edge.id) ?? 0)) }),
  );
  const reopened = closed.map((edge) => replaceEdge(edge, { validUntil: null, invalidatedBy: null }));
  return [...takenBack, ...reopened, ...(into === null ? [] : giveBackText(into, alias, at))];
};
