import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { searchDocument } from '../search/document.ts';
import { duplicateProbe, similarity } from '../search/similarity.ts';
import type { SearchDocument } from '../storage/search-document.ts';
import type { ServiceContext } from './context.ts';

export interface NearDuplicate {
  readonly id: MemoryId;
  readonly title: string;
  /** 0–1, 1 for the same words. */
  readonly similarity: number;
}

/** No threshold separates a duplicate from a relative, so this one is low and the caller decides. */
const reportFrom = 0.6;
const candidates = 5;
const reported = 3;

/** Live memories of the same words, most similar first. */
export const findNearDuplicates = async (
  context: ServiceContext,
  memory: Memory,
  document: SearchDocument,
): Promise<readonly NearDuplicate[]> => {
  const hits = await context.store.search(context.scope, duplicateProbe(document), {}, candidates);
  return hits
    .filter((hit) => hit.memory.id !== memory.id)
    .map(({ memory: there }) => ({
      id: there.id,
      title: there.title,
      similarity: Math.round(similarity(document, searchDocument(there)) * 100) / 100,
    }))
    .filter((near) => near.similarity >= reportFrom)
    .sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
    .slice(0, reported);
};
