import { randomBytes } from 'node:crypto';
import { boltConnection } from '../cypher/bolt.ts';
import { attempted, contend } from '../cypher/contend.ts';
import type { Dialect } from '../cypher/dialect.ts';
import type { IndexedTerm } from '../cypher/tokens.ts';
import { outcomeOf, translateFault } from './faults.ts';
import { inspect, refuseAnalyticalMode } from './inspect.ts';
import { schemaStatements } from './schema.ts';
import type { MemgraphSettings } from './settings.ts';

const noAddress = 'MEMORY_MEMGRAPH_URI is no address of a Memgraph server, e.g. bolt://127.0.0.1:7687.';

/** Beginnings of words are found by regular expression alone. Terms are letters and digits: nothing of that language is in them. */
const anyOf = (terms: readonly IndexedTerm[]): string =>
  terms.some(({ prefix }) => prefix)
    ? terms.map(({ text, prefix }) => (prefix ? `${text}.*` : text)).join('|')
    : terms.map(({ text }) => text).join(' OR ');

/** Memgraph 3.10 and later. */
export const memgraphDialect = ({ uri, user, password, readOnly, multiTenant }: MemgraphSettings): Dialect => {
  const bolt = boltConnection({ uri, user, password, database: null });
  return {
    location: uri,
    durability: 'process_kill',
    // Its text index leaves out what is longer.
    longestToken: 39,
    mostFound: 1_000,
    candidates: 300,
    keepsWords: false,
    open: async () => {
      await bolt.open(noAddress);
      if (readOnly) return;
      await refuseAnalyticalMode(bolt);
      for (const statement of schemaStatements(multiTenant)) {
        await contend(randomBytes(2).toString('hex'), () =>
          attempted(outcomeOf, ['again'], () => bolt.command(statement)),
        );
      }
    },
    close: bolt.close,
    read: (statement) => bolt.run('READ', statement),
    write: (statement) => bolt.run('WRITE', statement),
    callTextIndex: (index, name, asPrefix) =>
      `CALL text_search.${asPrefix ? 'regex_search' : 'search_all'}('${index}', ${name}) YIELD node, score`,
    anyOf,
    outcomeOf,
    translate: translateFault,
    inspect: () => inspect(bolt),
  };
};
