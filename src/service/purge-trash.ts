import type { Millis } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { ServiceContext } from './context.ts';

export interface PurgeOptions {
  /** What went to the trash before this time is destroyed. */
  readonly deletedBefore: Millis;
  /** Counts, and destroys nothing. */
  readonly dryRun: boolean;
  readonly onProgress: (done: number) => void;
}

const batchSize = 200;

/** The trash in batches, without what was merged away: that is no waste but the way from an old id to what answers for it. */
async function* trash({ store, scope }: ServiceContext, deletedBefore: Millis): AsyncGenerator<readonly Memory[]> {
  const filter = { state: 'trashed', deletedBefore } as const;
  const sort = { field: 'updated_at', direction: 'asc' } as const;
  let last: Memory | undefined;
  do {
    const after = last && { after: { value: last.updatedAt, id: last.id } };
    const page = await store.listMemories(scope, { filter, sort, limit: batchSize, ...after });
    last = page.at(-1);
    const waste = page.filter(({ mergedInto }) => mergedInto === null);
    if (waste.length > 0) yield waste;
  } while (last !== undefined);
}

/**
 * Destroys memories of the trash with their relationships and their history, and returns how many. One that was restored meanwhile stays.
 */
export const purgeTrash = async (context: ServiceContext, options: PurgeOptions): Promise<number> => {
  const { store, scope } = context;
  let purged = 0;
  for await (const batch of trash(context, options.deletedBefore)) {
    const ids = batch.map(({ id }) => id);
    if (options.dryRun) {
      purged += ids.length;
    } else {
      const operations = ids.map((id) => ({ op: 'purge_memory', id }) as const);
      await store.write(scope, { operations, at: context.now(), by: null });
      purged += ids.length - (await store.memories(scope, ids, 'any')).length;
    }
    options.onProgress(purged);
  }
  return purged;
};
