import { setTimeout as pause } from 'node:timers/promises';
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';

const done = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });

/** Tools that say something while they work. */
export const addNotificationFixtures = (server: McpServer): void => {
  const add = server.registerTool.bind(server);

  add('test_tool_with_logging', { description: 'Conformance: three log lines' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'Tool execution started');
    await pause(50);
    await mcpReq.log('info', 'Tool processing data');
    await pause(50);
    await mcpReq.log('info', 'Tool execution completed');
    return done('Logged.');
  });
  add('test_logging_tool', { description: 'Conformance: one log line' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'Heard only by those who asked for it');
    return done('Logged.');
  });
  add('test_tool_with_progress', { description: 'Conformance: three steps' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100 },
        });
      }
      await pause(50);
    }
    return done('Finished.');
  });
  add('test_trigger_tool_change', { description: 'Conformance: the tools changed' }, async () => {
    await server.server.sendToolListChanged();
    return done('Announced.');
  });
  add('test_trigger_prompt_change', { description: 'Conformance: the prompts changed' }, async () => {
    await server.server.sendPromptListChanged();
    return done('Announced.');
  });
};
