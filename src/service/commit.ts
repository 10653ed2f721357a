import type { Millis } from '../domain/ids.ts';
import type { TenantScope } from '../domain/scope.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Committed, WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { withNeighbourWords } from './neighbour-words.ts';
import { writerOf } from './writer.ts';

/** A store names what is in the way; what to do about it is said here, the same for every store. */
const explained = (error: unknown): unknown => {
  if (!isAppError(error, 'duplicate') || error.details.entity !== 'relationship') return error;
  return new AppError(
    'duplicate',
    `Relationship ${String(error.details.id)} joins the two in this way already; update that one, or end this one with delete_relationship.`,
    { cause: error, details: error.details },
  );
};

/** Every next version says who made it. */
const signed = (operation: WriteOperation, by: string | null): WriteOperation => {
  if (operation.op === 'replace_memory') return { ...operation, memory: { ...operation.memory, updatedBy: by } };
  if (operation.op !== 'replace_relationship') return operation;
  return { ...operation, relationship: { ...operation.relationship, updatedBy: by } };
};

/**
 * The one way from a use case to the store: all of the operations, or none, signed by the caller, and the index kept in step. With the
 * caller's rights; with the server's only where the caller's were asked of the records that are conditions of the batch.
 */
export const commit = async (
  context: ServiceContext,
  operations: readonly WriteOperation[],
  at: Millis,
  scope: TenantScope = context.scope,
): Promise<Committed> => {
  const by = writerOf(context);
  const complete = await withNeighbourWords(
    context,
    operations.map((operation) => signed(operation, by)),
  );
  try {
    return await context.store.write(scope, { operations: complete, at, by });
  } catch (error) {
    throw explained(error);
  }
};
