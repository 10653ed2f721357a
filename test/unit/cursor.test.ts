import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/domain/memory.ts';
import { isAppError } from '../../src/errors.ts';
import { type CursorCodec, type CursorPosition, plainCursors, sealedCursors } from '../../src/storage/cursor.ts';

const key = Buffer.alloc(32, 7);
const alice = { tenant: 'acme', user: 'alice', teams: ['_everyone', 'platform'], projects: ['shop'], role: 'member' };
const request = { tool: 'search', query: 'zanzibar', limit: 5 };
const position = { at: 1_700_000_000_000, id: 'deadbeef-0000-4000-8000-000000000001' };

const refusal = (codec: CursorCodec, asked: JsonValue, cursor: string): string => {
  try {
    codec.decode(asked, cursor);
  } catch (error) {
    if (isAppError(error, 'cursor_invalid')) return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

const sealed = sealedCursors(key, alice);
const mine = sealed.encode(request, position);
const foreign = refusal(sealed, request, 'nonsense');

describe.each([
  ['plain', plainCursors],
  ['sealed', sealed],
] as const)('a %s cursor', (_, codec) => {
  test.each<[string, CursorPosition]>([
    ['an object', position],
    ['a number', 42],
    ['null', null],
    ['a text with a quotation mark', 'a "b" é'],
    ['bytes', Uint8Array.of(0, 255, 123)],
    ['no bytes', Uint8Array.of()],
  ])('gives back %s', (_kind, given) => {
    const found = codec.decode(request, codec.encode(request, given));
    expect(found instanceof Uint8Array ? Uint8Array.from(found) : found).toEqual(given);
  });

  test('is good for its own request, whatever the order of its keys', () => {
    const cursor = codec.encode(request, position);
    const { limit, ...rest } = request;
    expect(codec.decode({ limit, ...rest }, cursor)).toEqual(position);
    expect(refusal(codec, { ...request, limit: 6 }, cursor)).toBe(foreign);
  });
});

describe('a sealed cursor', () => {
  test('tells nothing of what is in it, not by its length either where that is a place in the log', () => {
    const bytes = Buffer.from(mine, 'base64url').toString('latin1');
    for (const part of ['deadbeef', '1700000000000', 'zanzibar', 'acme']) expect(bytes).not.toContain(part);
    expect(sealed.encode(request, 3).length).toBe(sealed.encode(request, 123_456_789).length);
  });

  test('is the same for the same place, so that an answer may be asked for again', () => {
    expect(sealedCursors(key, alice).encode(request, position)).toBe(mine);
    expect(sealed.encode(request, { ...position, at: 0 })).not.toBe(mine);
  });

  test.each<[string, JsonValue]>([
    ['tenant', { ...alice, tenant: 'globex' }],
    ['user', { ...alice, user: 'bob' }],
    ['team more', { ...alice, teams: [...alice.teams, 'search'] }],
    ['project fewer', { ...alice, projects: [] }],
    ['role', { ...alice, role: 'admin' }],
  ])('is of no use to somebody with another %s', (_, other) => {
    expect(refusal(sealedCursors(key, other), request, mine)).toBe(foreign);
  });

  test('is of no use in another store', () => {
    expect(refusal(sealedCursors(Buffer.alloc(32, 8), alice), request, mine)).toBe(foreign);
  });

  test('is refused with the same words wherever a bit is turned or a byte is cut off', () => {
    const bytes = Buffer.from(mine, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(refusal(sealed, request, changed.toString('base64url')), `byte ${at}`).toBe(foreign);
      expect(refusal(sealed, request, bytes.subarray(0, at).toString('base64url')), `first ${at} bytes`).toBe(foreign);
    }
    expect(refusal(sealed, request, `${plainCursors.encode(request, position)}`)).toBe(foreign);
  });
});
