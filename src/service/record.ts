import { type Field, fieldValue, memoryFields, relationshipFields } from '../domain/fields.ts';
import type { JsonObject, JsonValue, Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';

export const isoTime = (at: number): string => new Date(at).toISOString();

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

const flat = (record: object, fields: readonly Field[]): JsonObject =>
  Object.fromEntries(
    fields
      .map((field): [string, JsonValue | undefined] => {
        const value = fieldValue(record, field) as JsonValue;
        if (isEmpty(value)) return [field.name, undefined];
        return [field.name, field.kind === 'time' ? isoTime(value as number) : value];
      })
      .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );

/** A record as it goes over the wire: snake_case, times in ISO 8601, nothing that is empty. */
export const memoryRecord = (memory: Memory): JsonObject => flat(memory, memoryFields);
export const relationshipRecord = (relationship: Relationship): JsonObject => flat(relationship, relationshipFields);
