import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { serveHttp } from '../../src/transport/http.ts';
import { type BuiltServer, buildServer } from './bundles.ts';

let built: BuiltServer;
beforeAll(async () => {
  built = await buildServer();
});
afterAll(() => built.remove());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'graph-memory-tenants-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const envOf = (folder: string, user: string, more: Record<string, string> = {}): Record<string, string> => ({
  HOME: folder,
  PATH: process.env.PATH ?? '',
  MEMORY_SQLITE_PATH: join(folder, 'memory.db'),
  MEMORY_MULTI_TENANT_MODE: 'true',
  MEMORY_DEFAULT_TENANT: 'acme',
  MEMORY_USER_ID: user,
  MEMORY_TEAM_IDS: 'platform',
  MEMORY_PROJECT: 'github.com/acme/shop',
  ...more,
});

interface Person {
  call(name: string, args: Record<string, unknown>): Promise<{ readonly text: string; readonly failed: boolean }>;
  tools(): Promise<readonly string[]>;
  instructions(): string;
  /** Any other request, as JSON; an error of the protocol as its text. */
  ask(request: (client: AnyClient) => Promise<unknown>): Promise<string>;
}

interface AnyClient {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  getInstructions(): string | undefined;
  listResources(): Promise<unknown>;
  readResource(asked: { uri: string }): Promise<unknown>;
  subscribeResource(asked: { uri: string }): Promise<unknown>;
  getPrompt(asked: { name: string; arguments: Record<string, string> }): Promise<unknown>;
  complete(asked: {
    ref: { type: 'ref/resource'; uri: string } | { type: 'ref/prompt'; name: string };
    argument: { name: string; value: string };
  }): Promise<unknown>;
  close(): Promise<void>;
}

const personWith = (client: AnyClient): Person => {
  closing.push(() => client.close());
  return {
    call: async (name, args) => {
      const answer = (await client.callTool({ name, arguments: args })) as {
        content: { text: string }[];
        isError?: boolean;
      };
      return { text: answer.content[0]?.text ?? '', failed: answer.isError === true };
    },
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    instructions: () => client.getInstructions() ?? '',
    ask: async (request) => {
      try {
        return JSON.stringify(await request(client));
      } catch (error) {
        return `refused: ${(error as Error).message}`;
      }
    },
  };
};

const who = { name: 'test', version: '1' };

const overStdio = async (env: Record<string, string>): Promise<Person> => {
  const client = new Client(who);
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [built.program], env, stderr: 'ignore' }),
  );
  return personWith(client as unknown as AnyClient);
};

const overStdioV1 = async (env: Record<string, string>): Promise<Person> => {
  const client = new ClientV1(who);
  await client.connect(new StdioV1({ command: process.execPath, args: [built.program], env, stderr: 'ignore' }));
  return personWith(client as unknown as AnyClient);
};

const overHttp = async (env: Record<string, string>): Promise<Person> => {
  const app = createApp(loadConfig({ env }), { cwd: env.HOME ?? '' });
  closing.push(() => app.close());
  const server = await serveHttp({ host: '127.0.0.1', port: 0, app });
  closing.push(() => server.close());
  const client = new Client(who);
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  return personWith(client as unknown as AnyClient);
};

const note = { type: 'solution', title: 'Rotate the signing key', content: 'Publish the new one a day before.' };
const idOf = (text: string): string => (JSON.parse(text) as { id: string }).id;

