import type { JSONRPCRequest, RequestId } from '@modelcontextprotocol/server';

/** Stays open until the end of the connection, so nobody waits for its answer. */
export const subscription = 'subscriptions/listen';

/** Keeps count of the open subscriptions of one connection that ask for the updates of resources. */
export interface Listeners {
  readonly opened: (request: JSONRPCRequest) => void;
  /** For any id: what was no subscription is passed over. */
  readonly closed: (id: RequestId | undefined) => void;
}

const asksForUpdates = ({ params }: JSONRPCRequest): boolean => {
  const wanted = params?.notifications as { readonly resourceSubscriptions?: unknown } | null | undefined;
  return Array.isArray(wanted?.resourceSubscriptions) && wanted.resourceSubscriptions.length > 0;
};

/** `changed` is told when the first opens and when the last is gone. */
export const createListeners = (changed: (anybody: boolean) => void): Listeners => {
  const open = new Set<RequestId>();
  return {
    opened: (request) => {
      if (!asksForUpdates(request) || open.has(request.id)) return;
      open.add(request.id);
      if (open.size === 1) changed(true);
    },
    closed: (id) => {
      if (id !== undefined && open.delete(id) && open.size === 0) changed(false);
    },
  };
};
