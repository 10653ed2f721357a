import type { Readable, Writable } from 'node:stream';
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio as serveWire } from '@modelcontextprotocol/server/stdio';
import type { McpApp } from '../mcp/server.ts';
import { createMcpServer } from '../mcp/server.ts';
import { announceUpdates } from '../mcp/subscriptions.ts';
import { createStdioWire } from './stdio-wire.ts';

const graceMs = 10_000;

export interface StdioOptions {
  readonly app: McpApp;
  readonly input: Readable;
  readonly output: Writable;
  /** Stops the server as the end of the input does. */
  readonly stop: AbortSignal;
  /** Called once, after the first list of tools was sent. */
  readonly onListed?: () => void;
}

/** Serves one client. Resolves when the input has ended or `stop` was raised, and the calls in flight are answered. */
export const serveStdio = async ({ app, input, output, stop, onListed }: StdioOptions): Promise<void> => {
  let listed = false;
  let server: McpServer | undefined;
  let endUpdates: (() => void) | undefined;
  const wire = createStdioWire(input, output, {
    answered: (method) => {
      if (listed || method !== 'tools/list') return;
      listed = true;
      onListed?.();
    },
    listening: (anybody) => {
      endUpdates?.();
      endUpdates = anybody ? announceUpdates(app, () => server) : undefined;
    },
  });
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  const connect = (): McpServer => {
    server = createMcpServer(app);
    return server;
  };
  const connection = serveWire(connect, { transport: wire, onerror: (error) => app.reportTransportError(error) });
  await Promise.race([wire.ended, stopped]);
  await wire.drain(graceMs);
  endUpdates?.();
  await connection.close();
};
