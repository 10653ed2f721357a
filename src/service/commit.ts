import type { Millis } from '../domain/ids.ts';
import type { Committed, WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { withNeighbourWords } from './neighbour-words.ts';

/** The one way from a use case to the store: all of the operations, or none, and the index kept in step. */
export const commit = async (
  context: ServiceContext,
  operations: readonly WriteOperation[],
  at: Millis,
): Promise<Committed> =>
  context.store.write(context.scope, { operations: await withNeighbourWords(context, operations), at, by: null });
