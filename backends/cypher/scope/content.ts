import { createHash } from 'node:crypto';
import {
  type Field,
  fieldValue,
  memoryFields,
  ownerFieldNames,
  relationshipFields,
  usageFieldNames,
} from '../../../src/domain/fields.ts';
import type { Memory } from '../../../src/domain/memory.ts';
import type { Relationship } from '../../../src/domain/relationship.ts';
import type { Change } from '../../../src/storage/query.ts';
import type { Row } from '../values.ts';

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

const valuesOf = (record: object, fields: readonly Field[]): readonly unknown[] =>
  fields.map((field) => fieldValue(record, field) ?? null);

const memoryContentFields = memoryFields.filter(({ name }) => !ownerFieldNames.has(name) && !usageFieldNames.has(name));
const relationshipContentFields = relationshipFields.filter(({ name }) => name !== 'tenant_id');

/** SHA-256 of all of a memory but scope and usage, as hex. */
export const memoryContent = (memory: Memory): string => digest(valuesOf(memory, memoryContentFields));

/** SHA-256 of all of a relationship but its scope, as hex. */
export const relationshipContent = (relationship: Relationship, words: string): string =>
  digest([...valuesOf(relationship, relationshipContentFields), words]);

export const changeContent = ({ at, entity, id, version, kind, by, reason, before }: Change): string =>
  digest([at, entity, id, version, kind, by, reason, before]);

/** Of what cannot be read. */
export const rawContent = (record: Row): string => digest(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const isObject = (text: unknown): boolean => {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object';
  } catch {
    return false;
  }
};

const isList = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.every((item) => typeof item === 'string'));

/** Which property does not hold what it should, and not a word of what it holds. */
export const faultIn = (record: Row, fields: readonly Field[]): string | null => {
  for (const { name, kind } of fields) {
    const value = record[name];
    if (kind === 'list' && !isList(value)) return `${name} is no list of texts`;
    if (kind === 'json' && value !== undefined && value !== null && !isObject(value))
      return `${name} is no JSON object`;
  }
  return null;
};
