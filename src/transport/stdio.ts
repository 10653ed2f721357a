import type { Readable, Writable } from 'node:stream';
import { serveStdio as serveWire } from '@modelcontextprotocol/server/stdio';
import type { McpApp } from '../mcp/server.ts';
import { createMcpServer } from '../mcp/server.ts';
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
  const wire = createStdioWire(input, output, (method) => {
    if (listed || method !== 'tools/list') return;
    listed = true;
    onListed?.();
  });
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  const connection = serveWire(() => createMcpServer(app), {
    transport: wire,
    onerror: (error) => app.reportTransportError(error),
  });
  await Promise.race([wire.ended, stopped]);
  await wire.drain(graceMs);
  await connection.close();
};
