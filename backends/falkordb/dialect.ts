import type { TenantId } from '../../src/domain/ids.ts';
import type { Dialect, Statement, TextIndex } from '../cypher/dialect.ts';
import type { IndexedTerm } from '../cypher/tokens.ts';
import type { Row } from '../cypher/values.ts';
import type { FalkorConnection } from './connection.ts';
import { outcomeOf, translateFault } from './faults.ts';
import { inspect } from './inspect.ts';
import { awaitIndexes, makeSchema } from './schema.ts';

const labels: Readonly<Record<TextIndex, string>> = { memory_text: 'Memory', relationship_text: 'Relationship' };

/** Terms are letters and digits alone: nothing of the query language can be in them. */
const anyOf = (terms: readonly IndexedTerm[]): string => terms.map(({ text }) => text).join('|');

export interface Graphs {
  readonly connection: FalkorConnection;
  readonly location: string;
  readonly durability: Dialect['durability'];
  /** What has no tenant is in the graph of this name, what has one in a graph of its own behind a colon. */
  readonly graph: string;
  readonly readOnly: boolean;
  readonly multiTenant: boolean;
}

/** Makes sure of the indexes of a graph before the first use on each connection. A graph that is not there is made by the first write. */
const readiness = (
  { connection, readOnly, multiTenant }: Graphs,
  graph: string,
): ((writes: boolean) => Promise<void>) => {
  let checked: Promise<void> | null = null;
  let generation = -1;
  const check = async (writes: boolean): Promise<void> => {
    if (!readOnly) {
      await makeSchema(connection, graph, multiTenant).catch((error: unknown) => {
        // A server that takes no writes is read all the same.
        if (writes || translateFault(error)?.code !== 'store_unwritable') throw error;
      });
    }
    await awaitIndexes(connection, graph);
  };
  return async (writes) => {
    if (checked !== null && generation === connection.generation()) return checked;
    if (!writes && !(await connection.graphs()).includes(graph)) return;
    generation = connection.generation();
    const checking = check(writes);
    checked = checking;
    await checking.catch((error: unknown) => {
      if (checked === checking) checked = null;
      throw error;
    });
  };
};

const graphDialect = (graphs: Graphs, graph: string): Dialect => {
  const { connection } = graphs;
  const isReady = readiness(graphs, graph);
  const run = async (writes: boolean, statement: Statement): Promise<readonly Row[]> => {
    await isReady(writes);
    return writes ? connection.write(graph, statement) : connection.read(graph, statement);
  };
  return {
    location: graphs.location,
    durability: graphs.durability,
    // Longer ones are kept and not found.
    longestToken: 120,
    candidates: 300,
    keepsWords: true,
    open: () => connection.open(),
    close: () => connection.close(),
    read: (statement) => run(false, statement),
    write: (statement) => run(true, statement),
    callTextIndex: (index, name) => `CALL db.idx.fulltext.queryNodes('${labels[index]}', ${name}) YIELD node, score`,
    anyOf,
    allOf: (queries) => queries.map((query) => `(${query})`).join(' '),
    outcomeOf,
    translate: translateFault,
    inspect: () => inspect(graphs),
  };
};

/** FalkorDB 4.16 and later: a graph for each tenant. */
export const falkordbDialect = (graphs: Graphs): Dialect => {
  const { connection, graph } = graphs;
  const ofTenants = new Map<string, Dialect>();
  const named = (name: string): Dialect => {
    const part = ofTenants.get(name) ?? graphDialect(graphs, name);
    ofTenants.set(name, part);
    return part;
  };
  return {
    ...graphDialect(graphs, graph),
    partOf: (tenant: TenantId) => named(`${graph}:${tenant}`),
    parts: async () => (await connection.graphs()).filter((name) => name.startsWith(`${graph}:`)).map(named),
  };
};
