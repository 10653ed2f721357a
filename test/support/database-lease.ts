import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Reach, ServerAddress, ServerName } from './servers.ts';

const ask = async (path: string): Promise<IncomingMessage> => {
  const broker = process.env.TEST_SERVERS;
  if (broker === undefined) throw new Error('test/support/servers/run-setup.ts did not run before the tests');
  const request = get(`${broker}/${path}`, { agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response.setEncoding('utf8');
};

/** Where this server is, started now if need be, or why there is none. */
export const reachServer = async (name: ServerName): Promise<Reach> => {
  let text = '';
  for await (const chunk of await ask(`reach/${name}`)) text += chunk;
  return JSON.parse(text) as Reach;
};

/** Why it cannot be reached, or null if it can. */
export const reasonAgainst = async (name: ServerName): Promise<string | null> => {
  const reach = await reachServer(name);
  return 'unreachable' in reach ? reach.unreachable : null;
};

export interface Lease {
  readonly address: ServerAddress;
  readonly release: () => void;
}

/**
 * A database that no other worker uses meanwhile. Within a worker it may be the one that is leased already: who needs two at a time
 * is done with the first.
 */
export const leaseDatabase = async (name: ServerName): Promise<Lease> => {
  const response = await ask(`lease/${name}/${process.pid}`);
  response.socket.unref();
  const [line] = (await once(response, 'data')) as [string];
  return { address: JSON.parse(line) as ServerAddress, release: () => response.destroy() };
};
