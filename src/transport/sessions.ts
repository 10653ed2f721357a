import type { McpServer } from '@modelcontextprotocol/server';
import {
  isInitializeRequest,
  ProtocolErrorCode,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { refusal } from './incoming.ts';

interface Session {
  readonly server: McpServer;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  lastUsed: number;
  responses: number;
}

export interface SessionOptions {
  readonly connect: () => McpServer;
  readonly now: () => number;
  readonly newId: () => string;
  readonly idleMs: number;
  readonly most: number;
}

/** The sessions of the older protocol revision. */
export interface Sessions {
  /** `over` resolves when the response has been sent or its client is gone. */
  readonly handle: (request: Request, body: unknown, over: Promise<void>) => Promise<Response>;
  /** Ends the streams on which nothing but notices could come. */
  readonly endStreams: () => void;
  readonly close: () => Promise<void>;
}

const answer = (status: number, code: number, message: string): Response =>
  Response.json(refusal(code, message), { status });

export const createSessions = ({ connect, now, newId, idleMs, most }: SessionOptions): Sessions => {
  const sessions = new Map<string, Session>();

  const drop = async (id: string): Promise<void> => {
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.server.close();
  };

  const idle = (): readonly (readonly [string, Session])[] =>
    [...sessions].filter(([, session]) => session.responses === 0).sort((a, b) => a[1].lastUsed - b[1].lastUsed);

  const sweep = (): void => {
    for (const [id, session] of idle()) if (now() - session.lastUsed > idleMs) void drop(id);
  };
  const timer = setInterval(sweep, Math.min(idleMs, 60_000));
  timer.unref();

  /** Makes room by dropping the session that was idle longest; false if every one is in use. */
  const makeRoom = (): boolean => {
    if (sessions.size < most) return true;
    const oldest = idle()[0];
    if (oldest === undefined) return false;
    void drop(oldest[0]);
    return true;
  };

  const open = async (): Promise<Session> => {
    const server = connect();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: newId,
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const session: Session = { server, transport, lastUsed: now(), responses: 0 };
    await server.connect(transport);
    return session;
  };

  const find = async (request: Request, body: unknown): Promise<Session | Response> => {
    const id = request.headers.get('mcp-session-id');
    if (id !== null) {
      return (
        sessions.get(id) ??
        answer(404, -32_001, 'Session not found: it ended or expired; send initialize to open a new one')
      );
    }
    if (request.method === 'POST' && isInitializeRequest(body)) {
      return makeRoom() ? open() : answer(503, -32_000, 'Too many sessions are in use; try again later');
    }
    if (request.method === 'GET') return answer(405, -32_000, 'Method not allowed without a session: use POST');
    const what = 'Bad request: no session; send initialize first, then its Mcp-Session-Id header with every request';
    return answer(400, ProtocolErrorCode.InvalidRequest, what);
  };

  return {
    handle: async (request, body, over) => {
      const session = await find(request, body);
      if (session instanceof Response) return session;
      session.lastUsed = now();
      session.responses += 1;
      void over.then(() => {
        session.responses -= 1;
        session.lastUsed = now();
      });
      return session.transport.handleRequest(request, body === undefined ? {} : { parsedBody: body });
    },
    endStreams: () => {
      for (const { transport } of sessions.values()) transport.closeStandaloneSSEStream();
    },
    close: async () => {
      clearInterval(timer);
      await Promise.all([...sessions.keys()].map(drop));
    },
  };
};
