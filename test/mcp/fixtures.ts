import type { McpServer } from '@modelcontextprotocol/server';
import { addContentFixtures } from './fixtures-content.ts';
import { addInputFixtures } from './fixtures-input.ts';
import { addNotificationFixtures } from './fixtures-notification.ts';

/** What the official conformance suite asks of a server beyond its own tools. Never shipped. */
export const addConformanceFixtures = (server: McpServer): void => {
  server.server.registerCapabilities({
    logging: {},
    completions: {},
    resources: { subscribe: true },
  });
  addContentFixtures(server);
  addNotificationFixtures(server);
  addInputFixtures(server);
};
