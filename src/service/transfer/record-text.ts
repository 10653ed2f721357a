import { type Field, fieldValue, setFieldValue } from '../../domain/fields.ts';
import type { JsonObject, JsonValue } from '../../domain/memory.ts';
import { roundShare } from '../../domain/memory-rules.ts';
import { AppError } from '../../errors.ts';

/** A record as a line of a file has it: snake_case, times as text, without what is null or empty. */
export type RecordObject = Record<string, JsonValue>;

const sorted = (value: JsonValue): JsonValue => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part as JsonValue)]));
};

// Terminals obey some of these and editors break lines at others; JSON leaves them as they are.
const treacherous = /[\u007f-\u009f\u2028\u2029]/g;

/** The same text for the same content. */
export const jsonText = (value: JsonValue): string =>
  JSON.stringify(value).replace(treacherous, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

const encode = (value: unknown, { kind }: Field): JsonValue => {
  if (kind === 'time') return new Date(value as number).toISOString();
  return kind === 'json' ? sorted(value as JsonValue) : (value as JsonValue);
};

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

export const encodeRecord = (record: object, fields: readonly Field[]): RecordObject => {
  const encoded: RecordObject = {};
  for (const field of fields) {
    const value = fieldValue(record, field);
    if (!isNothing(value)) encoded[field.name] = encode(value, field);
  }
  return encoded;
};

/** Names of the fields in which two records differ. */
export const differingFields = (a: object, b: object, fields: readonly Field[]): readonly string[] => {
  const [left, right] = [encodeRecord(a, fields), encodeRecord(b, fields)];
  return fields.map(({ name }) => name).filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
};

const unstorable = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const moment = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

const isText = (value: unknown): value is string => typeof value === 'string' && !unstorable.test(value);

const wrong = (name: string, wanted: string): AppError => new AppError('invalid_input', `${name} must be ${wanted}`);

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The time that a text names. Throws `invalid_input`. */
export const parseTime = (name: string, value: unknown): number => {
  const at = typeof value === 'string' && moment.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw wrong(name, 'a time such as 2026-01-31T09:30:00.000Z');
  return at;
};

const decode = (value: JsonValue, { name, kind }: Field): unknown => {
  switch (kind) {
    case 'text':
      if (isText(value)) return value;
      throw wrong(name, 'text without NUL and half surrogate pairs');
    case 'list':
      if (Array.isArray(value) && value.every(isText)) return value;
      throw wrong(name, 'a list of texts');
    case 'real':
      if (typeof value === 'number') return roundShare(value);
      throw wrong(name, 'a number');
    case 'int':
      if (Number.isSafeInteger(value) && (value as number) >= 0) return value;
      throw wrong(name, 'a whole number from 0');
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw wrong(name, 'true or false');
    case 'time':
      return parseTime(name, value);
    case 'json':
      if (isJsonObject(value)) return value;
      throw wrong(name, 'an object');
  }
};

/** Unknown keys go to `extra`. A field without a value gets its default; one that must have a value and has none is refused. */
export const decodeRecord = (
  object: JsonObject,
  fields: readonly Field[],
  required: ReadonlySet<string>,
  defaults: RecordObject,
): object => {
  const record = {};
  for (const field of fields) {
    const value = object[field.name] ?? defaults[field.name] ?? null;
    if (value === null && required.has(field.name)) throw new AppError('invalid_input', `${field.name} is missing`);
    const empty = field.kind === 'list' ? [] : null;
    setFieldValue(record, field, value === null ? empty : decode(value, field));
  }
  const known = new Set(['record', ...fields.map(({ name }) => name)]);
  const unknown = Object.entries(object).filter(([key]) => !known.has(key));
  const extra = (record as { extra: JsonObject | null }).extra;
  return unknown.length === 0 ? record : { ...record, extra: { ...extra, ...Object.fromEntries(unknown) } };
};
