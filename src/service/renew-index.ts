import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { TOKENIZER_VERSION } from '../search/tokenizer.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { documentsOf } from './neighbour-words.ts';

export interface RenewProgress {
  readonly done: number;
  readonly total: number;
}

const batchSize = 100;
const oldestFirst = { field: 'created_at', direction: 'asc' } as const;

/** The operations that give live memories the words of today's tokenizer and of today's neighbours. */
export const renewedWords = async (
  context: ServiceContext,
  memories: readonly Memory[],
): Promise<readonly WriteOperation[]> => {
  const documents = await documentsOf(context, memories);
  return memories.flatMap((memory): WriteOperation[] => {
    const document = documents.get(memory.id);
    return document ? [{ op: 'index_memory', id: memory.id, document, ofVersion: memory.version }] : [];
  });
};

/** Whether the words of the index are those of today's tokenizer. */
export const indexIsCurrent = async (context: ServiceContext): Promise<boolean> => {
  const state = await context.store.indexState(context.upkeepScope);
  return state.version === TOKENIZER_VERSION && state.through === null;
};

/** Where an interrupted renewal goes on; from the start if it was of another version or its place is gone. */
const placeOf = async (context: ServiceContext): Promise<{ value: number; id: MemoryId } | null> => {
  const state = await context.store.indexState(context.upkeepScope);
  if (state.version !== TOKENIZER_VERSION || state.through === null) return null;
  const [memory] = await context.store.memories(context.upkeepScope, [state.through], 'any');
  return memory ? { value: memory.createdAt, id: memory.id } : null;
};

/**
 * Makes the words of every live memory of the caller's tenant anew, the oldest first, in short batches that others can write between. Each batch keeps its place, so
 * that a run that was cut off goes on where it stopped. What is stored meanwhile is indexed by whoever stores it.
 */
export const renewIndex = async (
  context: ServiceContext,
  onProgress: (progress: RenewProgress) => void,
): Promise<number> => {
  const total = await context.store.countMemories(context.upkeepScope, {});
  let after = await placeOf(context);
  let done = 0;
  for (;;) {
    const place = after === null ? {} : { after };
    const memories = await context.store.listMemories(context.upkeepScope, {
      filter: {},
      sort: oldestFirst,
      ...place,
      limit: batchSize,
    });
    const last = memories.length < batchSize ? undefined : memories.at(-1);
    const state = { version: TOKENIZER_VERSION, through: last?.id ?? null };
    const operations: WriteOperation[] = [...(await renewedWords(context, memories)), { op: 'set_index_state', state }];
    await context.store.write(context.upkeepScope, { operations, at: context.now(), by: null });
    done += memories.length;
    onProgress({ done, total });
    if (!last) return done;
    after = { value: last.createdAt, id: last.id };
  }
};
