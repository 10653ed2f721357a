import '../../src/zod-without-eval.ts';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { listTool } from '../../src/mcp/listed-tool.ts';
import type { McpApp } from '../../src/mcp/server.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { serveStdio } from '../../src/transport/stdio.ts';
import { stopSignal } from '../../src/transport/stop-signal.ts';

const echo = defineTool({
  name: 'echo',
  title: 'Echo',
  description: 'Answers with its input.',
  profile: 'core',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({ text: z.string() }),
  run: async ({ text }) => ({ text }),
});

const app: McpApp = {
  info: { name: 'echo', title: 'Echo', version: '0.0.0' },
  tools: [listTool(echo)],
  loadTool: async () => echo,
  contextFor: () => Promise.resolve({} as never),
  now: Date.now,
  newId: randomUUID,
  reportFault: () => undefined,
  reportTransportError: () => undefined,
};

/** The published server's edge around one tool that does nothing: what a call costs before any memory is touched. */
export const main = async (onListed: () => void): Promise<void> => {
  const stop = stopSignal({ followParent: true });
  await serveStdio({ app, input: process.stdin, output: process.stdout, stop, onListed });
  process.exit(0);
};
