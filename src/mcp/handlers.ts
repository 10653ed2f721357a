import type { McpServer } from '@modelcontextprotocol/server';

/** A request handler as the SDK registers it; what it is given has been checked against the protocol's schemas. */
export type Handler = (request: { readonly method: string; readonly params: unknown }, context: unknown) => unknown;

export interface Wrap {
  /** Passes the parameters as they came: the SDK's copy lacks a `__proto__` key, which must be seen to be refused. */
  readonly asSent?: true;
  readonly around: (handler: Handler) => Handler;
}

const asSent = { '~standard': { version: 1, vendor: 'graph-memory', validate: (value: unknown) => ({ value }) } };

/**
 * Puts ours around the handlers of some methods, at the moment when the SDK registers its own: before that there is nothing to wrap,
 * and what was registered by hand makes the SDK refuse to add its own.
 */
export const wrapHandlers = (server: McpServer, wraps: Readonly<Record<string, Wrap>>): void => {
  const { server: protocol } = server;
  const register = protocol.setRequestHandler.bind(protocol) as (method: string, ...rest: unknown[]) => void;
  const wrapped = (method: string, ...rest: unknown[]): void => {
    const [handler] = rest;
    const wrap = Object.hasOwn(wraps, method) ? wraps[method] : undefined;
    if (wrap === undefined || typeof handler !== 'function') {
      register(method, ...rest);
      return;
    }
    const around = wrap.around(handler as Handler);
    if (wrap.asSent) {
      register(method, { params: asSent }, (params: unknown, context: unknown) => around({ method, params }, context));
    } else register(method, around);
  };
  protocol.setRequestHandler = wrapped as typeof protocol.setRequestHandler;
};
