import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { ProtocolErrorCode, parseJSONRPCMessage } from '@modelcontextprotocol/server';

/** An error that can be answered before any server has seen the message. `id` is null where none could be read. */
export interface Refusal {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string };
}

export const refusal = (code: number, message: string, id: RequestId | null = null): Refusal => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
});

export type Incoming = { readonly message: JSONRPCMessage } | { readonly refusal: Refusal };

const idOf = (value: unknown): RequestId | null => {
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : null;
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as RequestId) : null;
};

const readJson = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

/** Reads one line. The message is passed on as it was parsed: what the SDK's copy would drop must still be seen and refused. */
export const readMessage = (text: string): Incoming => {
  const json = readJson(text);
  if (json === null)
    return { refusal: refusal(ProtocolErrorCode.ParseError, 'Parse error: the line is not valid JSON') };
  const { value } = json;
  if (Array.isArray(value)) {
    return {
      refusal: refusal(ProtocolErrorCode.InvalidRequest, 'Invalid request: send one message a line, not a batch'),
    };
  }
  try {
    parseJSONRPCMessage(value);
    return { message: value as JSONRPCMessage };
  } catch {
    const what =
      'Invalid request: not a JSON-RPC 2.0 message; it needs jsonrpc "2.0", a method, and an id that is a string or an integer';
    return { refusal: refusal(ProtocolErrorCode.InvalidRequest, what, idOf(value)) };
  }
};

const idPattern = '"id"\\s*:\\s*(-?\\d{1,15}|"[^"\\\\]{0,200}")';
const idAtStart = new RegExp(`^\\{\\s*(?:"jsonrpc"\\s*:\\s*"2\\.0"\\s*,\\s*)?${idPattern}\\s*,`);
const idAtEnd = new RegExp(`,\\s*${idPattern}\\s*\\}$`);

/** The id of a message that was too long to keep, if its ends show it: its sender then fails at once instead of waiting. */
export const refuseOverlong = (head: string, tail: string, limit: number): Refusal => {
  const found = idAtStart.exec(head.trimStart()) ?? idAtEnd.exec(tail);
  const id = found === null ? null : (JSON.parse(found[1] as string) as RequestId);
  const text = `request_too_large: a message may have at most ${limit} bytes; send less at once`;
  return refusal(ProtocolErrorCode.InvalidRequest, text, id);
};
