import type { Millis } from '../domain/ids.ts';
import type { Committed, WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';

/** The one way from a use case to the store: all of the operations, or none. */
export const commit = (
  context: ServiceContext,
  operations: readonly WriteOperation[],
  at: Millis,
): Promise<Committed> => context.store.write(context.scope, { operations, at, by: null });
