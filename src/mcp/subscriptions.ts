import type { McpServer, ServerEventBus } from '@modelcontextprotocol/server';
import { InMemoryServerEventBus, ResourceNotFoundError } from '@modelcontextprotocol/server';
import { parseMemoryId } from '../domain/ids.ts';
import { watchOf } from './change-watch.ts';
import { withProtocolErrors } from './error-boundary.ts';
import { memoryUri, recentUri } from './resource-uris.ts';
import type { McpApp } from './server.ts';

/** The URI under which changes are told: that of the memory which answers for the one named. */
const watchedUri = async (app: McpApp, uri: string): Promise<string> => {
  if (uri === recentUri) return uri;
  const id = uri.startsWith(memoryUri('')) ? parseMemoryId(uri.slice(memoryUri('').length)) : null;
  const { findMemories } = await import('../service/find-memory.ts');
  const memory = id && (await findMemories(await app.contextFor(), [id])).get(id);
  if (!memory) throw new ResourceNotFoundError(uri);
  return memoryUri(memory.id);
};

/** `resources/subscribe` of the revision that has sessions: lasts until it is taken back or the session ends. */
export const addSubscriptions = (server: McpServer, app: McpApp): void => {
  const { server: protocol } = server;
  const subscribed = new Map<string, string>();
  let stop: (() => void) | undefined;

  const tell = (changed: ReadonlySet<string>): void => {
    for (const [uri, watched] of subscribed) {
      // A client that is gone is noticed by its transport.
      if (changed.has(watched)) protocol.sendResourceUpdated({ uri }).catch(app.reportTransportError);
    }
  };
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  const begin = (): void => {
    if (stop !== undefined) return;
    stop = watchOf(app).follow(tell);
    const before = protocol.onclose;
    protocol.onclose = () => {
      end();
      before?.();
    };
  };

  protocol.setRequestHandler('resources/subscribe', ({ params }) =>
    withProtocolErrors(
      async () => {
        const watched = await watchedUri(app, params.uri);
        subscribed.set(params.uri, watched);
        begin();
        return {};
      },
      'resources/subscribe',
      app,
    ),
  );
  protocol.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri);
    if (subscribed.size === 0) end();
    return {};
  });
};

/** Where `subscriptions/listen` over HTTP listens: the log is watched while a stream is open. */
export const updateBus = (app: McpApp): ServerEventBus => {
  const bus = new InMemoryServerEventBus();
  return {
    publish: (event) => bus.publish(event),
    subscribe: (listener) => {
      const leave = bus.subscribe(listener);
      const stop = watchOf(app).follow((changed) => {
        for (const uri of changed) listener({ kind: 'resource_updated', uri });
      });
      return () => {
        leave();
        stop();
      };
    },
  };
};

/** The same for a connection whose transport picks from a server's notices those that were asked for. Returns the way to end it. */
export const announceUpdates = (app: McpApp, server: () => McpServer | undefined): (() => void) =>
  watchOf(app).follow((changed) => {
    for (const uri of changed) server()?.server.sendResourceUpdated({ uri }).catch(app.reportTransportError);
  });
