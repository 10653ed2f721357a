import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { AppError } from '../../src/errors.ts';
import type { Fault } from '../../src/mcp/error-boundary.ts';
import { listTool } from '../../src/mcp/listed-tool.ts';
import type { McpApp } from '../../src/mcp/server.ts';
import { defineTool } from '../../src/tools/tool.ts';

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
const common = { title: 'Scripted', profile: 'core', annotations } as const;

/** Tools that do what a test asks for; the edge cannot tell them from others. */
const tools = [
  defineTool({
    ...common,
    name: 'echo_text',
    description: 'Answers with its input.',
    input: z.strictObject({
      text: z.string().min(1).max(2_000_000),
      kind: z.enum(['solution', 'problem', 'decision']).default('solution'),
      importance: z.number().min(0).max(1).optional(),
      limit: z.int().min(1).max(100).optional(),
      links: z
        .array(z.strictObject({ memory_id: z.string(), type: z.string() }))
        .max(2)
        .optional(),
      extra: z.record(z.string(), z.unknown()).optional(),
    }),
    run: async (input) => ({ text: input.text, structured: { text: input.text, kind: input.kind } }),
  }),
  defineTool({
    ...common,
    name: 'wait_for',
    description: 'Answers after a while.',
    input: z.strictObject({ ms: z.int().min(0).max(60_000) }),
    run: async ({ ms }) => {
      await sleep(ms);
      return { text: `waited ${ms}` };
    },
  }),
  defineTool({
    ...common,
    name: 'fail_with',
    description: 'Fails in the way that is asked for.',
    input: z.strictObject({ how: z.enum(['conflict', 'operator', 'unforeseen']) }),
    run: async ({ how }) => {
      if (how === 'conflict') {
        throw new AppError('version_conflict', 'it changed: read it again', { details: { current: { version: 3 } } });
      }
      if (how === 'operator') {
        throw new AppError('store_unwritable', 'the store cannot be written', { cause: new Error('SECRET /var/x') });
      }
      throw new Error('SECRET in SELECT * FROM memories');
    },
  }),
];

export interface ScriptedApp extends McpApp {
  readonly faults: readonly Fault[];
}

export const createScriptedApp = (): ScriptedApp => {
  const faults: Fault[] = [];
  let made = 0;
  return {
    info: { name: 'scripted', title: 'Scripted', version: '0.0.0' },
    tools: tools.map(listTool),
    loadTool: async (name) => {
      const tool = tools.find((candidate) => candidate.name === name);
      if (tool === undefined) throw new Error(`no tool is named ${name}`);
      return tool;
    },
    contextFor: () => Promise.resolve({} as never),
    now: () => Date.now(),
    newId: () => {
      made += 1;
      return `id-${made}-${Math.random().toString(36).slice(2)}`;
    },
    faults,
    reportFault: (fault) => void faults.push(fault),
    reportTransportError: () => undefined,
  };
};
