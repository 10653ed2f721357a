import type Library from 'neo4j-driver';
import type { Driver, ManagedTransaction, Result, Session } from 'neo4j-driver';
import { AppError } from '../../src/errors.ts';
import { encode, toRow } from './bolt-values.ts';
import type { Statement } from './dialect.ts';
import type { Parameters, Row } from './values.ts';

export interface BoltAddress {
  readonly uri: string;
  readonly user: string;
  readonly password: string;
  /** Null: that of the user. */
  readonly database: string | null;
}

export interface BoltConnection {
  /** Loads the driver and reaches the server. Throws `config_invalid` with this text for what is no address. */
  open(noAddress: string): Promise<void>;
  close(): Promise<void>;
  /** One transaction, tried once. */
  run(mode: 'READ' | 'WRITE', statement: Statement): Promise<readonly Row[]>;
  /** Outside a transaction, as schema commands want it. */
  command(text: string, parameters?: Parameters): Promise<readonly Row[]>;
}

const connectMs = 5_000;
const statementMs = 60_000;

interface Connected {
  readonly library: typeof Library;
  readonly driver: Driver;
}

const connect = async ({ uri, user, password }: BoltAddress, noAddress: string): Promise<Connected> => {
  const library = (await import('neo4j-driver')).default;
  try {
    const driver = library.driver(uri, library.auth.basic(user, password), {
      disableLosslessIntegers: true,
      telemetryDisabled: true,
      connectionTimeout: connectMs,
      connectionAcquisitionTimeout: 2 * connectMs,
      maxConnectionPoolSize: 20,
      // Writes are tried again by us, who know whether that is safe.
      maxTransactionRetryTime: 0,
    });
    return { library, driver };
  } catch (error) {
    throw new AppError('config_invalid', noAddress, { cause: error });
  }
};

/** What the databases that speak Bolt have in common. The driver is loaded with the first use. */
export const boltConnection = (address: BoltAddress): BoltConnection => {
  const database = address.database === null ? {} : { database: address.database };
  let connected: Connected | null = null;

  const open = (): Connected => {
    if (connected === null) throw new AppError('store_unavailable', 'The store is not open.');
    return connected;
  };

  const inSession = async <T>(mode: 'READ' | 'WRITE', use: (session: Session) => Promise<T>): Promise<T> => {
    const session = open().driver.session({ defaultAccessMode: mode, ...database });
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  };

  return {
    open: async (noAddress) => {
      connected = await connect(address, noAddress);
      await connected.driver.verifyConnectivity(database);
    },
    close: async () => {
      await connected?.driver.close();
      connected = null;
    },
    run: (mode, { text, parameters }) =>
      inSession(mode, async (session) => {
        const work = (transaction: ManagedTransaction): Result =>
          transaction.run(text, encode(open().library, parameters));
        const config = { timeout: statementMs };
        const { records } = await (mode === 'READ'
          ? session.executeRead(work, config)
          : session.executeWrite(work, config));
        return records.map(toRow);
      }),
    command: (text, parameters = {}) =>
      inSession('WRITE', async (session) =>
        (await session.run(text, encode(open().library, parameters))).records.map(toRow),
      ),
  };
};
