import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { ChangeKind } from '../storage/query.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { memoryHistory, versionOf } from './memory-history.ts';
import { replacesMemory } from './operations.ts';
import { undoMerge } from './undo-merge.ts';

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
  const at = Math.max(context.now(), current.updatedAt);
  const memory = { ...changed, deletedAt: null, mergedInto: null, version: current.version + 1, updatedAt: at };
  const unmerged = current.mergedInto === null ? [] : await undoMerge(context, current, at);
  await commit(context, [replacesMemory(memory, note), ...unmerged], at);
  return { id: memory.id, version: memory.version, changed: true };
};

/**
 * Takes a memory out of the trash, its relationships with it; one that was merged away leaves the memory that it was folded into, and its
 * relationships come back to it. A live one stays as it is. Throws `not_found`, `version_conflict` when somebody was faster.
 */
export const restoreMemory = async (context: ServiceContext, id: MemoryId): Promise<RestoredMemory> => {
  const { current } = await memoryHistory(context, id);
  if (current.deletedAt === null) return { id, version: current.version, changed: false };
  return bringBack(context, current, current, { kind: 'restored', reason: null });
};

/**
 * Makes what a version said the newest version. Usage and identity stay as they are now; a trashed memory comes out of the trash.
 * Throws `not_found`, `invalid_input` for a version that is not kept.
 */
export const revertMemory = async (context: ServiceContext, id: MemoryId, version: number): Promise<RestoredMemory> => {
  const history = await memoryHistory(context, id);
  const { current } = history;
  const { record } = versionOf(history, version);
  if (record.deletedAt !== null) {
    throw new AppError(
      'invalid_input',
      `Version ${version} is of its time in the trash; choose another one, or use delete_memory.`,
    );
  }
  if (version === current.version) return { id, version, changed: false };
  const { usageCount, lastAccessed, createdAt } = current;
  return bringBack(
    context,
    current,
    { ...record, usageCount, lastAccessed, createdAt },
    { kind: 'reverted', reason: `to version ${version}` },
  );
};
