import type { MemoryId } from '../domain/ids.ts';
import { normaliseTags } from '../domain/memory-rules.ts';
import type { ServiceContext } from './context.ts';
import { memoryHistory } from './memory-history.ts';

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
  const { versions } = await memoryHistory(context, id);
  return versions.find((candidate) => candidate.version === version)?.record.tags ?? null;
};
