import type { FalkorDB, Graph } from 'falkordb';
import { AppError } from '../../src/errors.ts';
import type { Statement } from '../cypher/dialect.ts';
import type { Row } from '../cypher/values.ts';
import { isMissingGraph } from './faults.ts';
import { encodeParameters } from './parameters.ts';

/** A server over TCP or over a socket in the file system. */
export interface Place {
  readonly socket: { readonly host: string; readonly port: number; readonly tls: boolean } | { readonly path: string };
  readonly user: string;
  readonly password: string;
}

export interface FalkorConnection {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Counts up with each new connection: what was known of the server's indexes is not known any more. */
  generation(): number;
  /** Nothing where there is no such graph. */
  read(graph: string, statement: Statement): Promise<readonly Row[]>;
  /** Makes the graph if need be. One statement is one transaction. */
  write(graph: string, statement: Statement): Promise<readonly Row[]>;
  /** Gives up the statement's text with its parameters to the server's own explanation. */
  explain(graph: string, statement: Statement): Promise<readonly string[]>;
  graphs(): Promise<readonly string[]>;
  /** A command of the server itself. */
  command(...words: readonly string[]): Promise<unknown>;
}

const connectMs = 5_000;
/** Of a read alone: a server obeys it for writes only if it is configured so. A slow read holds up the writers of its graph. */
const readMs = 30_000;
const readers = 3;
const longestPauseMs = 1_000;

/** The library passes these on, and does not name them all. */
const optionsFor = ({ socket, user, password }: Place, isOpen: () => boolean): object => ({
  socket: {
    ...('path' in socket ? { path: socket.path } : { host: socket.host, port: socket.port, tls: socket.tls }),
    connectTimeout: connectMs,
    // Before it was ever open a failure is told at once; afterwards it comes back by itself.
    reconnectStrategy: (retries: number) => (isOpen() ? Math.min(longestPauseMs, 50 * 2 ** retries) : false),
  },
  ...(password === '' ? {} : { password, ...(user === '' ? {} : { username: user }) }),
  // Else a write that nobody waits for any more would be made after an outage.
  disableOfflineQueue: true,
});

const timeoutOf = (configured: unknown): number => {
  const most = Array.isArray(configured) ? Number(configured[1]) : 0;
  return most > 0 ? Math.min(most, readMs) : readMs;
};

/** One connection to write and a few to read, since each runs one statement at a time. The client is loaded with the first use. */
export const falkorConnection = (findPlace: () => Promise<Place>): FalkorConnection => {
  let clients: FalkorDB[] = [];
  let generation = 0;
  let timeout = readMs;
  let turn = 0;

  const client = (no: number): FalkorDB => {
    const found = clients[no];
    if (found === undefined) throw new AppError('store_unavailable', 'The store is not open.');
    return found;
  };

  const connect = async (place: Place): Promise<FalkorDB> => {
    const { FalkorDB: Client } = await import('falkordb');
    const connected = await Client.connect(optionsFor(place, () => clients.length > 0) as never);
    // Without a listener an error on the connection would end the process; calls tell of it themselves.
    connected.on('error', () => {
      generation += 1;
    });
    return connected;
  };

  const rows = async (asking: Promise<{ data?: unknown[] }>): Promise<readonly Row[]> =>
    ((await asking).data ?? []) as Row[];
  const graphOf = (no: number, name: string): Graph => client(no).selectGraph(name);
  const textOf = ({ text, parameters }: Statement): string => encodeParameters(parameters) + text;

  const close = async (): Promise<void> => {
    const closing = clients;
    clients = [];
    await Promise.all(closing.map((each) => each.close().catch(() => undefined)));
  };

  return {
    open: async () => {
      const opened: FalkorDB[] = [];
      const place = await findPlace();
      try {
        for (let no = 0; no <= readers; no += 1) opened.push(await connect(place));
      } finally {
        clients = opened;
      }
      generation += 1;
      timeout = timeoutOf(
        await client(0)
          .configGet('TIMEOUT_MAX')
          .catch(() => null),
      );
    },
    close,
    generation: () => generation,
    read: async (graph, statement) => {
      turn += 1;
      try {
        return await rows(graphOf(1 + (turn % readers), graph).roQuery(textOf(statement), { TIMEOUT: timeout }));
      } catch (error) {
        if (isMissingGraph(error)) return [];
        throw error;
      }
    },
    write: (graph, statement) => rows(graphOf(0, graph).query(textOf(statement))),
    explain: async (graph, statement) => (await graphOf(1, graph).explain(textOf(statement))) as string[],
    graphs: () => client(0).list() as Promise<string[]>,
    command: async (...words) => (await client(0).connection).sendCommand([...words] as never),
  };
};
