import type { Server } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { createAdaptorServer } from '@hono/node-server';
import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/hono';
import {
  createMcpHandler,
  isJsonContentType,
  isLegacyRequest,
  localhostAllowedHostnames,
  ProtocolErrorCode,
  readRequestBody,
} from '@modelcontextprotocol/server';
import type { Context } from 'hono';
import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import type { Extend, McpApp } from '../mcp/server.ts';
import { createMcpServer } from '../mcp/server.ts';
import { updateBus } from '../mcp/subscriptions.ts';
import { createCalls } from './calls.ts';
import { refusal } from './incoming.ts';
import { listen } from './listen.ts';
import { createSessions } from './sessions.ts';

const largestBody = 4 * 1024 * 1024;
const graceMs = 10_000;
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

export interface HttpOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly app: McpApp;
  /** Names accepted in Host and Origin besides those of the loopback interface. Needed when `host` is another address. */
  readonly allowedHosts?: readonly string[];
  readonly extend?: Extend;
  readonly sessionIdleMs?: number;
  readonly mostSessions?: number;
}

export interface HttpServer {
  /** Where clients connect to. */
  readonly url: string;
  /** Takes no more requests, answers those in flight, then ends every session and connection. */
  close(): Promise<void>;
}

type Env = { Bindings: HttpBindings };

const allowedNames = ({ host, allowedHosts = [] }: HttpOptions): string[] => {
  const given = allowedHosts.map((name) => name.replace(/:\d+$/, ''));
  if (loopback.has(host)) return [...localhostAllowedHostnames(), ...given];
  if (given.length > 0) return given;
  throw new AppError(
    'config_invalid',
    `listening on ${host} needs MEMORY_ALLOWED_HOSTS: the host names under which clients reach this server`,
  );
};

const answer = (status: number, code: number, message: string): Response =>
  Response.json(refusal(code, message), { status });

const readBody = async (request: Request): Promise<{ readonly body: unknown } | Response> => {
  if (request.method !== 'POST') return { body: undefined };
  if (!isJsonContentType(request.headers.get('content-type'))) {
    return answer(415, -32_000, 'Unsupported media type: send application/json');
  }
  const read = await readRequestBody(request, largestBody);
  if (read.tooLarge) {
    return answer(
      413,
      ProtocolErrorCode.InvalidRequest,
      `request_too_large: a body may have at most ${largestBody} bytes; send less at once`,
    );
  }
  try {
    return { body: JSON.parse(read.text) };
  } catch {
    return answer(400, ProtocolErrorCode.ParseError, 'Parse error: the body is not valid JSON');
  }
};

const isSubscription = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && (body as { method?: unknown }).method === 'subscriptions/listen';

/** Streamable HTTP at `/mcp`: sessions for the handshake revision, one exchange a request for the stateless one. */
export const serveHttp = async (options: HttpOptions): Promise<HttpServer> => {
  const { app, host, port, extend } = options;
  const names = allowedNames(options);
  const connect = (): ReturnType<typeof createMcpServer> => createMcpServer(app, extend);
  const calls = createCalls();
  const modern = createMcpHandler(connect, {
    legacy: 'reject',
    bus: updateBus(app),
    maxRequestBodySize: largestBody,
    onerror: (error) => app.reportTransportError(error),
  });
  const sessions = createSessions({
    connect,
    now: app.now,
    newId: app.newId,
    idleMs: options.sessionIdleMs ?? 30 * 60_000,
    most: options.mostSessions ?? 500,
  });
  let stopping = false;

  const serveMcp = async (context: Context<Env>): Promise<Response> => {
    if (stopping) return answer(503, -32_000, 'The server is stopping');
    const request = context.req.raw;
    const { outgoing } = context.env;
    const over = new Promise<void>((resolve) => void outgoing.once('close', resolve));
    const begin = request.method === 'POST' ? calls.begin() : (): void => undefined;
    void over.then(begin);
    const read = await readBody(request);
    if (read instanceof Response) return read;
    if (isSubscription(read.body)) begin();
    if (await isLegacyRequest(request, read.body)) return sessions.handle(request, read.body, over);
    return modern.fetch(request, read.body === undefined ? {} : { parsedBody: read.body });
  };

  const web = new Hono<Env>();
  web.use('*', hostHeaderValidation(names), originValidation(names));
  web.get('/health', (context) => context.json({ status: 'ok', version: app.info.version }));
  web.all('/mcp', serveMcp);
  web.notFound((context) => context.json({ error: 'not found: the MCP endpoint is /mcp' }, 404));
  web.onError((error) => {
    app.reportTransportError(error);
    return answer(500, ProtocolErrorCode.InternalError, 'Internal error; try again');
  });

  const server = createAdaptorServer({ fetch: web.fetch }) as Server;
  const taken = await listen(server, host, port);
  const shownHost = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;

  const close = async (): Promise<void> => {
    stopping = true;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    sessions.endStreams();
    await calls.settled(graceMs);
    await modern.close();
    await sessions.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${shownHost}:${taken}/mcp`, close };
};
