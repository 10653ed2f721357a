import type { Millis, RelationshipId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { memoryHistory } from './memory-history.ts';
import { replacesMemory, replacesRelationship } from './operations.ts';

const edgesRead = 10_000;

const undone = { kind: 'restored', reason: 'merge undone' } as const;

const replaceEdge = (edge: Relationship, changes: Partial<Relationship>): WriteOperation =>
  replacesRelationship({ ...edge, ...changes, version: edge.version + 1 }, undone);

/** What the merge did to the other memory is taken back only while nobody wrote to it since. */
const giveBackText = async (context: ServiceContext, alias: Memory, at: Millis): Promise<readonly WriteOperation[]> => {
  if (alias.mergedInto === null) return [];
  const { current, versions } = await memoryHistory(context, alias.mergedInto);
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

/** Reopens the relationships that a merge closed, and takes back what it put in their place. */
export const undoMerge = async (
  context: ServiceContext,
  alias: Memory,
  at: Millis,
): Promise<readonly WriteOperation[]> => {
  const closed = (
    await context.store.relationships(context.scope, {
      of: [alias.id],
      state: 'closed',
      withTrashedEnds: true,
      limit: edgesRead,
    })
  ).filter((edge) => edge.validUntil === alias.deletedAt);
  const ids = closed.flatMap((edge): RelationshipId[] => (edge.invalidatedBy ? [edge.invalidatedBy] : []));
  const successors =
    ids.length === 0
      ? []
      : await context.store.relationships(context.scope, { ids, withTrashedEnds: true, limit: ids.length });
  const evidence = new Map(closed.map((edge) => [edge.invalidatedBy, edge.evidenceCount]));
  const takenBack = successors.map((edge) =>
    edge.createdAt === alias.deletedAt && edge.version === 1
      ? replaceEdge(edge, { removedAt: at })
      : replaceEdge(edge, { evidenceCount: Math.max(1, edge.evidenceCount - (evidence.get(edge.id) ?? 0)) }),
  );
  const reopened = closed.map((edge) => replaceEdge(edge, { validUntil: null, invalidatedBy: null }));
  return [...takenBack, ...reopened, ...(await giveBackText(context, alias, at))];
};
