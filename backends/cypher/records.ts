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
  if (kind === 'real') return Number(value);
  return kind === 'json' ? JSON.parse(value as string) : value;
};

/** Digits of a floating-point number that every server gives back. */
const digitsGiven = 15;
/** Beside a number with more digits stands the whole of it, as text. */
export const exactName = (name: string): string => `${name}_exact`;

const toProperties = (record: object, fields: readonly Field[]): Properties => {
  const properties: Properties = {};
  for (const field of fields) {
    const value = fieldValue(record, field);
    if (value === null || value === undefined) continue;
    properties[field.name] = encode(value, field);
    const isInexact = field.kind === 'real' && Number((value as number).toPrecision(digitsGiven)) !== value;
    if (isInexact) properties[exactName(field.name)] = String(value);
  }
  return properties;
};

const fromProperties = (properties: Row, fields: readonly Field[]): object => {
  const record = {};
  for (const field of fields) {
    setFieldValue(record, field, decode(properties[exactName(field.name)] ?? properties[field.name], field));
  }
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