describe.each([
  ['stdio', overStdio],
  ['stdio, SDK 1', overStdioV1],
  ['HTTP', overHttp],
] as const)('over %s', (_, connect) => {
  test('two people of a tenant share what they mean to share', async () => {
    const folder = newFolder();
    const alice = await connect(envOf(folder, 'alice'));
    const bob = await connect(envOf(folder, 'bob'));
    expect(JSON.parse((await alice.call('whoami', {})).text)).toEqual({
      tenant: 'acme',
      user: 'alice',
      teams: ['_everyone', 'platform'],
      projects: ['github.com/acme/shop'],
      role: 'member',
    });
    const stored = await alice.call('store_memory', { ...note, visibility: 'private' });
    const id = idOf(stored.text);
    expect((await bob.call('recall_memories', { query: 'signing key' })).text).toContain('No memory matches');
    const hidden = await bob.call('get_memory', { memory_ids: [id] });
    const shared = await alice.call('share_memory', {
      memory_id: id,
      visibility: 'team',
      team_id: 'platform',
      expected_version: 1,
    });
    expect(JSON.parse(shared.text)).toEqual({ id, version: 2, visibility: 'team', team_id: 'platform' });
    expect((await bob.call('recall_memories', { query: 'signing key' })).text).toContain(id);
    expect(JSON.parse((await bob.call('list_teams', {})).text)).toEqual({
      teams: [
        { team: '_everyone', memories: 0 },
        { team: 'platform', memories: 1 },
      ],
    });
    const meddling = await bob.call('update_memory', { memory_id: id, title: 'Mine', expected_version: 2 });
    expect(meddling).toMatchObject({ failed: true, text: expect.stringMatching(/^forbidden: /) });
    expect(hidden.text).not.toContain('signing');
  });

  test('another tenant is told the same as of what never existed', async () => {
    const folder = newFolder();
    const alice = await connect(envOf(folder, 'alice'));
    const eve = await connect(envOf(folder, 'alice', { MEMORY_DEFAULT_TENANT: 'globex' }));
    const id = idOf((await alice.call('store_memory', { ...note, visibility: 'public' })).text);
    const never = '00000000-0000-4000-8000-000000000000';
    for (const [tool, args] of [
      ['get_memory', (memory: string) => ({ memory_ids: [memory] })],
      ['update_memory', (memory: string) => ({ memory_id: memory, title: 'x', expected_version: 1 })],
      ['delete_memory', (memory: string) => ({ memory_id: memory, expected_version: 1 })],
      ['share_memory', (memory: string) => ({ memory_id: memory, visibility: 'public', expected_version: 1 })],
      ['get_related_memories', (memory: string) => ({ memory_id: memory })],
    ] as const) {
      const foreign = await eve.call(tool, args(id));
      const absent = await eve.call(tool, args(never));
      expect({ ...foreign, text: foreign.text.replaceAll(id, never) }, tool).toEqual(absent);
    }
    expect((await eve.call('recall_memories', { query: 'signing key' })).text).toContain('No memory matches');
  });

  test('resources, prompts and completions are those of who asks', async () => {
    const folder = newFolder();
    const alice = await connect(envOf(folder, 'alice'));
    const bob = await connect(envOf(folder, 'bob'));
    const stored = await alice.call('store_memory', { ...note, tags: ['launch'], visibility: 'private' });
    const id = idOf(stored.text);
    const never = '00000000-0000-4000-8000-000000000000';
    const uri = (memory: string) => ({ uri: `memory://${memory}` });
    const template = { type: 'ref/resource', uri: 'memory://{id}' } as const;
    const recall = { type: 'ref/prompt', name: 'recall' } as const;
    const asked: readonly ((client: AnyClient) => Promise<unknown>)[] = [
      (client) => client.listResources(),
      (client) => client.readResource({ uri: 'memory://recent' }),
      (client) => client.getPrompt({ name: 'recall', arguments: { topic: 'signing key' } }),
      (client) => client.getPrompt({ name: 'briefing', arguments: { project: 'all' } }),
      (client) => client.complete({ ref: template, argument: { name: 'id', value: id.slice(0, 6) } }),
      (client) => client.complete({ ref: recall, argument: { name: 'tag', value: 'la' } }),
      (client) => client.complete({ ref: recall, argument: { name: 'project', value: 'git' } }),
    ];
    for (const request of asked) {
      expect(await alice.ask(request)).toMatch(new RegExp(`${id}|launch|acme/shop`));
      expect(await bob.ask(request)).not.toMatch(new RegExp(`${id}|launch|acme/shop|Rotate`));
    }
    for (const of of ['readResource', 'subscribeResource'] as const) {
      const absent = await bob.ask((client) => client[of](uri(never)));
      expect(absent).toMatch(/^refused: /);
      expect((await bob.ask((client) => client[of](uri(id)))).replaceAll(id, never)).toBe(absent);
      expect(await alice.ask((client) => client[of](uri(id)))).not.toContain('refused');
    }
  });

  test('who reads may be narrowed by an update, and widened by share_memory alone', async () => {
    const alice = await connect(envOf(newFolder(), 'alice'));
    const id = idOf((await alice.call('store_memory', note)).text);
    const narrowed = await alice.call('update_memory', { memory_id: id, visibility: 'private', expected_version: 1 });
    expect(narrowed).toEqual({ failed: false, text: JSON.stringify({ id, version: 2 }) });
    for (const wider of [
      { visibility: 'public' },
      { visibility: 'team', team_id: 'platform' },
      { team_id: 'platform' },
    ]) {
      const refused = await alice.call('update_memory', { memory_id: id, ...wider, expected_version: 2 });
      expect(refused).toMatchObject({ failed: true, text: expect.stringContaining('share_memory') });
    }
    expect((await alice.call('get_memory', { memory_id: id })).text).toContain('context_visibility: private');
  });

  test('neither tenant nor maker is an argument, and a change names its version', async () => {
    const alice = await connect(envOf(newFolder(), 'alice'));
    const foreign = await alice.call('store_memory', { ...note, tenant_id: 'globex' });
    expect(foreign).toMatchObject({ failed: true, text: expect.stringContaining('"tenant_id" names another tenant') });
    expect((await alice.call('search_memories', { tenant_id: 'globex' })).failed).toBe(true);
    expect((await alice.call('search_memories', { tenant_id: 'acme' })).text).toContain('Nothing matches');
    const forged = await alice.call('store_memory', { ...note, created_by: 'bob' });
    expect(forged).toMatchObject({ failed: true, text: expect.stringContaining('unknown key "created_by"') });
    const id = idOf((await alice.call('store_memory', note)).text);
    const blind = await alice.call('update_memory', { memory_id: id, title: 'x' });
    expect(blind).toMatchObject({ failed: true, text: expect.stringContaining('"expected_version" is required') });
    const stranger = await alice.call('store_memory', { ...note, visibility: 'team', team_id: 'board' });
    expect(stranger).toMatchObject({ failed: true, text: expect.stringContaining('platform') });
  });
});

