import { type BoltConnection, boltConnection } from '../cypher/bolt.ts';
import type { Dialect } from '../cypher/dialect.ts';
import { anyOfTerms } from '../cypher/lucene.ts';
import { outcomeOf, translateFault } from './faults.ts';
import { inspect } from './inspect.ts';
import { schemaStatements } from './schema.ts';
import type { Neo4jSettings } from './settings.ts';

const indexSeconds = 120;
const noAddress = 'MEMORY_NEO4J_URI is no address of a Neo4j server, e.g. neo4j://127.0.0.1:7687.';

/** A look at what is there costs one statement, and saves one for each index of a store that has them all. A constraint's index has its name. */
const makeSchema = async (bolt: BoltConnection, multiTenant: boolean): Promise<void> => {
  const rows = await bolt.command('SHOW INDEXES YIELD name RETURN name AS name');
  const there = new Set(rows.map(({ name }) => name));
  for (const { name, text } of schemaStatements(multiTenant)) if (!there.has(name)) await bolt.command(text);
};

/** Neo4j 5 and later. */
export const neo4jDialect = (settings: Neo4jSettings): Dialect => {
  const bolt = boltConnection(settings);
  const { readOnly, multiTenant, uri } = settings;
  return {
    location: uri,
    durability: 'power_loss',
    // Lucene cuts a word that is longer in two.
    longestToken: 200,
    candidates: 300,
    keepsWords: false,
    open: async () => {
      await bolt.open(noAddress);
      if (readOnly) return;
      await makeSchema(bolt, multiTenant);
      await bolt.command('CALL db.awaitIndexes($seconds)', { seconds: indexSeconds });
    },
    close: bolt.close,
    read: (statement) => bolt.run('READ', statement),
    write: (statement) => bolt.run('WRITE', statement),
    callTextIndex: (index, name) => `CALL db.index.fulltext.queryNodes('${index}', ${name}) YIELD node, score`,
    anyOf: anyOfTerms,
    outcomeOf,
    translate: translateFault,
    inspect: () => inspect(bolt),
  };
};
