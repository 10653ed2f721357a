import { randomBytes } from 'node:crypto';
import { reachableTargets } from '../conformance/targets.ts';
import { temporaryFolder } from '../mcp/bundles.ts';
import { type ChildServer, freePort } from './servers/child-server.ts';
import { binaries, falkordbBinaries, falkordbOn, neo4jOn, type ServerAddress, setNeo4jPassword } from './servers.ts';

/** A server of one's own, which may be started again on the same data and at the same address. */
export interface OwnServer {
  readonly address: ServerAddress;
  /** Settings of a backend beside it. */
  readonly more: { readonly graph?: string };
  start(takesWrites?: boolean): Promise<ChildServer>;
}

const ownFalkordb = async (): Promise<OwnServer> => {
  const [bin, folder] = [(await falkordbBinaries()) ?? '', await temporaryFolder()];
  const [port, password] = [await freePort(), randomBytes(9).toString('hex')];
  const uri = `redis://127.0.0.1:${port}`;
  return {
    address: { uri, user: 'default', password },
    more: { graph: 'killed' },
    start: async (takesWrites = true) => {
      const server = await falkordbOn(bin, folder, { port, password });
      if (takesWrites) return server;
      const { FalkorDB } = await import('falkordb');
      const client = await FalkorDB.connect({ url: uri.replace('redis', 'falkor'), username: 'default', password });
      const replica = await (await client.connection).sendCommand(['REPLICAOF', '127.0.0.1', `${await freePort()}`]);
      if (String(replica) !== 'OK') throw new Error(`it made no replica of itself: ${String(replica)}`);
      await client.close();
      return server;
    },
  };
};

const ownNeo4j = async (): Promise<OwnServer> => {
  const [lib, folder] = [(await binaries('neo4j')) ?? '', await temporaryFolder()];
  const [port, password] = [await freePort(), randomBytes(9).toString('hex')];
  const uri = `bolt://127.0.0.1:${port}`;
  let isNew = true;
  return {
    address: { uri, user: 'neo4j', password },
    more: {},
    start: async (takesWrites = true) => {
      const server = await neo4jOn(lib, folder, [port], !takesWrites);
      if (isNew) await setNeo4jPassword(uri, password);
      isNew = false;
      return server;
    },
  };
};

export const makeOwn = { falkordb: ownFalkordb, neo4j: ownNeo4j } as const;

/** Those that are started here, not given by an address. */
export const ownServerNames = async (): Promise<readonly (keyof typeof makeOwn)[]> =>
  (await reachableTargets()).flatMap(({ name }) =>
    (name === 'falkordb' || name === 'neo4j') && process.env[`${name.toUpperCase()}_URI`] === undefined ? [name] : [],
  );
