import type { MemoryId } from '../../domain/ids.ts';
import type { IndexState } from '../../storage/batch.ts';
import type { ServiceContext } from '../context.ts';
import { indexIsCurrent, renewedWords, renewIndex } from '../renew-index.ts';
import type { Counts, FileRecord, OnProgress } from './format.ts';

const batchSize = 100;

const renew = async (context: ServiceContext, ids: readonly MemoryId[]): Promise<void> => {
  const memories = await context.store.memories(context.scope, ids, 'live');
  const operations = await renewedWords(context, memories);
  await context.store.write(context.scope, { operations, at: context.now(), by: null });
};

const setState = async ({ store, upkeepScope, now }: ServiceContext, state: IndexState): Promise<void> => {
  await store.write(upkeepScope, { operations: [{ op: 'set_index_state', state }], at: now(), by: null });
};

const renewThose = async (
  context: ServiceContext,
  records: AsyncIterable<FileRecord>,
  total: number,
  onProgress: OnProgress,
): Promise<void> => {
  let ids: MemoryId[] = [];
  let done = 0;
  for await (const { kind, record } of records) {
    if (kind !== 'memory') break;
    ids.push(record.id);
    if (ids.length < batchSize) continue;
    await renew(context, ids);
    done += ids.length;
    ids = [];
    onProgress({ phase: 'indexing', done, total });
  }
  if (ids.length > 0) await renew(context, ids);
};

export interface NeighbourWords {
  /** Before the first relationship: from here to the end the index counts as old, so that it is renewed even if this process ends first. */
  begin(): Promise<void>;
  /** Once all relationships are there. */
  renew(records: AsyncIterable<FileRecord>, total: Counts, onProgress: OnProgress): Promise<void>;
}

/** Gives each memory of a file the words of those that it is related to. An index that was left old is renewed as a whole. */
export const neighbourWords = async (context: ServiceContext): Promise<NeighbourWords> => {
  const before = await context.store.indexState(context.upkeepScope);
  const wasCurrent = await indexIsCurrent(context);
  let begun = false;
  return {
    begin: async () => {
      if (begun) return;
      begun = true;
      if (wasCurrent) await setState(context, { version: 0, through: null });
    },
    renew: async (records, total, onProgress) => {
      const usesWords = context.settings.ranking.contextWords > 0 && total.relationship > 0;
      if (usesWords && !wasCurrent) {
        await renewIndex(context, ({ done, total: all }) => onProgress({ phase: 'indexing', done, total: all }));
        return;
      }
      if (!begun) return;
      if (usesWords) await renewThose(context, records, total.memory, onProgress);
      if (wasCurrent) await setState(context, before);
    },
  };
};
