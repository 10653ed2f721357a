import type { ManagedTransaction, Result } from 'neo4j-driver';
import type { ServerAddress } from '../../test/support/servers.ts';

/** A node as `CREATE` is given it. */
export type Properties = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Plain statements over the driver of a graph database, with nothing in between. */
export interface RawGraph {
  /** Indexes of what `create` makes, such as a memory has. */
  prepare(): Promise<unknown>;
  create(properties: Properties): Promise<unknown>;
  get(key: string): Promise<unknown>;
  /** Neighbours of all of these, strongest first: their keys. */
  hops(keys: readonly string[]): Promise<readonly string[]>;
  /** The best of the full-text index that hold any of these words. */
  find(words: readonly string[], limit: number): Promise<unknown>;
  close(): Promise<void>;
}

type Run = (text: string, parameters: object) => Promise<readonly (readonly string[])[]>;

interface Words {
  readonly schema: readonly string[];
  readonly fullText: string;
  readonly or: string;
}

const over = (run: Run, { schema, fullText, or }: Words, close: () => Promise<void>): RawGraph => ({
  prepare: async () => {
    for (const statement of schema) await run(statement, {});
  },
  create: (properties) => run('CREATE (m:Raw) SET m = $properties RETURN m.id AS id', { properties }),
  get: (key) => run('MATCH (m:Memory {key: $key}) RETURN properties(m) AS record', { key }),
  hops: async (keys) => {
    const rows = await run(
      `UNWIND $keys AS k MATCH (m:Memory {key: k}) WITH k, m MATCH (m)-[e]-(o:Memory) WHERE o.live = true
        RETURN o.key AS other, e.id AS id, type(e) AS kind, e.strength AS strength`,
      { keys },
    );
    return rows.map(([other = '']) => other);
  },
  find: (words, limit) =>
    run(`${fullText} RETURN node.id AS id, score AS score ORDER BY score DESC LIMIT $limit`, {
      query: words.join(or),
      limit,
    }),
  close,
});

const rawNeo4j = async ({ uri, user, password }: ServerAddress): Promise<RawGraph> => {
  const { default: library } = await import('neo4j-driver');
  const driver = library.driver(uri, library.auth.basic(user, password), { disableLosslessIntegers: true });
  const run: Run = async (text, parameters) => {
    const session = driver.session();
    try {
      const { limit } = parameters as { readonly limit?: number };
      const given = limit === undefined ? parameters : { ...parameters, limit: library.int(limit) };
      const work = (transaction: ManagedTransaction): Result => transaction.run(text, given);
      const { records } = await (text.startsWith('CREATE (')
        ? session.executeWrite(work)
        : text.startsWith('CREATE')
          ? session.run(text)
          : session.executeRead(work));
      return records.map((record) => [...record.values()] as string[]);
    } finally {
      await session.close();
    }
  };
  const words: Words = {
    schema: [
      'CREATE INDEX raw_key IF NOT EXISTS FOR (m:Raw) ON (m.key)',
      'CREATE FULLTEXT INDEX raw_text IF NOT EXISTS FOR (m:Raw) ON EACH [m.text]',
    ],
    fullText: "CALL db.index.fulltext.queryNodes('memory_text', $query) YIELD node, score",
    or: ' OR ',
  };
  return over(run, words, () => driver.close());
};

const rawFalkordb = async ({ uri, user, password }: ServerAddress, name: string): Promise<RawGraph> => {
  const { FalkorDB } = await import('falkordb');
  const client = await FalkorDB.connect({ url: uri.replace(/^redis/, 'falkor'), username: user, password });
  const graph = client.selectGraph(name);
  const run: Run = async (text, parameters) => {
    const params = parameters as Record<string, string>;
    const writes = text.startsWith('CREATE') || text.includes('createNodeIndex');
    const { data = [] } = await (writes ? graph.query(text, { params }) : graph.roQuery(text, { params }));
    return data.map((row) => Object.values(row as object) as string[]);
  };
  const words: Words = {
    schema: ['CREATE INDEX FOR (m:Raw) ON (m.key)', "CALL db.idx.fulltext.createNodeIndex('Raw', 'text')"],
    fullText: "CALL db.idx.fulltext.queryNodes('Memory', $query) YIELD node, score",
    or: '|',
  };
  return over(run, words, () => client.close());
};

export const rawGraph = { neo4j: rawNeo4j, falkordb: rawFalkordb } as const;
