import type { ListResourcesResult, McpServer, ReadResourceResult } from '@modelcontextprotocol/server';
import { ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { parseMemoryId } from '../domain/ids.ts';
import { withProtocolErrors } from './error-boundary.ts';
import type { Wrap } from './handlers.ts';
import { memoryTemplate, recentUri } from './resource-uris.ts';
import type { McpApp } from './server.ts';

const mimeType = 'text/markdown';

const read = async (app: McpApp, uri: string, id: string | null): Promise<ReadResourceResult> => {
  const pages = await import('./resource-pages.ts');
  const context = await app.contextFor();
  const parsed = id === null ? null : parseMemoryId(id);
  const text =
    id === null ? await pages.recentPageText(context) : parsed && (await pages.memoryPageText(context, parsed));
  if (text === null) throw new ResourceNotFoundError(uri);
  return { contents: [{ uri, mimeType, text }] };
};

/** The SDK lists what is registered; the memories follow, a page at a time. */
export const resourceListWrap = (app: McpApp): Wrap => ({
  around: (handler) => (request, sdkContext) =>
    withProtocolErrors(
      async () => {
        const { cursor } = (request.params ?? {}) as { cursor?: string };
        const { listMemoryResources } = await import('./resource-pages.ts');
        const [page, registered] = await Promise.all([
          listMemoryResources(await app.contextFor(), cursor ?? null),
          handler(request, sdkContext) as Promise<ListResourcesResult>,
        ]);
        return cursor === undefined ? { ...page, resources: [...registered.resources, ...page.resources] } : page;
      },
      'resources/list',
      app,
    ),
});

/** Registers names and descriptions only; what answers is loaded when it is asked. */
export const addResources = (server: McpServer, app: McpApp): void => {
  server.server.registerCapabilities({ resources: { listChanged: false, subscribe: true } });
  const answer = (uri: string, id: string | null): Promise<ReadResourceResult> =>
    withProtocolErrors(() => read(app, uri, id), 'resources/read', app);
  server.registerResource(
    'recent',
    recentUri,
    {
      title: 'Recent memories',
      description: 'The memories that changed last, with what they are linked to.',
      mimeType,
    },
    (uri) => answer(uri.href, null),
  );
  server.registerResource(
    'memory',
    // The completion is made in completions.ts; naming it here makes the SDK offer completions at all.
    new ResourceTemplate(memoryTemplate, { list: undefined, complete: { id: () => [] } }),
    { title: 'Memory', description: 'One memory in full, with its relationships.', mimeType },
    (uri, { id }) => answer(uri.href, String(id)),
  );
};
