import { randomUUID } from 'node:crypto';
import type { Plan } from 'neo4j-driver';
import { encode } from '../../backends/cypher/bolt-values.ts';
import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import { falkorConnection } from '../../backends/falkordb/connection.ts';
import { falkordbDialect } from '../../backends/falkordb/dialect.ts';
import { neo4jDialect } from '../../backends/neo4j/dialect.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { ada } from '../conformance/tenants/people.ts';
import { type Lease, leaseDatabase } from '../support/database-lease.ts';

/** A store of its own on a real server, which tells how it would answer. */
export interface Explained {
  readonly dialect: Dialect;
  /** The operators of the plan, one in a line. */
  explain(statement: Statement): Promise<string>;
  /** Takes away the index of the keys of memories. */
  dropKeyIndex(): Promise<unknown>;
  /** Takes away the index that finds what a tenant has. Not there where a tenant has a graph to itself. */
  dropTenantIndex?(): Promise<unknown>;
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
  const dialect = neo4jDialect({ ...address, database: null, readOnly: false, multiTenant });
  const operators = (plan: Plan): string => [plan.operatorType, ...plan.children.map(operators)].join('\n');
  return {
    dialect,
    explain: async ({ text, parameters }) => {
      const { summary } = await run(`EXPLAIN ${text}`, encode(library, parameters));
      return summary.plan === false ? '' : operators(summary.plan);
    },
    dropKeyIndex: () => run('DROP CONSTRAINT memory_key'),
    dropTenantIndex: async () => {
      for (const name of ['tenant', 'team', 'visibility', 'created_by']) await run(`DROP INDEX memory_${name}_index`);
    },
    close: async () => {
      await run('MATCH (n) DETACH DELETE n');
      await driver.close();
      await dialect.close();
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

export const places = { neo4j: onNeo4j, falkordb: onFalkordb } as const;
/** Those of them that can be reached. */
export const there = (await reachableTargets()).flatMap(({ name }) =>
  name in places ? [name as keyof typeof places] : [],
);
