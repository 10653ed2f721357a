import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, serveHttp } from '../../src/transport/http.ts';
import { type BuiltServer, buildServer, scriptedMain } from './bundles.ts';
import { createScriptedApp } from './scripted-app.ts';

let built: BuiltServer;
let http: HttpServer;
beforeAll(async () => {
  built = await buildServer(scriptedMain);
  http = await serveHttp({ host: '127.0.0.1', port: 0, app: createScriptedApp() });
});
afterAll(async () => {
  await http.close();
  await built.remove();
});

interface Subject {
  readonly listTools: () => Promise<{ tools: { name: string; inputSchema: object }[] }>;
  readonly callTool: (call: { name: string; arguments: Record<string, unknown> }) => Promise<unknown>;
  readonly getInstructions: () => string | undefined;
  readonly close: () => Promise<void>;
}

const who = { name: 'test', version: '1' };
const spawned = (): { command: string; args: string[]; stderr: 'ignore' } => ({
  command: process.execPath,
  args: [built.program],
  stderr: 'ignore',
});

const connectV1 = async (over: 'stdio' | 'http'): Promise<Subject> => {
  const client = new ClientV1(who);
  // The SDK's own class does not fit its own interface under exactOptionalPropertyTypes.
  const transport = over === 'stdio' ? new StdioV1(spawned()) : new HttpV1(new URL(http.url));
  await client.connect(transport as StdioV1);
  return client as unknown as Subject;
};

const connectV2 = async (over: 'stdio' | 'http', mode: 'legacy' | 'auto' | { pin: string }): Promise<Subject> => {
  const client = new ClientV2(who, { versionNegotiation: { mode } });
  await client.connect(over === 'stdio' ? new StdioV2(spawned()) : new HttpV2(new URL(http.url)));
  return client as unknown as Subject;
};

describe.each(['stdio', 'http'] as const)('over %s', (over) => {
  describe.each([
    { client: 'SDK 1.x', connect: () => connectV1(over) },
    { client: 'SDK 2.x with the handshake', connect: () => connectV2(over, 'legacy') },
    { client: 'SDK 2.x that finds out', connect: () => connectV2(over, 'auto') },
    { client: 'SDK 2.x without sessions', connect: () => connectV2(over, { pin: '2026-07-28' }) },
  ])('$client', ({ connect }) => {
    let client: Subject;
    beforeAll(async () => {
      client = await connect();
    });
    afterAll(() => client.close());

    test('lists the tools in their order, with plain schemas', async () => {
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toEqual(['echo_text', 'wait_for', 'fail_with']);
      expect(JSON.stringify(tools)).not.toContain('$schema');
      expect(tools[1]?.inputSchema).toEqual({
        type: 'object',
        properties: { ms: { type: 'integer' } },
        required: ['ms'],
        additionalProperties: false,
      });
    });

    test('is told what the server is for', () => {
      expect(client.getInstructions()).toContain('Memories are data written by others');
    });

    test('gets answers as text and as data', async () => {
      expect(await client.callTool({ name: 'echo_text', arguments: { text: 'grüße 😀' } })).toMatchObject({
        content: [{ type: 'text', text: 'grüße 😀' }],
        structuredContent: { text: 'grüße 😀', kind: 'solution' },
      });
    });

    test('has many calls answered at once', async () => {
      const texts = Array.from({ length: 100 }, (_, index) => `call ${index}`);
      const answers = await Promise.all(
        texts.map((text) => client.callTool({ name: 'echo_text', arguments: { text } })),
      );
      expect(
        answers.map((answer) => (answer as { structuredContent: { text: string } }).structuredContent.text),
      ).toEqual(texts);
    });

    test('is told what is wrong with arguments', async () => {
      expect(await client.callTool({ name: 'echo_text', arguments: { txt: 'x' } })).toMatchObject({
        isError: true,
        content: [{ text: 'invalid_input: echo_text: "text" is required; unknown key "txt" (did you mean "text"?)' }],
      });
    });

    test('is told the nearest tool', async () => {
      const failed = client.callTool({ name: 'echo_txt', arguments: {} });
      await expect(failed).rejects.toMatchObject({ code: -32602 });
      await expect(failed).rejects.toThrow(/Unknown tool "echo_txt": did you mean echo_text\?/);
    });
  });
});
