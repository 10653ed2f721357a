import type { MemoryId, Millis } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { AppError, isAppError } from '../errors.ts';
import type { ChangeNote } from '../storage/batch.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { findMemory } from './find-memory.ts';
import { replacesMemory } from './operations.ts';
import { memoryRecord } from './record.ts';
import { requireWriteRight } from './write-right.ts';

/** Without `expectedVersion`, how often a change is laid anew over what somebody else wrote meanwhile. */
const attempts = 20;

/** The record as it is now goes with the refusal, so that the caller can merge and try again. */
const versionConflict = (current: Memory, expected: number): AppError =>
  new AppError(
    'version_conflict',
    `Memory ${current.id} is at version ${current.version}, not ${expected}. Merge with the current record below and repeat with expected_version ${current.version}.`,
    { details: { current: memoryRecord(current) } },
  );

export interface Revised {
  readonly memory: Memory;
  /** False if there was nothing to change: no version was added. */
  readonly changed: boolean;
}

/**
 * Makes the next version of a live memory. `change` gets the stored record and returns the new one, or null if there is nothing to change;
 * it may run again when somebody else writes in between. `version` and `updatedAt` are set here, and time never runs backwards.
 * Throws `not_found`, `forbidden`, and `version_conflict` with `{current}` in its details.
 */
export const reviseMemory = async (
  context: ServiceContext,
  id: MemoryId,
  expectedVersion: number | null,
  note: ChangeNote,
  change: (current: Memory, at: Millis) => Memory | null,
): Promise<Revised> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const current = await findMemory(context, id);
    requireWriteRight(context, current);
    if (expectedVersion !== null && current.version !== expectedVersion)
      throw versionConflict(current, expectedVersion);
    const at = Math.max(context.now(), current.updatedAt);
    const changed = change(current, at);
    if (!changed) return { memory: current, changed: false };
    const memory: Memory = { ...changed, version: current.version + 1, updatedAt: at };
    try {
      await commit(context, [replacesMemory(memory, note)], at);
      return { memory, changed: true };
    } catch (error) {
      if (!isAppError(error, 'version_conflict')) throw error;
    }
  }
  throw new AppError('store_busy', 'Others keep changing this memory; try again in a moment.');
};
