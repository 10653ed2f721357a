import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
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

/** Bytes stand for themselves behind a byte that no JSON begins with. */
export type CursorPosition = JsonValue | Uint8Array;
const bytesFollow = 0xff;

const pack = (position: CursorPosition): Buffer =>
  position instanceof Uint8Array
    ? Buffer.concat([Buffer.of(bytesFollow), position])
    : Buffer.from(JSON.stringify(position));

/** Throws what `JSON.parse` throws. */
const unpack = (packed: Buffer): CursorPosition =>
  packed[0] === bytesFollow ? packed.subarray(1) : (JSON.parse(packed.toString('utf8')) as JsonValue);

/** Opaque positions in the answer to one request. */
export interface CursorCodec {
  encode(request: JsonValue, position: CursorPosition): string;
  /** Throws `cursor_invalid` for text that we did not make, or that belongs to another request or another caller. */
  decode(request: JsonValue, cursor: string): CursorPosition;
}

const foreign = (): AppError =>
  new AppError(
    'cursor_invalid',
    'This cursor belongs to another request; repeat the call without cursor, or with its own arguments.',
  );

const tagLength = 6;
const tagOf = (request: JsonValue): string => digest(request).slice(0, tagLength);

/** `<first characters of the request's digest>.<payload>`: for a store that one person reads. */
export const plainCursors: CursorCodec = Object.freeze({
  encode: (request, position) => `${tagOf(request)}.${pack(position).toString('base64url')}`,
  decode: (request, cursor) => {
    const [tag, payload] = cursor.split('.', 2);
    if (tag !== tagOf(request) || !payload) throw foreign();
    try {
      return unpack(Buffer.from(payload, 'base64url'));
    } catch {
      throw new AppError('cursor_invalid', 'This cursor is damaged; repeat the call without cursor.');
    }
  },
} satisfies CursorCodec);

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const sealBytes = 16;

/** How many digits a place in the log has would tell how much others wrote. */
const numberLength = 16;

const packEven = (position: CursorPosition): Buffer =>
  typeof position === 'number' ? Buffer.from(String(position).padStart(numberLength)) : pack(position);

/**
 * Sealed and bound to `caller` as well: it tells nothing of the store, and nobody else can use it. The initialisation vector is made of
 * what is sealed, as in the SIV modes (RFC 5297), so that the same position gives the same cursor. `key` is 32 bytes.
 */
export const sealedCursors = (key: Uint8Array, caller: JsonValue): CursorCodec => {
  const bound = (request: JsonValue): Buffer => Buffer.from(`${digest(caller)} ${digest(request)}`);
  return Object.freeze({
    encode: (request, position) => {
      const text = packEven(position);
      const iv = createHmac('sha256', key).update(bound(request)).update(text).digest().subarray(0, ivBytes);
      const seal = createCipheriv(cipher, key, iv, { authTagLength: sealBytes }).setAAD(bound(request));
      const body = Buffer.concat([seal.update(text), seal.final()]);
      return Buffer.concat([iv, seal.getAuthTag(), body]).toString('base64url');
    },
    decode: (request, cursor) => {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length <= ivBytes + sealBytes) throw foreign();
      const open = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: sealBytes })
        .setAAD(bound(request))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + sealBytes));
      try {
        const text = Buffer.concat([open.update(bytes.subarray(ivBytes + sealBytes)), open.final()]);
        return unpack(text);
      } catch {
        throw foreign();
      }
    },
  } satisfies CursorCodec);
};
