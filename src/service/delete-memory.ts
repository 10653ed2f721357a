import type { MemoryId } from '../domain/ids.ts';
import type { ServiceContext } from './context.ts';
import { reviseMemory } from './revise-memory.ts';
import { requireExpectedVersion } from './write-right.ts';

/**
 * Moves a memory to the trash. Its relationships stay with it, unseen while an end is in the trash.
 * Throws `not_found`, also for what is in the trash already, `forbidden`, and `version_conflict`.
 */
export const deleteMemory = async (
  context: ServiceContext,
  id: MemoryId,
  expectedVersion: number | null,
  reason: string | null,
): Promise<{ readonly id: MemoryId; readonly version: number }> => {
  requireExpectedVersion(context, expectedVersion);
  const note = { kind: 'deleted', reason } as const;
  const { memory } = await reviseMemory(context, id, expectedVersion, note, (current, at) => ({
    ...current,
    deletedAt: at,
  }));
  return { id: memory.id, version: memory.version };
};
