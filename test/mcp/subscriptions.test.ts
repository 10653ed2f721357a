import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { type BuiltServer, buildServer } from './bundles.ts';
import { callTool, connect, connectHttp, makeFolder, openApp, store } from './real-app.ts';
import { answerTo, killChildren, type StdioChild, startStdio } from './stdio-child.ts';

/** Longer than two looks at the change log. */
const quietMs = 2_300;

const updatesOf = (client: Client): string[] => {
  const uris: string[] = [];
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void uris.push(params.uri));
  return uris;
};

const seen = (uris: readonly string[], uri: string): Promise<void> =>
  expect.poll(() => uris, { timeout: 5_000 }).toContain(uri);

/** The other process shares the file and nothing else. */
const twoProcesses = async () => {
  const folder = await makeFolder();
  return { here: openApp(folder), other: openApp(folder), folder };
};

describe('resources/subscribe of 2025-11-25, over HTTP', () => {
  test('tells of what another process wrote, of that memory only, until it is taken back', async () => {
    const { here, other } = await twoProcesses();
    const [id, sibling, unwatched] = [await store(here, 'A'), await store(here, 'B'), await store(here, 'C')];
    await pause(5);
    const client = await connectHttp(here, '2025-11-25');
    const updates = updatesOf(client);
    await client.subscribeResource({ uri: `memory://${id}` });
    await callTool(other, 'update_memory', { memory_id: unwatched, title: 'C2' });
    await callTool(other, 'update_memory', { memory_id: id, title: 'A2' });
    await seen(updates, `memory://${id}`);
    expect(updates).toEqual([`memory://${id}`]);

    await callTool(other, 'create_relationship', {
      from_memory_id: sibling,
      to_memory_id: id,
      relationship_type: 'SOLVES',
    });
    await expect.poll(() => updates.length, { timeout: 5_000 }).toBe(2);

    await client.unsubscribeResource({ uri: `memory://${id}` });
    await callTool(other, 'update_memory', { memory_id: id, title: 'A3' });
    await pause(quietMs);
    expect(updates).toHaveLength(2);
  });

  test('memory://recent follows every change, and an old id the memory that answers for it', async () => {
    const { here, other } = await twoProcesses();
    const [old, kept] = [await store(here, 'Old'), await store(here, 'Kept')];
    await callTool(here, 'merge_memories', { from_memory_id: old, into_memory_id: kept });
    await pause(5);
    const client = await connectHttp(here, '2025-11-25');
    const updates = updatesOf(client);
    await client.subscribeResource({ uri: 'memory://recent' });
    await client.subscribeResource({ uri: `memory://${old}` });
    await callTool(other, 'update_memory', { memory_id: kept, title: 'Kept well' });
    await seen(updates, `memory://${old}`);
    expect([...updates].sort()).toEqual([`memory://${old}`, 'memory://recent'].sort());
  });

  test('what is not there cannot be followed', async () => {
    const client = await connectHttp(openApp(await makeFolder()), '2025-11-25');
    for (const uri of ['memory://00000000-0000-4000-8000-000000000000', 'file:///etc/passwd', 'memory://x']) {
      await expect(client.subscribeResource({ uri })).rejects.toMatchObject({ code: -32602, data: { uri } });
    }
  });
});

test('subscriptions/listen of 2026-07-28 over HTTP tells of the URIs that were named, until it is closed', async () => {
  const { here, other } = await twoProcesses();
  const [id, unwatched] = [await store(here, 'A'), await store(here, 'B')];
  await pause(5);
  const client = await connectHttp(here, '2026-07-28');
  const updates = updatesOf(client);
  const listening = await client.listen({ resourceSubscriptions: [`memory://${id}`], toolsListChanged: true });
  await callTool(other, 'update_memory', { memory_id: unwatched, title: 'B2' });
  await callTool(other, 'update_memory', { memory_id: id, title: 'A2' });
  await seen(updates, `memory://${id}`);
  await listening.close();
  await callTool(other, 'update_memory', { memory_id: id, title: 'A3' });
  await pause(quietMs);
  expect(updates).toEqual([`memory://${id}`]);
});

describe('over stdio, from the published bundle', () => {
  let built: BuiltServer;
  beforeAll(async () => {
    built = await buildServer();
  });
  afterAll(() => built.remove());
  afterEach(killChildren);

  const start = (folder: string): StdioChild =>
    startStdio(built.program, { HOME: folder, MEMORY_SQLITE_PATH: `${folder}/memory.db` });
  const updated = (server: StdioChild): string[] =>
    server.messages.flatMap(({ method, ...rest }) =>
      method === 'notifications/resources/updated' ? [(rest as unknown as { params: { uri: string } }).params.uri] : [],
    );

  test('a subscription of 2025-11-25 sees another process write, and does not hold up the end', async () => {
    const { other, folder } = await twoProcesses();
    const id = await store(other, 'A');
    await pause(5);
    const server = start(folder);
    await server.initialize();
    server.send({ id: 1, method: 'resources/subscribe', params: { uri: `memory://${id}` } });
    expect((await server.message(answerTo(1))).error).toBeUndefined();
    await callTool(other, 'update_memory', { memory_id: id, title: 'A2' });
    await expect.poll(() => updated(server), { timeout: 5_000 }).toEqual([`memory://${id}`]);
    server.endInput();
    expect(await server.exited).toBe(0);
  });

  test('a listener of 2026-07-28 sees another process write, until it is cancelled', async () => {
    const { other, folder } = await twoProcesses();
    const id = await store(other, 'A');
    await pause(5);
    const server = start(folder);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const notifications = { resourceSubscriptions: [`memory://${id}`] };
    server.send({ id: 1, method: 'subscriptions/listen', params: { _meta, notifications } });
    await server.message(({ method }) => method === 'notifications/subscriptions/acknowledged');
    await callTool(other, 'update_memory', { memory_id: id, title: 'A2' });
    await expect.poll(() => updated(server), { timeout: 5_000 }).toEqual([`memory://${id}`]);
    server.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await callTool(other, 'update_memory', { memory_id: id, title: 'A3' });
    await pause(quietMs);
    expect(updated(server)).toHaveLength(1);
    server.endInput();
    expect(await server.exited).toBe(0);
  });
});

interface Ending {
  close(): Promise<unknown>;
}

test.each<{ how: string; follow: (app: App) => Promise<Ending> }>([
  {
    how: 'a session',
    follow: async (app) => {
      const client = await connect(app);
      await client.subscribeResource({ uri: 'memory://recent' });
      return client;
    },
  },
  {
    how: 'a stream',
    follow: async (app) => {
      const client = await connectHttp(app, '2026-07-28');
      return client.listen({ resourceSubscriptions: ['memory://recent'] });
    },
  },
])('the change log is looked at while $how is subscribed, not before and not after', async ({ follow }) => {
  const app = openApp(await makeFolder());
  let looks = 0;
  const contextFor: typeof app.contextFor = () => {
    looks += 1;
    return app.contextFor();
  };
  const watched = { ...app, contextFor };
  await (await connect(watched)).listResources();
  const before = looks;
  await pause(quietMs);
  expect(looks).toBe(before);
  const following = await follow(watched);
  await expect.poll(() => looks, { timeout: 5_000 }).toBeGreaterThan(before + 1);
  await following.close();
  await pause(200);
  const after = looks;
  await pause(quietMs);
  expect(looks).toBe(after);
});
