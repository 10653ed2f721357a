import type { Backend } from '../../src/storage/store.ts';
import { CypherStore } from '../cypher/store.ts';
import { neo4jDialect } from './dialect.ts';
import type { Neo4jSettings } from './settings.ts';

export { neo4jSettings as settingsSchema } from './settings.ts';

export const makeBackend = (settings: Neo4jSettings): Backend =>
  new CypherStore(neo4jDialect(settings), settings.multiTenant, (readOnly) =>
    neo4jDialect({ ...settings, readOnly, multiTenant: true }),
  );
