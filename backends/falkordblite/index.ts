import * as z from 'zod';
import type { Backend } from '../../src/storage/store.ts';
import type { Dialect } from '../cypher/dialect.ts';
import { CypherStore } from '../cypher/store.ts';
import { falkorConnection } from '../falkordb/connection.ts';
import { falkordbDialect } from '../falkordb/dialect.ts';
import { graphSettings } from '../falkordb/settings.ts';
import { folderServer } from './server.ts';

export const settingsSchema = z.strictObject({
  /** The folder of the data. */
  path: z.string().min(1),
  /** A folder with the programs; empty: those of the npm package. */
  bin: z.string(),
  ...graphSettings,
});

/** The same database in a process of its own that is started with the store and ends with it. */
export const makeBackend = ({ path, bin, graph, ...mode }: z.output<typeof settingsSchema>): Backend => {
  const connect = ({ readOnly, multiTenant }: typeof mode): Dialect => {
    const server = folderServer(path, bin);
    let socket: string | null = null;
    const connection = falkorConnection(async () => {
      socket ??= await server.use();
      return { socket: { path: socket }, user: '', password: '' };
    });
    const graphs = { connection, graph, readOnly, multiTenant, location: path, durability: 'power_loss' } as const;
    const dialect = falkordbDialect(graphs);
    const close = async (): Promise<void> => {
      await dialect.close();
      if (socket !== null) await server.leave();
      socket = null;
    };
    return { ...dialect, close };
  };
  return new CypherStore(connect(mode), mode.multiTenant, (readOnly) => connect({ readOnly, multiTenant: true }));
};
