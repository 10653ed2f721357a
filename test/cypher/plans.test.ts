import { randomUUID } from 'node:crypto';
import type { Plan } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encode } from '../../backends/cypher/bolt-values.ts';
import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import { falkorConnection } from '../../backends/falkordb/connection.ts';
import { falkordbDialect } from '../../backends/falkordb/dialect.ts';
import { neo4jDialect } from '../../backends/neo4j/dialect.ts';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { ada, linkedBy, ownedBy } from '../conformance/tenants/people.ts';
import { type Lease, leaseDatabase } from '../support/database-lease.ts';
import { playIndexed, type Recorded } from './recording.ts';

interface Explained {
  readonly dialect: Dialect;
  /** The operators of the plan, one in a line. */
  explain(statement: Statement): Promise<string>;
  /** Takes away the index of the keys of memories. */
  dropKeyIndex(): Promise<unknown>;
  close(): Promise<void>;
}

const onNeo4j = async (multiTenant: boolean): Promise<Explained> => {
  const lease: Lease = await leaseDatabase('neo4j');
  const { address } = lease;
  const { default: library } = await import('neo4j-driver');
  const driver = library.driver(address.uri, library.auth.basic(address.user, address.password));
  const run = async (text: string, parameters: object = {}) => {
    const session = driver.session();
    try {
      return await session.run(text, parameters);
    } finally {
      await session.close();
    }
  };
  await run('MATCH (n) DETACH DELETE n');
  const operators = (plan: Plan): string => [plan.operatorType, ...plan.children.map(operators)].join('\n');
  return {
    dialect: neo4jDialect({ ...address, database: null, readOnly: false, multiTenant }),
    explain: async ({ text, parameters }) => {
      const { summary } = await run(`EXPLAIN ${text}`, encode(library, parameters));
      return summary.plan === false ? '' : operators(summary.plan);
    },
    dropKeyIndex: () => run('DROP CONSTRAINT memory_key'),
    close: async () => {
      await run('MATCH (n) DETACH DELETE n');
      await driver.close();
      lease.release();
    },
  };
};

const onFalkordb = async (multiTenant: boolean): Promise<Explained> => {
  const { address, release } = await leaseDatabase('falkordb');
  const { hostname: host, port } = new URL(address.uri);
  const { user, password } = address;
  const connection = falkorConnection(async () => ({
    socket: { host, port: Number(port), tls: false },
    user,
    password,
  }));
  const graph = `plans-${randomUUID()}`;
  const own = multiTenant ? `${graph}:${ada.tenant}` : graph;
  return {
    dialect: falkordbDialect({ connection, graph, multiTenant, readOnly: false, location: '', durability: 'none' }),
    explain: async (statement) => (await connection.explain(own, statement)).join('\n'),
    dropKeyIndex: () => connection.write(own, { text: 'DROP INDEX ON :Memory(key)', parameters: {} }),
    close: async () => {
      for (const name of await connection.graphs()) {
        if (name.startsWith(graph)) await connection.command('GRAPH.DELETE', name);
      }
      await connection.close();
      release();
    },
  };
};

const places = { neo4j: onNeo4j, falkordb: onFalkordb } as const;
const there = (await reachableTargets()).flatMap(({ name }) => (name in places ? [name as keyof typeof places] : []));

/** Looks at every node, or at every node of a label. */
const scans = /AllNodesScan|NodeByLabelScan|All Node Scan|Node By Label Scan/i;

describe.each(there.flatMap((name) => [false, true].map((multi) => [name, multi] as const)))(
  '%s, multi-tenant %s',
  (name, multi) => {
    let place: Explained;
    let recorded: readonly Recorded[];
    const scope: TenantScope = multi ? ada : singleTenantScope;
    beforeAll(async () => {
      place = await places[name](multi);
      recorded = multi
        ? await playIndexed(
            place.dialect,
            scope,
            (words) => ownedBy(ada, words),
            (words) => linkedBy(ada, words),
          )
        : await playIndexed(place.dialect, scope);
    }, 120_000);
    afterAll(() => place.close());

    const scanned = async (): Promise<readonly string[]> => {
      const seen = new Map(recorded.map((each) => [each.statement.text, each]));
      const found: string[] = [];
      for (const { call, statement } of seen.values()) {
        if (scans.test(await place.explain(statement))) found.push(call);
      }
      return [...new Set(found)];
    };

    test('what is looked up is found by an index, and without it is not', { timeout: 120_000 }, async () => {
      expect(recorded.length).toBeGreaterThan(20);
      expect(await scanned()).toEqual([]);
      await place.dropKeyIndex();
      expect(await scanned()).toEqual(expect.arrayContaining(['create', 'trash', 'purge']));
    });
  },
);

test.skipIf(there.length > 0)('no server is here that explains', () => {
  expect(there).toEqual([]);
});
