import type { Backend } from '../../src/storage/store.ts';
import { CypherStore } from '../cypher/store.ts';
import { memgraphDialect } from './dialect.ts';
import type { MemgraphSettings } from './settings.ts';

export { memgraphSettings as settingsSchema } from './settings.ts';

export const makeBackend = (settings: MemgraphSettings): Backend =>
  new CypherStore(memgraphDialect(settings), settings.multiTenant, (readOnly) =>
    memgraphDialect({ ...settings, readOnly, multiTenant: true }),
  );
