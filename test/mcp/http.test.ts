import { request as nodeRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { isAppError } from '../../src/errors.ts';
import { type HttpOptions, type HttpServer, serveHttp } from '../../src/transport/http.ts';
import { createScriptedApp } from './scripted-app.ts';

const open: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const start = async (options: Partial<HttpOptions> = {}): Promise<HttpServer> => {
  const server = await serveHttp({ host: '127.0.0.1', port: 0, app: createScriptedApp(), ...options });
  open.push(server);
  return server;
};

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const clientInfo = { name: 'test', version: '1' };
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
};

const post = (url: string, body: unknown, more: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const openSession = async (url: string): Promise<Record<string, string>> => {
  const response = await post(url, initialize);
  await response.text();
  const id = response.headers.get('mcp-session-id');
  if (id === null) throw new Error('no session');
  return { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
};

const call = (name: string, args: unknown): unknown => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** fetch() sets Host itself, so these go over node:http. */
const statusWith = (url: string, sent: Record<string, string>, path = '/mcp'): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = nodeRequest(
      { hostname, port, path, method: 'POST', headers: { ...headers, ...sent } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end(JSON.stringify(initialize));
  });

describe('who may speak to it', () => {
  test.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'evil.example:80' }, 403],
    [{ host: '127.0.0.1.evil.example' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:6274' }, 200],
    [{ host: 'localhost' }, 200],
    [{ host: '[::1]:1' }, 200],
  ])('%o is answered with %i', async (sent, status) => {
    const { url } = await start();
    expect(await statusWith(url, sent)).toBe(status);
    if (status === 403) expect(await statusWith(url, sent, '/health')).toBe(403);
  });

  test('a name that was allowed is served, also as an origin', async () => {
    const { url } = await start({ allowedHosts: ['memory.example:8443'] });
    expect(await statusWith(url, { host: 'memory.example', origin: 'https://memory.example' })).toBe(200);
    expect(await statusWith(url, { host: 'other.example' })).toBe(403);
  });

  test('another address than loopback needs the names of its hosts', async () => {
    const refused = await serveHttp({ host: '0.0.0.0', port: 0, app: createScriptedApp() }).catch(
      (error: unknown) => error,
    );
    expect(isAppError(refused, 'config_invalid') && refused.message).toContain('MEMORY_ALLOWED_HOSTS');
    const { url } = await start({ host: '0.0.0.0', allowedHosts: ['memory.example'] });
    expect(await statusWith(url, { host: 'memory.example' })).toBe(200);
    expect(await statusWith(url, { host: '127.0.0.1' })).toBe(403);
  });

  test('a foreign host is refused before its body is read', async () => {
    const { url } = await start();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    );
    const answer = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
  });
});

describe('bodies', () => {
  test.each([
    ['with a declared length', (size: number) => 'x'.repeat(size)],
    ['in pieces', (size: number) => new Blob(['x'.repeat(size)]).stream()],
  ])('beyond 4 MiB %s are refused', async (_name, body) => {
    const { url } = await start();
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers,
      body: body(5 * 1024 * 1024),
      duplex: 'half',
    };
    const response = await fetch(url, init);
    expect(response.status).toBe(413);
    expect(await response.text()).toContain('request_too_large');
    expect((await post(url, initialize)).status).toBe(200);
  });

  test.each([
    ['', 400, -32700],
    ['{"jsonrpc":', 400, -32700],
    ['"text"', 400, -32600],
    ['null', 400, -32600],
    ['{"id":1}', 400, -32600],
  ])('%j is answered with %i', async (body, status, code) => {
    const { url } = await start();
    const response = await post(url, body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: { code: number } }).error.code).toBe(code);
  });

  test('of another type are refused', async () => {
    const { url } = await start();
    expect((await post(url, initialize, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  test('hold arguments that are seen as they were sent', async () => {
    const { url } = await start();
    const session = await openSession(url);
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_text","arguments":{"text":"x","__proto__":{}}}}';
    expect(await (await post(url, body, session)).text()).toContain('"__proto__\\" is a key that is never accepted');
  });
});

describe('sessions', () => {
  test('live until they are deleted', async () => {
    const { url } = await start();
    const session = await openSession(url);
    expect(await (await post(url, call('echo_text', { text: 'hello' }), session)).text()).toContain('hello');
    expect((await fetch(url, { method: 'DELETE', headers: session })).status).toBe(200);
    const gone = await post(url, call('echo_text', { text: 'hello' }), session);
    expect(gone.status).toBe(404);
    expect(await gone.text()).toContain('send initialize to open a new one');
  });

  test('are needed, and only known ones are served', async () => {
    const { url } = await start();
    expect((await post(url, call('echo_text', { text: 'x' }))).status).toBe(400);
    expect((await post(url, call('echo_text', { text: 'x' }), { 'mcp-session-id': crypto.randomUUID() })).status).toBe(
      404,
    );
    expect((await fetch(url, { headers: { accept: 'text/event-stream' } })).status).toBe(405);
    expect((await fetch(url, { method: 'PUT' })).status).toBeGreaterThanOrEqual(400);
  });

  test('expire when idle, but not while a stream is open', async () => {
    const { url } = await start({ sessionIdleMs: 300 });
    const [idle, listening] = [await openSession(url), await openSession(url)];
    const stream = await fetch(url, { headers: { accept: 'text/event-stream', ...listening } });
    expect(stream.status).toBe(200);
    await sleep(1_200);
    expect((await post(url, call('echo_text', { text: 'x' }), idle)).status).toBe(404);
    expect((await post(url, call('echo_text', { text: 'x' }), listening)).status).toBe(200);
    await stream.body?.cancel();
  });

  test('are bounded: the one idle longest makes room, one in use never does', async () => {
    const { url } = await start({ mostSessions: 2 });
    const [first, second] = [await openSession(url), await openSession(url)];
    const waiting = post(url, call('wait_for', { ms: 800 }), first);
    await sleep(200);
    const third = await openSession(url);
    expect((await post(url, call('echo_text', { text: 'x' }), second)).status).toBe(404);
    expect((await post(url, call('echo_text', { text: 'x' }), third)).status).toBe(200);
    expect(await (await waiting).text()).toContain('waited 800');
  });
});

describe('the end', () => {
  test('comes after the calls in flight, and new ones are refused', async () => {
    const server = await start();
    const session = await openSession(server.url);
    const stream = await fetch(server.url, { headers: { accept: 'text/event-stream', ...session } });
    const waiting = post(server.url, call('wait_for', { ms: 600 }), session);
    await sleep(200);
    const before = performance.now();
    const closing = server.close();
    expect(await (await waiting).text()).toContain('waited 600');
    await closing;
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(await stream.text()).not.toContain('error');
    await expect(post(server.url, initialize)).rejects.toThrow();
  });

  test('a port that is taken is named, with what to do', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    const refused = await serveHttp({ host: '127.0.0.1', port, app: createScriptedApp() }).catch(
      (error: unknown) => error,
    );
    expect(isAppError(refused, 'address_in_use') && refused.message).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(isAppError(refused) && refused.message).toContain('--port');
  });
});

test('/health answers', async () => {
  const { url } = await start();
  const response = await fetch(new URL('/health', url));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok', version: '0.0.0' });
});
