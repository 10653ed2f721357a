import type { CallToolResult } from '@modelcontextprotocol/server';
import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { nearest } from '../nearest.ts';
import type { ServiceContext } from '../service/context.ts';
import type { Tool, ToolAnswer } from '../tools/tool.ts';
import { parseArguments } from './arguments.ts';
import type { Fault } from './error-boundary.ts';
import { withErrorBoundary } from './error-boundary.ts';
import { instructionsFor } from './instructions.ts';
import type { ListedTool } from './listed-tool.ts';
import { asSdkSchema } from './listed-tool.ts';

/** What the MCP edge needs of the application. */
export interface McpApp {
  readonly info: { readonly name: string; readonly title: string; readonly version: string };
  /** Listed in this order. */
  readonly tools: readonly ListedTool[];
  /** Only for names that are listed. */
  loadTool(name: string): Promise<Tool>;
  contextFor(): Promise<ServiceContext>;
  readonly now: () => number;
  readonly newId: () => string;
  reportFault(fault: Fault): void;
  /** A connection that broke or a message outside the protocol: for the log, nothing a caller waits for. */
  reportTransportError(error: Error): void;
}

/** Registers more on a server; how fixtures of a test get in. */
export type Extend = (server: McpServer) => void;

const resultOf = (answer: ToolAnswer): CallToolResult => ({
  content: [{ type: 'text', text: answer.text }],
  ...(answer.structured === undefined ? {} : { structuredContent: { ...answer.structured } }),
});

const unknownTool = (name: string, names: readonly string[]): ProtocolError => {
  const near = nearest(name, names);
  const hint = near === null ? 'call tools/list for the names' : `did you mean ${near}?`;
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool ${JSON.stringify(name.slice(0, 100))}: ${hint}`,
  );
};

/** The SDK has checked the call's form by then; its copy lacks a `__proto__` key, which must be seen to be refused. */
const asSent = { '~standard': { version: 1, vendor: 'graph-memory', validate: (value: unknown) => ({ value }) } };

/** The SDK says only that a tool is not found; a model that reads the nearest name repairs its call. */
const superviseToolCalls = (server: McpServer, tools: readonly ListedTool[]): void => {
  const names = tools.map((tool) => tool.name);
  const { server: protocol } = server;
  const register = protocol.setRequestHandler.bind(protocol) as (method: string, ...rest: unknown[]) => void;
  const wrapped = (method: string, ...rest: unknown[]): void => {
    const [handler] = rest;
    if (method !== 'tools/call' || typeof handler !== 'function') {
      register(method, ...rest);
      return;
    }
    register(method, { params: asSent }, async (params: { name: string }, context: unknown) => {
      try {
        return await handler({ method, params }, context);
      } catch (error) {
        const missing = error instanceof ProtocolError && error.code === ProtocolErrorCode.InvalidParams;
        throw missing && !names.includes(params.name) ? unknownTool(params.name, names) : error;
      }
    });
  };
  protocol.setRequestHandler = wrapped as typeof protocol.setRequestHandler;
};

/** One server for one connection or request; both protocol revisions are served from it. */
export const createMcpServer = (app: McpApp, extend?: Extend): McpServer => {
  const server = new McpServer(app.info, { instructions: instructionsFor(app.tools) });
  superviseToolCalls(server, app.tools);
  server.server.registerCapabilities({ tools: { listChanged: false } });
  for (const listed of app.tools) {
    const { name, title, description, annotations } = listed;
    const call = async (raw: unknown): Promise<CallToolResult> => {
      const tool = await app.loadTool(name);
      const input = parseArguments(tool, raw);
      return resultOf(await tool.run(input, await app.contextFor()));
    };
    server.registerTool(
      name,
      { title, description, inputSchema: asSdkSchema(listed), annotations: { ...annotations, openWorldHint: false } },
      (raw) => withErrorBoundary(() => call(raw), name, app.newId, app.reportFault),
    );
  }
  extend?.(server);
  return server;
};
