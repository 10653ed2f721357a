import { mayRead, mayWrite } from '../domain/access.ts';
import type { Memory } from '../domain/memory.ts';
import { isSymmetric, type Relationship } from '../domain/relationship.ts';
import type { TenantScope } from '../domain/scope.ts';
import { AppError } from '../errors.ts';

const absent = (what: string, id: string): AppError =>
  new AppError('not_found', `There is no such ${what}.`, { details: { id } });

const forbidden = (what: string, id: string): AppError =>
  new AppError(
    'forbidden',
    `You may read this ${what}, not change it. Ask who made it, or store your own and link it.`,
    {
      details: { id },
    },
  );

const relabelled = (id: string): AppError =>
  new AppError('forbidden', 'Tenant and creator of a record never change, and are those of the caller.', {
    details: { id },
  });

const outOfReach = (id: string): AppError =>
  new AppError(
    'forbidden',
    'The memory would be kept where you could not read it: choose a team or project of yours, or another visibility.',
    { details: { id } },
  );

const reaimed = (id: string): AppError =>
  new AppError('forbidden', 'The ends and the type of a relationship never change: end this one and make another.', {
    details: { id },
  });

/** Throws `forbidden` unless the memory is the caller's own and stays in what the caller reads. */
export const checkCreated = (scope: TenantScope, memory: Memory): void => {
  if (scope.tenant === null) return;
  const { tenantId, createdBy } = memory.context;
  if (tenantId !== scope.tenant) throw relabelled(memory.id);
  if (scope.role === 'maintenance') return;
  if (createdBy !== scope.user) throw relabelled(memory.id);
  if (!mayRead(scope, memory)) throw outOfReach(memory.id);
};

/** Throws `not_found` for what is absent or may not be read, `forbidden` for what may not be written or would leave the scope. */
export const checkReplaced = (scope: TenantScope, before: Memory | undefined, after: Memory): void => {
  if (before === undefined || !mayRead(scope, before)) throw absent('memory', after.id);
  if (scope.tenant === null) return;
  if (!mayWrite(scope, before)) throw forbidden('memory', after.id);
  const kept =
    after.context.tenantId === before.context.tenantId && after.context.createdBy === before.context.createdBy;
  if (!kept) throw relabelled(after.id);
  if (!mayRead(scope, after)) throw outOfReach(after.id);
};

/** The memories at the two ends, as they stand in the transaction. */
export interface Ends {
  readonly from: Memory | undefined;
  readonly to: Memory | undefined;
}

/** A link is written by who may write the memory it leaves; a symmetric one leaves both. */
const mayLink = (scope: TenantScope, relationship: Relationship, from: Memory, to: Memory): boolean =>
  mayWrite(scope, from) || (isSymmetric(relationship.type) && mayWrite(scope, to));

/** Throws `not_found` with the id of the first end that is absent or may not be read, and `forbidden`. */
export const checkLinked = (scope: TenantScope, relationship: Relationship, { from, to }: Ends): void => {
  if (from === undefined || !mayRead(scope, from)) throw absent('memory to relate', relationship.from);
  if (to === undefined || !mayRead(scope, to)) throw absent('memory to relate', relationship.to);
  if (scope.tenant === null) return;
  if (relationship.tenantId !== scope.tenant) throw relabelled(relationship.id);
  if (scope.role === 'maintenance') return;
  if (relationship.createdBy !== scope.user) throw relabelled(relationship.id);
  if (!mayLink(scope, relationship, from, to)) throw forbidden('memory', from.id);
};

const hasSameAim = (before: Relationship, after: Relationship): boolean =>
  before.from === after.from && before.to === after.to && before.type === after.type;

/** `ends` are those of `before`; who made a relationship may change it too, not lead it elsewhere. Throws `not_found`, `forbidden`. */
export const checkRelinked = (
  scope: TenantScope,
  before: Relationship | undefined,
  after: Relationship,
  { from, to }: Ends,
): void => {
  if (before === undefined || from === undefined || to === undefined || !mayRead(scope, from) || !mayRead(scope, to)) {
    throw absent('relationship', after.id);
  }
  if (scope.tenant === null) return;
  if (before.tenantId !== scope.tenant) throw absent('relationship', after.id);
  if (before.tenantId !== after.tenantId || before.createdBy !== after.createdBy) throw relabelled(after.id);
  if (!hasSameAim(before, after)) throw reaimed(after.id);
  if (before.createdBy !== scope.user && !mayLink(scope, before, from, to)) throw forbidden('relationship', after.id);
};
