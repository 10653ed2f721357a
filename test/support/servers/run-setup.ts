import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerAddress, type ServerName, Servers, serverNames } from '../servers.ts';

/** Who waits for an address or holds one: a worker, by its process id. */
interface Holder {
  readonly worker: string;
  readonly response: ServerResponse;
}

/** Hands out addresses, each to one worker at a time, first come, first served. A worker that has one is given the same again. */
class Leases {
  readonly #addresses: readonly ServerAddress[];
  readonly #held: { readonly address: ServerAddress; readonly holders: Set<Holder> }[];
  #waiting: Holder[] = [];

  constructor(addresses: readonly ServerAddress[]) {
    this.#addresses = addresses;
    this.#held = this.#addresses.map((address) => ({ address, holders: new Set() }));
  }

  /** Answers when there is one; it is given back when the connection closes. */
  ask(holder: Holder): void {
    holder.response.on('close', () => {
      this.#waiting = this.#waiting.filter((other) => other !== holder);
      for (const { holders } of this.#held) holders.delete(holder);
      this.#serve();
    });
    this.#waiting.push(holder);
    this.#serve();
  }

  #serve(): void {
    this.#waiting = this.#waiting.filter((holder) => {
      const own = this.#held.find(({ holders }) => [...holders].some(({ worker }) => worker === holder.worker));
      const place = own ?? this.#held.find(({ holders }) => holders.size === 0);
      if (place === undefined) return true;
      place.holders.add(holder);
      holder.response.write(`${JSON.stringify(place.address)}\n`);
      return false;
    });
  }
}

const isServerName = (name: string | undefined): name is ServerName => serverNames.some((known) => known === name);

const servers = new Servers();
let broker: Server | undefined;

/** Starts nothing yet: the workers ask for what they need, and what was started ends with the run. */
export const setup = async (): Promise<void> => {
  const leases = new Map<ServerName, Leases>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, question, name, worker = ''] = (request.url ?? '').split('/');
    if (!isServerName(name)) return void response.writeHead(404).end();
    const reach = await servers.reach(name);
    if (question === 'reach' || 'unreachable' in reach) return void response.end(JSON.stringify(reach));
    const lease = leases.get(name) ?? new Leases(reach.addresses);
    leases.set(name, lease);
    lease.ask({ worker, response });
  };

  broker = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  process.env.TEST_SERVERS = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
};

export const teardown = async (): Promise<void> => {
  broker?.close();
  broker?.closeAllConnections();
  await servers.stop();
};
