import { parseRelationshipId, type RelationshipId } from '../domain/ids.ts';
import type { Relationship } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from './context.ts';
import { relationshipRecord } from './record.ts';

/** Throws `invalid_input` for text that is no id. */
export const requireRelationshipId = (text: string): RelationshipId => {
  const id = parseRelationshipId(text);
  if (!id) {
    throw new AppError('invalid_input', 'relationship_id must be an id as get_memory prints it in brackets (a UUID).');
  }
  return id;
};

/** A live relationship. Throws `not_found`, and `version_conflict` with `{current}` in its details. */
export const findRelationship = async (
  context: ServiceContext,
  id: RelationshipId,
  expectedVersion: number | null,
): Promise<Relationship> => {
  const [edge] = await context.store.relationships(context.scope, { ids: [id], limit: 1 });
  if (!edge) {
    throw new AppError(
      'not_found',
      `There is no live relationship ${id}; get_memory lists those of a memory with their ids.`,
    );
  }
  if (expectedVersion !== null && edge.version !== expectedVersion) {
    throw new AppError(
      'version_conflict',
      `Relationship ${id} is at version ${edge.version}, not ${expectedVersion}. Look at the current record below and repeat with expected_version ${edge.version}.`,
      { details: { current: relationshipRecord(edge) } },
    );
  }
  return edge;
};
