import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, InMemoryTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { parseArguments } from '../../src/mcp/arguments.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import { serveHttp } from '../../src/transport/http.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Done after the test, the last one first. */
export const afterwards = (close: () => Promise<unknown>): void => void closing.push(close);

export const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'graph-memory-mcp-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** The program's own application on a store in a folder; two on one folder are two processes to each other. */
export const openApp = (folder: string, settings: NodeJS.ProcessEnv = {}, now: () => number = Date.now): App => {
  const env = { HOME: folder, MEMORY_SQLITE_PATH: join(folder, 'memory.db'), MEMORY_PROJECT: 'acme/shop', ...settings };
  const app = createApp(loadConfig({ env }), { cwd: folder, now });
  afterwards(() => app.close());
  return app;
};

/** Calls a tool past the protocol; returns the facts of its answer. */
export const callTool = async (app: App, name: string, input: object): Promise<Record<string, unknown>> => {
  const tool = await app.loadTool(name);
  const answer = await tool.run(parseArguments(tool, input), await app.contextFor());
  return { ...answer.structured };
};

/** Stores a memory and returns its id. */
export const store = async (app: App, title: string, more: object = {}): Promise<string> => {
  const facts = await callTool(app, 'store_memory', { type: 'general', title, content: `About ${title}`, ...more });
  return String(facts.id);
};

const who = { name: 'test', version: '1' };

export const connect = async (app: App): Promise<Client> => {
  const client = new Client(who);
  const [here, there] = InMemoryTransport.createLinkedPair();
  await createMcpServer(app).connect(there);
  await client.connect(here);
  afterwards(() => client.close());
  return client;
};

export type Revision = '2025-11-25' | '2026-07-28';

export const connectHttp = async (app: App, revision: Revision): Promise<Client> => {
  const server = await serveHttp({ host: '127.0.0.1', port: 0, app });
  afterwards(() => server.close());
  const mode = revision === '2025-11-25' ? 'legacy' : { pin: revision };
  const client = new Client(who, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  afterwards(() => client.close());
  return client;
};
