import { type Field, memoryFields, relationshipFields } from '../../domain/fields.ts';
import type { RelationshipId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/memory.ts';
import { AppError } from '../../errors.ts';
import type { Change, ChangeKind } from '../../storage/query.ts';
import { readMemory, requireId } from './read-memory.ts';
import { readRelationship } from './read-relationship.ts';
import { encodeRecord, isJsonObject, parseTime, type RecordObject } from './record-text.ts';

const kinds: Readonly<Record<ChangeKind, true>> = {
  created: true,
  updated: true,
  deleted: true,
  restored: true,
  merged: true,
  reverted: true,
  shared: true,
  reinforced: true,
  superseded: true,
  invalidated: true,
  removed: true,
};

export const fieldsOf = (entity: Change['entity']): readonly Field[] =>
  entity === 'memory' ? memoryFields : relationshipFields;

/** The place in the log is the place in the file: `seq` means something in one store only. */
export const encodeChange = ({ entity, id, version, kind, at, by, reason, before }: Change): RecordObject => ({
  entity,
  id,
  version,
  kind,
  at: new Date(at).toISOString(),
  ...(by === null ? {} : { by }),
  ...(reason === null ? {} : { reason }),
  ...(before === null ? {} : { before: encodeRecord(before, fieldsOf(entity)) }),
});

const textOrNull = (object: JsonObject, name: string): string | null => {
  const value = object[name] ?? null;
  if (value !== null && typeof value !== 'string') throw new AppError('invalid_input', `${name} must be text`);
  return value;
};

/** A line of the log as a file has it. Throws `invalid_input`. */
export const readChange = (object: JsonObject): Change => {
  const { entity, version, kind, before = null } = object;
  if (entity !== 'memory' && entity !== 'relationship') {
    throw new AppError('invalid_input', 'entity must be memory or relationship');
  }
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    throw new AppError('invalid_input', `kind must be one of ${Object.keys(kinds).join(', ')}`);
  }
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw new AppError('invalid_input', 'version must be 1 or more');
  }
  if (before !== null && !isJsonObject(before)) throw new AppError('invalid_input', 'before must be an object');
  const id = requireId('id', textOrNull(object, 'id') ?? '');
  const common = {
    seq: 0,
    at: parseTime('at', object.at),
    kind: kind as ChangeKind,
    by: textOrNull(object, 'by'),
    reason: textOrNull(object, 'reason'),
    version: version as number,
  };
  return entity === 'memory'
    ? { ...common, entity, id, before: before && readMemory(before) }
    : { ...common, entity, id: id as string as RelationshipId, before: before && readRelationship(before) };
};