test('nothing of an answer over HTTP may be kept for somebody else', async () => {
  const folder = newFolder();
  const app = createApp(loadConfig({ env: envOf(folder, 'alice') }), { cwd: folder });
  closing.push(() => app.close());
  const server = await serveHttp({ host: '127.0.0.1', port: 0, app });
  closing.push(() => server.close());
  const meta = 'io.modelcontextprotocol';
  const about = {
    [`${meta}/protocolVersion`]: '2026-07-28',
    [`${meta}/clientInfo`]: who,
    [`${meta}/clientCapabilities`]: {},
  };
  const scopeOfAnswer = async (method: string, named: { uri?: string } = {}): Promise<unknown> => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(named.uri === undefined ? {} : { 'mcp-name': named.uri }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...named, _meta: about } }),
    });
    return /"cacheScope":"(\w+)"/.exec(await response.text())?.[1];
  };
  for (const method of [
    'server/discover',
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
  ]) {
    expect(await scopeOfAnswer(method), method).toBe('private');
  }
  expect(await scopeOfAnswer('resources/read', { uri: 'memory://recent' })).toBe('private');
});

test('single-tenant mode offers and says nothing of it', async () => {
  const folder = newFolder();
  const alone = await overStdio({
    HOME: folder,
    PATH: process.env.PATH ?? '',
    MEMORY_SQLITE_PATH: join(folder, 'm.db'),
  });
  const many = await overStdio(envOf(folder, 'alice'));
  const only = ['whoami', 'list_teams', 'share_memory'];
  expect((await alone.tools()).filter((name) => only.includes(name))).toEqual([]);
  expect((await many.tools()).filter((name) => only.includes(name))).toEqual(only);
  const named = await alone.call('search_memories', { tenant_id: 'default' });
  expect(named).toMatchObject({ failed: true, text: expect.stringContaining('unknown key "tenant_id"') });
  expect(alone.instructions()).not.toContain('visibility');
  expect(many.instructions()).toContain('visibility');
});
