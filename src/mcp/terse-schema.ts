import type { JsonObject, JsonValue } from '../domain/memory.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Bounds of lengths and of whole numbers: a model keeps to them without being told, and is told when it does not. */
const left = new Set(['minLength', 'maxLength', 'minItems', 'maxItems']);
const leftOfIntegers = new Set(['minimum', 'maximum']);

const terse = (node: JsonObject, top: boolean): JsonObject => {
  // A part with a listing of its own (`meta({ listed })`) is shown by that alone.
  if (isObject(node.listed)) return node.listed;
  const entries = Object.entries(node).filter(([key, value]) => {
    if (left.has(key) || (node.type === 'integer' && leftOfIntegers.has(key))) return false;
    if (key === 'additionalProperties') return top;
    if (key === 'default' && node.enum) return false;
    return !((key === 'default' || key === 'properties') && isEmpty(value));
  });
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isObject(value) && key !== 'default' ? inside(key, value) : value]),
  );
};

const inside = (key: string, value: JsonObject): JsonObject =>
  key === 'properties'
    ? Object.fromEntries(
        Object.entries(value).map(([name, node]) => [name, isObject(node) ? terse(node, false) : node]),
      )
    : terse(value, false);

/**
 * An input schema as a model needs it, since every character of it is paid in every session: names, types, choices and what is required. What
 * is left out here is checked all the same.
 */
export const terseSchema = (schema: JsonObject): JsonObject => terse(schema, true);
