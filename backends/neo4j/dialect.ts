import type Neo4j from 'neo4j-driver';
import type { Driver, ManagedTransaction, Session } from 'neo4j-driver';
import { AppError } from '../../src/errors.ts';
import type { Finding } from '../../src/storage/store.ts';
import { encode, toRow } from '../cypher/bolt-values.ts';
import type { Dialect, Statement } from '../cypher/dialect.ts';
import { anyOfTerms } from '../cypher/lucene.ts';
import type { Row } from '../cypher/values.ts';
import { outcomeOf, translateFault } from './faults.ts';
import { schemaStatements } from './schema.ts';
import type { Neo4jSettings } from './settings.ts';

const connectMs = 5_000;
const statementMs = 60_000;
const indexSeconds = 120;

interface Connected {
  readonly neo4j: typeof Neo4j;
  readonly driver: Driver;
}

const connect = async ({ uri, user, password }: Neo4jSettings): Promise<Connected> => {
  const neo4j = (await import('neo4j-driver')).default;
  try {
    const driver = neo4j.driver(uri, neo4j.auth.basic(user, password), {
      disableLosslessIntegers: true,
      telemetryDisabled: true,
      connectionTimeout: connectMs,
      connectionAcquisitionTimeout: 2 * connectMs,
      maxConnectionPoolSize: 20,
      // Writes are tried again by us, who know whether that is safe.
      maxTransactionRetryTime: 0,
      notificationFilter: { minimumSeverityLevel: 'OFF' },
    });
    return { neo4j, driver };
  } catch (error) {
    throw new AppError(
      'config_invalid',
      'MEMORY_NEO4J_URI is no address of a Neo4j server, e.g. neo4j://127.0.0.1:7687.',
      {
        cause: error,
      },
    );
  }
};

/** Neo4j 5 and later. */
export const neo4jDialect = (settings: Neo4jSettings): Dialect => {
  let connected: Connected | null = null;

  const open = (): Connected => {
    if (connected === null) throw new AppError('store_unavailable', 'The store is not open.');
    return connected;
  };

  const inSession = async <T>(mode: 'READ' | 'WRITE', use: (session: Session) => Promise<T>): Promise<T> => {
    const { driver } = open();
    const session = driver.session({
      defaultAccessMode: mode,
      ...(settings.database === null ? {} : { database: settings.database }),
    });
    try {
      return await use(session);
    } finally {
      await session.close();
    }
  };

  const run =
    ({ text, parameters }: Statement) =>
    async (transaction: ManagedTransaction): Promise<readonly Row[]> => {
      const { records } = await transaction.run(text, encode(open().neo4j, parameters));
      return records.map(toRow);
    };

  const prepare = async (): Promise<void> => {
    const { driver } = open();
    await driver.verifyConnectivity(settings.database === null ? {} : { database: settings.database });
    if (settings.readOnly) return;
    for (const statement of schemaStatements(settings.multiTenant)) {
      await inSession('WRITE', (session) => session.run(statement));
    }
    await inSession('WRITE', (session) =>
      session.run('CALL db.awaitIndexes($seconds)', { seconds: open().neo4j.int(indexSeconds) }),
    );
  };

  return {
    location: settings.uri.replace(/\/\/[^@/]*@/, '//'),
    durability: 'power_loss',
    longestToken: 200,
    candidates: 300,
    open: async () => {
      connected = await connect(settings);
      try {
        await prepare();
      } catch (error) {
        await connected.driver.close();
        connected = null;
        throw error;
      }
    },
    close: async () => {
      await connected?.driver.close();
      connected = null;
    },
    read: (statement) => inSession('READ', (session) => session.executeRead(run(statement), { timeout: statementMs })),
    write: (statement) =>
      inSession('WRITE', (session) => session.executeWrite(run(statement), { timeout: statementMs })),
    callTextIndex: (index, name) => `CALL db.index.fulltext.queryNodes('${index}', ${name}) YIELD node, score`,
    anyOf: anyOfTerms,
    outcomeOf,
    translate: translateFault,
    inspect: async (): Promise<readonly Finding[]> => {
      const rows = await inSession('READ', (session) =>
        session.executeRead(
          run({
            text: 'CALL dbms.components() YIELD versions, edition RETURN versions[0] AS version, edition AS edition',
            parameters: {},
          }),
        ),
      );
      const { version, edition } = rows[0] ?? {};
      return [{ severity: 'ok', what: `Neo4j ${version} ${edition}`, fix: null }];
    },
  };
};
