import type { CallToolResult } from '@modelcontextprotocol/server';
import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { nearest } from '../nearest.ts';
import type { ServiceContext } from '../service/context.ts';
import type { Tool, ToolAnswer } from '../tools/tool.ts';
import { parseArguments } from './arguments.ts';
import { completionWrap } from './completions.ts';
import type { FaultDesk } from './error-boundary.ts';
import { withErrorBoundary } from './error-boundary.ts';
import type { Wrap } from './handlers.ts';
import { wrapHandlers } from './handlers.ts';
import { instructionsFor } from './instructions.ts';
import type { ListedTool } from './listed-tool.ts';
import { asSdkSchema } from './listed-tool.ts';
import { withoutTenant } from './named-tenant.ts';
import { addPrompts } from './prompts.ts';
import { addResources, resourceListWrap } from './resources.ts';
import { addSubscriptions } from './subscriptions.ts';

/** What the MCP edge needs of the application. */
export interface McpApp extends FaultDesk {
  readonly info: { readonly name: string; readonly title: string; readonly version: string };
  /** Listed in this order. */
  readonly tools: readonly ListedTool[];
  /** Only for names that are listed. */
  loadTool(name: string): Promise<Tool>;
  /** What a session stores in a row is linked; without one nothing is. */
  contextFor(session?: string): Promise<ServiceContext>;
  readonly now: () => number;
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

/** The SDK says only that a tool is not found; a model that reads the nearest name repairs its call. */
const toolCallWrap = (tools: readonly ListedTool[]): Wrap => {
  const names = tools.map((tool) => tool.name);
  return {
    asSent: true,
    around: (handler) => async (request, context) => {
      try {
        return await handler(request, context);
      } catch (error) {
        const missing = error instanceof ProtocolError && error.code === ProtocolErrorCode.InvalidParams;
        const { name } = request.params as { name: string };
        throw missing && !names.includes(name) ? unknownTool(name, names) : error;
      }
    },
  };
};

const addTools = (server: McpServer, app: McpApp): void => {
  server.server.registerCapabilities({ tools: { listChanged: false } });
  // A connection has a server of its own, and so has a session of HTTP.
  const session = app.newId();
  for (const listed of app.tools) {
    const { name, title, description, annotations } = listed;
    const call = async (raw: unknown): Promise<CallToolResult> => {
      const tool = await app.loadTool(name);
      const input = parseArguments(tool, await withoutTenant(name, raw, async () => (await app.contextFor()).scope));
      return resultOf(await tool.run(input, await app.contextFor(session)));
    };
    server.registerTool(
      name,
      { title, description, inputSchema: asSdkSchema(listed), annotations: { ...annotations, openWorldHint: false } },
      (raw) => withErrorBoundary(() => call(raw), name, app),
    );
  }
};

/** One server for one connection or request; both protocol revisions are served from it. */
export const createMcpServer = (app: McpApp, extend?: Extend): McpServer => {
  const server = new McpServer(app.info, { instructions: instructionsFor(app.tools) });
  wrapHandlers(server, {
    'tools/call': toolCallWrap(app.tools),
    'resources/list': resourceListWrap(app),
    'completion/complete': completionWrap(app),
  });
  addTools(server, app);
  addResources(server, app);
  addSubscriptions(server, app);
  addPrompts(server, app);
  extend?.(server);
  return server;
};
