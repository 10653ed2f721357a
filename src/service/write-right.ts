import { mayWrite } from '../domain/access.ts';
import type { Memory } from '../domain/memory.ts';
import { isSymmetric, type RelationshipType } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from './context.ts';

/** Throws `forbidden` for a memory that the caller may read but not change. The store asks again, in the transaction. */
export const requireWriteRight = ({ scope }: ServiceContext, memory: Memory): void => {
  if (mayWrite(scope, memory)) return;
  throw new AppError(
    'forbidden',
    `You may read memory ${memory.id}, not change it: only who made it (context_created_by) and admins may. Ask them, or store your own and link it.`,
    { details: { id: memory.id } },
  );
};

/** Throws `forbidden` unless the caller may link from the one to the other: a link belongs to the memory it leaves, a symmetric one to both. */
export const requireLinkRight = ({ scope }: ServiceContext, type: RelationshipType, from: Memory, to: Memory): void => {
  if (mayWrite(scope, from) || (isSymmetric(type) && mayWrite(scope, to))) return;
  throw new AppError(
    'forbidden',
    `A relationship belongs to the memory it leaves, and ${from.id} is not yours to change. Turn it round, use a symmetric type such as RELATED_TO from one of yours, or store your own memory and link that.`,
    { details: { id: from.id } },
  );
};

/** In multi-tenant mode a change says which version it was made of. Throws `invalid_input`. */
export const requireExpectedVersion = ({ scope }: ServiceContext, expectedVersion: number | null): void => {
  if (scope.tenant === null || expectedVersion !== null) return;
  throw new AppError(
    'invalid_input',
    'expected_version is required: give the version that you read (get_memory prints it), so that no change of somebody else is lost.',
  );
};
