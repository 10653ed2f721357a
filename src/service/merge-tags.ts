import type { MemoryId } from '../domain/ids.ts';
import { normaliseTags } from '../domain/memory-rules.ts';
import type { ServiceContext } from './context.ts';
import { findVersion, memoryInAnyState } from './memory-history.ts';

/** What a change of tags adds and takes away, done to tags that somebody else changed meanwhile. */
export const mergedTags = (
  base: readonly string[],
  wanted: readonly string[],
  current: readonly string[],
): readonly string[] => {
  const removed = new Set(base.filter((tag) => !wanted.includes(tag)));
  return normaliseTags([...current.filter((tag) => !removed.has(tag)), ...wanted.filter((tag) => !base.includes(tag))]);
};

/** The tags of a version; null where it is not kept, or not for this caller. Throws `not_found`. */
export const tagsOfVersion = async (
  context: ServiceContext,
  id: MemoryId,
  version: number,
): Promise<readonly string[] | null> => {
  const found = await findVersion(context, await memoryInAnyState(context, id), version);
  return 'kept' in found ? null : found.record.tags;
};
