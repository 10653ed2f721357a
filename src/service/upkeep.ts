import { TOKENIZER_VERSION } from '../search/tokenizer.ts';
import type { ServiceContext } from './context.ts';
import { indexIsCurrent, renewIndex } from './renew-index.ts';

/** After a change of the tokenizer, brings an older store's index up to date; a store with nothing in it only takes note of the version. */
export const keepIndexCurrent = async (context: ServiceContext): Promise<void> => {
  if (context.settings.readOnly || (await indexIsCurrent(context))) return;
  if ((await context.store.countMemories(context.upkeepScope, {})) > 0) {
    await renewIndex(context, () => undefined);
    return;
  }
  const operations = [{ op: 'set_index_state', state: { version: TOKENIZER_VERSION, through: null } }] as const;
  await context.store.write(context.upkeepScope, { operations, at: context.now(), by: null });
};
