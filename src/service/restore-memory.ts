import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { ChangeKind } from '../storage/query.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { diffMemories } from './diff-memories.ts';
import { memoryInAnyState, versionOf } from './memory-history.ts';
import { replacesMemory } from './operations.ts';
import { undoMerge } from './undo-merge.ts';
import { whileOthersWrite } from './while-others-write.ts';
import { requireWriteRight } from './write-right.ts';

export interface RestoredMemory {
  readonly id: MemoryId;
  readonly version: number;
  readonly changed: boolean;
}

const bringBack = async (
  context: ServiceContext,
  current: Memory,
  changed: Memory,
  note: { readonly kind: ChangeKind; readonly reason: string | null },
): Promise<RestoredMemory> => {
  requireWriteRight(context, current);
  const at = Math.max(context.now(), current.updatedAt);
  const memory = { ...changed, deletedAt: null, mergedInto: null, version: current.version + 1, updatedAt: at };
  const unmerged = current.mergedInto === null ? [] : await undoMerge(context, current, at);
  await commit(context, [replacesMemory(memory, note), ...unmerged], at, context.upkeepScope);
  return { id: memory.id, version: memory.version, changed: true };
};

/**
 * Takes a memory out of the trash, its relationships with it; one that was merged away leaves the memory that it was folded into, and its
 * relationships come back to it. A live one stays as it is. Throws `not_found`, `forbidden`, `version_conflict` when somebody was faster.
 */
export const restoreMemory = (context: ServiceContext, id: MemoryId): Promise<RestoredMemory> =>
  whileOthersWrite(async () => {
    const current = await memoryInAnyState(context, id);
    if (current.deletedAt === null) return { id, version: current.version, changed: false };
    return bringBack(context, current, current, { kind: 'restored', reason: null });
  }, [id]);

/** Neither identity nor usage nor readers come back with an old text: that would be sharing. */
const keptFrom = ({ usageCount, lastAccessed, createdAt, context }: Memory, record: Memory): Memory => {
  const { tenantId, createdBy, visibility, teamId } = context;
  const readers = { tenantId, createdBy, visibility, teamId };
  const project = visibility === 'project' ? { projectPath: context.projectPath } : {};
  return { ...record, usageCount, lastAccessed, createdAt, context: { ...record.context, ...readers, ...project } };
};

const saysTheSame = (a: Memory, b: Memory): boolean => {
  const { fields, content } = diffMemories(a, b);
  return fields.length + content.length === 0;
};

/**
 * Makes what a version said the newest version, unless that says it already. Usage, identity and readers stay as they are now; a trashed
 * memory comes out of the trash.
 * Throws `not_found`, `forbidden`, `invalid_input` for a version that is not kept, `version_conflict` when somebody was faster.
 */
export const revertMemory = (context: ServiceContext, id: MemoryId, version: number): Promise<RestoredMemory> =>
  whileOthersWrite(async () => {
    const current = await memoryInAnyState(context, id);
    const { record } = await versionOf(context, current, version);
    if (record.deletedAt !== null) {
      throw new AppError(
        'invalid_input',
        `Version ${version} is of its time in the trash; choose another one, or use delete_memory.`,
      );
    }
    const reverted = keptFrom(current, record);
    if (saysTheSame(current, reverted)) return { id, version: current.version, changed: false };
    const note = { kind: 'reverted', reason: `to version ${version}` } as const;
    return bringBack(context, current, reverted, note);
  }, [id]);
