import type { Millis } from '../domain/ids.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Committed, WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { withNeighbourWords } from './neighbour-words.ts';

/** A store names what is in the way; what to do about it is said here, the same for every store. */
const explained = (error: unknown): unknown => {
  if (!isAppError(error, 'duplicate') || error.details.entity !== 'relationship') return error;
  return new AppError(
    'duplicate',
    `Relationship ${String(error.details.id)} joins the two in this way already; update that one, or end this one with delete_relationship.`,
    { cause: error, details: error.details },
  );
};

/** The one way from a use case to the store: all of the operations, or none, and the index kept in step. */
export const commit = async (
  context: ServiceContext,
  operations: readonly WriteOperation[],
  at: Millis,
): Promise<Committed> => {
  const complete = await withNeighbourWords(context, operations);
  try {
    return await context.store.write(context.scope, { operations: complete, at, by: null });
  } catch (error) {
    throw explained(error);
  }
};
