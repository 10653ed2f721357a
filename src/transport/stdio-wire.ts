import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/server';
import { createCalls } from './calls.ts';
import { readMessage, refuseOverlong } from './incoming.ts';
import { createLineReader } from './lines.ts';
import { createListeners, subscription } from './listeners.ts';

const longestMessage = 10 * 1024 * 1024;

export interface StdioWire extends Transport {
  /** Resolves when no further message can come or no answer can be delivered. */
  readonly ended: Promise<void>;
  /** Reads no more; resolves when what was read is answered, or after `graceMs`. */
  readonly drain: (graceMs: number) => Promise<void>;
}

export interface WireEvents {
  /** A request was answered. */
  readonly answered: (method: string) => void;
  /** The SDK answers subscriptions before a server sees them: whether one asks for the updates of resources. */
  readonly listening: (anybody: boolean) => void;
}

/**
 * Newline-delimited JSON-RPC over two streams. Unlike the SDK's own, it answers a message that it cannot read, survives one that is
 * too long, and leaves calls in flight alone when the input ends.
 */
export const createStdioWire = (input: Readable, output: Writable, events: WireEvents): StdioWire => {
  const calls = createCalls();
  const open = new Map<RequestId, { readonly method: string; readonly done: () => void }>();
  const listeners = createListeners(events.listening);
  let finish = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const settle = (id: RequestId | undefined): void => {
    listeners.closed(id);
    const call = id === undefined ? undefined : open.get(id);
    if (id === undefined || call === undefined) return;
    open.delete(id);
    call.done();
    events.answered(call.method);
  };

  const abandon = (): void => {
    for (const id of [...open.keys()]) settle(id);
    finish();
  };

  const write = (message: unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      output.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });

  // A reader that went away is noticed by the stream's error event.
  const refuse = (message: unknown): void => void write(message).catch(() => undefined);

  const receive = (message: JSONRPCMessage): void => {
    if ('method' in message && 'id' in message && message.id !== undefined) {
      // An id used twice can be answered once.
      open.get(message.id)?.done();
      if (message.method === subscription) listeners.opened(message);
      else open.set(message.id, { method: message.method, done: calls.begin() });
    } else if ('method' in message && message.method === 'notifications/cancelled') {
      settle(message.params?.requestId as RequestId | undefined);
    }
    wire.onmessage?.(message);
  };

  const lines = createLineReader(longestMessage, {
    line: (text) => {
      const incoming = readMessage(text);
      if ('refusal' in incoming) refuse(incoming.refusal);
      else receive(incoming.message);
    },
    overlong: (head, tail) => refuse(refuseOverlong(head, tail, longestMessage)),
  });

  const onEnd = (): void => {
    lines.end();
    finish();
  };

  const wire: StdioWire = {
    ended,
    start: async () => {
      input.on('data', lines.push);
      input.once('end', onEnd);
      input.once('close', finish);
      input.once('error', finish);
      output.once('error', abandon);
      // Errors after the first have no one left to tell.
      output.on('error', () => undefined);
    },
    send: async (message) => {
      const answer = !('method' in message) && 'id' in message ? message.id : undefined;
      try {
        await write(message);
      } finally {
        settle(answer);
      }
    },
    drain: (graceMs) => {
      input.off('data', lines.push);
      input.pause();
      return calls.settled(graceMs);
    },
    close: async () => {
      input.off('data', lines.push);
      abandon();
      wire.onclose?.();
    },
  };
  return wire;
};
