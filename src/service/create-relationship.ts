import type { RelationshipId } from '../domain/ids.ts';
import { AppError, isAppError } from '../errors.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { guardAgainstCycle } from './cycles.ts';
import { findMemories, missingMemory } from './find-memory.ts';
import { createsRelationship, replacesRelationship } from './operations.ts';
import { newRelationship, type RelationshipStatement, reinforced } from './relate.ts';
import { requireLinkRight } from './write-right.ts';

export interface StatedRelationship {
  readonly id: RelationshipId;
  readonly version: number;
  /** False if it was there: it was reinforced. */
  readonly created: boolean;
  readonly evidenceCount: number;
}

/** How often a race with other writers is tried again. */
const attempts = 20;

const create = async (context: ServiceContext, statement: RelationshipStatement): Promise<StatedRelationship> => {
  const guards = await guardAgainstCycle(context, statement.from, statement.to, statement.type);
  const at = context.now();
  const relationship = newRelationship(context, statement, at);
  await commit(context, [...guards, createsRelationship(relationship)], at);
  return { id: relationship.id, version: 1, created: true, evidenceCount: 1 };
};

/** Null if it is no longer there. */
const reinforce = async (
  context: ServiceContext,
  id: RelationshipId,
  statement: RelationshipStatement,
): Promise<StatedRelationship | null> => {
  const [there] = await context.store.relationships(context.scope, { ids: [id], limit: 1 });
  if (!there) return null;
  const at = context.now();
  const relationship = reinforced(there, statement, at);
  await commit(context, [replacesRelationship(relationship, { kind: 'reinforced', reason: null })], at);
  return { id, version: relationship.version, created: false, evidenceCount: relationship.evidenceCount };
};

/** One try. Null if another writer was in the way. */
const state = async (context: ServiceContext, statement: RelationshipStatement): Promise<StatedRelationship | null> => {
  try {
    return await create(context, statement).catch((error: unknown) => {
      if (!isAppError(error, 'duplicate')) throw error;
      return reinforce(context, error.details.id as RelationshipId, statement);
    });
  } catch (error) {
    if (isAppError(error, 'version_conflict')) return null;
    throw error;
  }
};

/**
 * Joins two live memories, or adds evidence to the live relationship of that type that joins them already.
 * Throws `not_found`, `invalid_input`, `forbidden`, and `cycle` naming the path.
 */
export const createRelationship = async (
  context: ServiceContext,
  stated: RelationshipStatement,
): Promise<StatedRelationship> => {
  const ends = await findMemories(context, [stated.from, stated.to]);
  const [from, to] = [ends.get(stated.from), ends.get(stated.to)];
  if (!from) throw await missingMemory(context, stated.from);
  if (!to) throw await missingMemory(context, stated.to);
  if (from.id === to.id) {
    throw new AppError('invalid_input', 'A memory cannot be related to itself; give two different ids.');
  }
  requireLinkRight(context, stated.type, from, to);
  const statement = { ...stated, from: from.id, to: to.id };
  for (let round = 0; round < attempts; round += 1) {
    const done = await state(context, statement);
    if (done) return done;
  }
  throw new AppError('store_busy', 'Others keep changing these relationships; try again in a moment.');
};
