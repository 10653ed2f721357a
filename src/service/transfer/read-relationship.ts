import { relationshipFields } from '../../domain/fields.ts';
import type { RelationshipId } from '../../domain/ids.ts';
import { limits } from '../../domain/limits.ts';
import type { JsonObject } from '../../domain/memory.ts';
import {
  isSymmetric,
  type Relationship,
  type RelationshipContext,
  relationshipTypes,
} from '../../domain/relationship.ts';
import { AppError } from '../../errors.ts';
import { storedEnds } from '../relate.ts';
import { requireId } from './read-memory.ts';
import { decodeRecord } from './record-text.ts';

const required = new Set(['id', 'from_memory_id', 'to_memory_id', 'type', 'created_at']);
const scopes: readonly unknown[] = ['full', 'partial', 'conditional', null];
const contextLists = ['conditions', 'evidence', 'components', 'exceptions'] as const;

const check = (holds: boolean, problem: string): void => {
  if (!holds) throw new AppError('invalid_input', problem);
};

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

const checkContext = (context: RelationshipContext | null): void => {
  if (context === null) return;
  check(JSON.stringify(context).length <= 2 * limits.relationshipContext, 'context is too long');
  check(context.text === null || typeof context.text === 'string', 'context.text must be text or null');
  check(scopes.includes(context.scope), 'context.scope must be full, partial, conditional or null');
  for (const list of contextLists) check(isTexts(context[list]), `context.${list} must be a list of texts`);
};

const checkRelationship = (relationship: Relationship): void => {
  const { type, from, to, strength, confidence, successRate, description, origin, version } = relationship;
  check(relationshipTypes.includes(type), `type must be one of ${relationshipTypes.join(', ')}`);
  check(from !== to, 'from_memory_id and to_memory_id must differ');
  const shares = { strength, confidence, success_rate: successRate ?? 0 };
  for (const [name, share] of Object.entries(shares)) check(share >= 0 && share <= 1, `${name} must be from 0 to 1`);
  check((description ?? '').length <= limits.description, `description has more than ${limits.description} characters`);
  check(origin === 'stated' || origin === 'automatic', 'origin must be stated or automatic');
  check(version >= 1, 'version must be 1 or more');
  checkContext(relationship.context);
};

/** A relationship as a file has it; one of a symmetric type may have its ends either way. Throws `invalid_input`. */
export const readRelationship = (object: JsonObject): Relationship => {
  const created = object.created_at ?? null;
  const defaults = {
    strength: 0.5,
    confidence: 0.8,
    bidirectional: isSymmetric(object.type as Relationship['type']),
    evidence_count: 1,
    counter_evidence_count: 0,
    validation_count: 0,
    last_validated: created,
    valid_from: created,
    recorded_at: created,
    version: 1,
    origin: 'stated',
  };
  const decoded = decodeRecord(object, relationshipFields, required, defaults) as Relationship;
  const ends = {
    type: decoded.type,
    from: requireId('from_memory_id', decoded.from),
    to: requireId('to_memory_id', decoded.to),
  };
  const relationship: Relationship = {
    ...decoded,
    ...storedEnds(ends),
    id: requireId('id', decoded.id) as string as RelationshipId,
    invalidatedBy:
      decoded.invalidatedBy === null
        ? null
        : (requireId('invalidated_by', decoded.invalidatedBy) as string as RelationshipId),
  };
  checkRelationship(relationship);
  return relationship;
};
