import { type Field, fieldValue, memoryFields, relationshipFields, setFieldValue } from '../../src/domain/fields.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { type Properties, Real, type Row, type Value } from './values.ts';

const encode = (value: unknown, { kind }: Field): Value => {
  if (kind === 'json') return JSON.stringify(value);
  return kind === 'real' ? new Real(value as number) : (value as Value);
};

const decode = (value: unknown, { kind }: Field): unknown => {
  if (value === undefined || value === null) return kind === 'list' ? [] : null;
  return kind === 'json' ? JSON.parse(value as string) : value;
};

const toProperties = (record: object, fields: readonly Field[]): Properties => {
  const properties: Properties = {};
  for (const field of fields) {
    const value = fieldValue(record, field);
    if (value !== null && value !== undefined) properties[field.name] = encode(value, field);
  }
  return properties;
};

const fromProperties = (properties: Row, fields: readonly Field[]): object => {
  const record = {};
  for (const field of fields) setFieldValue(record, field, decode(properties[field.name], field));
  return record;
};

/** Under the names of every store, `context_` before what belongs to the context; nested things as JSON text. */
export const memoryProperties = (memory: Memory): Properties => toProperties(memory, memoryFields);
export const relationshipProperties = (relationship: Relationship): Properties =>
  toProperties(relationship, relationshipFields);

export const toMemory = (properties: unknown): Memory => fromProperties(properties as Row, memoryFields) as Memory;
export const toRelationship = (properties: unknown): Relationship =>
  fromProperties(properties as Row, relationshipFields) as Relationship;

export const isLiveMemory = ({ deletedAt, mergedInto }: Memory): boolean => deletedAt === null && mergedInto === null;
export const isLiveRelationship = ({ validUntil, removedAt }: Relationship): boolean =>
  validUntil === null && removedAt === null;
