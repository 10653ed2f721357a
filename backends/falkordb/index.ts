import { AppError } from '../../src/errors.ts';
import type { Backend } from '../../src/storage/store.ts';
import type { Dialect } from '../cypher/dialect.ts';
import { CypherStore } from '../cypher/store.ts';
import { falkorConnection, type Place } from './connection.ts';
import { falkordbDialect } from './dialect.ts';
import type { FalkordbSettings } from './settings.ts';

export { falkordbSettings as settingsSchema } from './settings.ts';

const placeOf = ({ uri, user, password }: FalkordbSettings): Place => {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url === null || url.hostname === '') {
    throw new AppError(
      'config_invalid',
      'MEMORY_FALKORDB_URI is no address of a FalkorDB server, e.g. redis://127.0.0.1:6379.',
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { socket: { host, port: Number(url.port || 6379), tls: url.protocol === 'rediss:' }, user, password };
};

export const makeBackend = (settings: FalkordbSettings): Backend => {
  const { uri, graph, multiTenant } = settings;
  const connect = (mode: Pick<FalkordbSettings, 'readOnly' | 'multiTenant'>): Dialect =>
    falkordbDialect({
      ...mode,
      ...{ connection: falkorConnection(async () => placeOf(settings)), graph },
      location: `${uri} graph ${graph}`,
      durability: 'process_kill',
    });
  return new CypherStore(connect(settings), multiTenant, (readOnly) => connect({ readOnly, multiTenant: true }));
};
