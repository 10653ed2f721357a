import type { Statistics } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

/** Counts over what the caller may see. */
export const memoryStatistics = (context: ServiceContext, top: number): Promise<Statistics> =>
  context.store.statistics(context.scope, top);
