import { type Parameters, Real, type Value } from '../cypher/values.ts';

/** Parameters are text of the statement here, so that nothing but these names gets there unquoted. */
const name = /^[A-Za-z_][A-Za-z0-9_]*$/;

const encodeText = (text: string): string => {
  // The server reads a statement up to the first NUL.
  if (text.includes('\0')) throw new RangeError('a text with NUL cannot be a parameter');
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
};

/** A whole number without a point would come back as an integer. */
const encodeReal = (value: number): string => {
  if (!Number.isFinite(value)) throw new RangeError('a parameter must be a finite number');
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

/** Beyond these the server makes a floating-point number of it, and the client rounds what it reads. */
const encodeNumber = (value: number): string => {
  if (!Number.isInteger(value)) return encodeReal(value);
  if (!Number.isSafeInteger(value)) throw new RangeError('an integer parameter must be a safe one');
  return Object.is(value, -0) ? '0' : String(value);
};

const encodeEntries = (entries: readonly (readonly [string, Value])[], between: string): readonly string[] =>
  entries.map(([key, value]) => {
    if (!name.test(key)) throw new RangeError('a parameter has a name that is none');
    return `${key}${between}${encodeValue(value)}`;
  });

const encodeValue = (value: Value): string => {
  if (value === null) return 'null';
  if (value instanceof Real) return encodeReal(value.value);
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'number':
      return encodeNumber(value);
    case 'boolean':
      return String(value);
    default:
      if (Array.isArray(value)) return `[${value.map((item: Value) => encodeValue(item)).join(',')}]`;
      return `{${encodeEntries(Object.entries(value), ':').join(',')}}`;
  }
};

/** The text that stands before a statement. Throws `RangeError` for a name or value that has no such form. */
export const encodeParameters = (parameters: Parameters): string => {
  const given = encodeEntries(Object.entries(parameters), '=');
  return given.length === 0 ? '' : `CYPHER ${given.join(' ')} `;
};
