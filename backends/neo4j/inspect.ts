import type { Finding } from '../../src/storage/store.ts';
import type { BoltConnection } from '../cypher/bolt.ts';

/** No setting of the server takes this away: it forces its log to the disk before it answers a commit. */
const durability: Finding = { severity: 'ok', what: 'An answered write survives a power cut', fix: null };

const access = (databases: readonly { readonly [column: string]: unknown }[]): Finding => {
  const closed = databases.length > 0 && databases.every((each) => each.access !== 'read-write');
  return closed
    ? {
        severity: 'error',
        what: 'The database takes no writes',
        fix: 'Take it out of server.databases.read_only, and look at server.databases.default_to_read_only.',
      }
    : { severity: 'ok', what: 'The database takes writes', fix: null };
};

/** What the server says of itself and of the database in use. */
export const inspect = async (bolt: BoltConnection): Promise<readonly Finding[]> => {
  const text = `CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel'
    RETURN versions[0] AS version, edition AS edition`;
  const [kernel] = await bolt.run('READ', { text, parameters: {} });
  const [own] = await bolt.run('READ', { text: 'CALL db.info() YIELD name RETURN name AS name', parameters: {} });
  const databases = await bolt.command('SHOW DATABASES YIELD name, access WHERE name = $name', {
    name: String(own?.name),
  });
  return [
    { severity: 'ok', what: `Neo4j ${kernel?.version} ${kernel?.edition}`, fix: null },
    durability,
    access(databases),
  ];
};
