import type { MemoryId } from '../../domain/ids.ts';
import type { ServiceContext } from '../context.ts';
import { renewedWords } from '../renew-index.ts';
import type { FileRecord, OnProgress } from './format.ts';

const batchSize = 100;

const renew = async (context: ServiceContext, ids: readonly MemoryId[]): Promise<void> => {
  const memories = await context.store.memories(context.scope, ids, 'live');
  const operations = await renewedWords(context, memories);
  await context.store.write(context.scope, { operations, at: context.now(), by: null });
};

/** Gives each memory of a file the words of those that it is related to, once all of them are there. */
export const renewWords = async (
  context: ServiceContext,
  records: AsyncIterable<FileRecord>,
  total: number,
  onProgress: OnProgress,
): Promise<void> => {
  if (context.settings.ranking.contextWords === 0) return;
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
