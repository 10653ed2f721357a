import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Stands between a store and its server on the loopback interface, and does to their connections what networks do. */
export class TcpProxy {
  readonly port: number;
  readonly #target: { readonly host: string; readonly port: number };
  #listener: Server | null;
  readonly #pairs = new Set<Pair>();
  #stalled = false;
  #losesAnswers = false;

  private constructor(listener: Server, target: { readonly host: string; readonly port: number }) {
    this.#listener = listener;
    this.#target = target;
    this.port = (listener.address() as AddressInfo).port;
    listener.on('connection', (client) => this.#join(client));
  }

  static async to(uri: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(uri);
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpProxy(listener, { host: hostname, port: Number(port) });
  }

  /** Connections through it that are open. */
  get connections(): number {
    return this.#pairs.size;
  }

  #join(client: Socket): void {
    const server = connect(this.#target);
    const pair = { client, server };
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('data', (data) => {
      if (!this.#stalled) server.write(data);
    });
    server.on('data', (data) => {
      if (this.#stalled) return;
      if (this.#losesAnswers) return end();
      client.write(data);
    });
  }

  /** Cuts what is open; what comes next is let through. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** From now on nothing is passed on, and nothing refused. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
  }

  /** From now on questions reach the server, and the connection breaks when it answers. */
  loseAnswers(loses: boolean): void {
    this.#losesAnswers = loses;
  }

  /** As a server that is not there. */
  async down(): Promise<void> {
    const listener = this.#listener;
    if (listener === null) return;
    this.#listener = null;
    const closed = once(listener, 'close');
    listener.close();
    this.reset();
    await closed;
  }

  async up(): Promise<void> {
    if (this.#listener !== null) return;
    this.#listener = createServer((client) => this.#join(client)).listen(this.port, '127.0.0.1');
    await once(this.#listener, 'listening');
  }
}
