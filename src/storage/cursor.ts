import { createHash } from 'node:crypto';
import type { JsonValue } from '../domain/memory.ts';
import { AppError } from '../errors.ts';

const canonical = (value: JsonValue | undefined): string => {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => canonical(item)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
};

/** SHA-256 over JSON with sorted keys, as base64url; absent keys count as absent. */
export const digest = (value: JsonValue): string => createHash('sha256').update(canonical(value)).digest('base64url');

const tagLength = 6;

/** An opaque position in the answer to one request: `<first characters of the request's digest>.<payload>`. */
export const encodeCursor = (request: JsonValue, position: JsonValue): string =>
  `${digest(request).slice(0, tagLength)}.${Buffer.from(JSON.stringify(position)).toString('base64url')}`;

/** Throws `cursor_invalid` for text that we did not make, or that belongs to another request. */
export const decodeCursor = (request: JsonValue, cursor: string): JsonValue => {
  const [tag, payload] = cursor.split('.', 2);
  if (tag !== digest(request).slice(0, tagLength) || !payload) {
    throw new AppError(
      'cursor_invalid',
      'This cursor belongs to another request; repeat the call without cursor, or with its own arguments.',
    );
  }
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as JsonValue;
  } catch {
    throw new AppError('cursor_invalid', 'This cursor is damaged; repeat the call without cursor.');
  }
};
