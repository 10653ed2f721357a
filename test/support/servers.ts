import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildServer, freePort } from './servers/child-server.ts';
import { type Downloaded, download, downloaded, howToGet } from './servers/downloads.ts';

export const serverNames = ['neo4j', 'memgraph', 'falkordb'] as const;
export type ServerName = (typeof serverNames)[number];

/** A database to test with, empty at first or emptied by who uses it. */
export interface ServerAddress {
  readonly uri: string;
  readonly user: string;
  readonly password: string;
}

/** The variables that lead a program there. */
export const settingsFor = (
  name: ServerName,
  { uri, user, password }: ServerAddress,
): Readonly<Record<string, string>> => {
  const prefix = `MEMORY_${name.toUpperCase()}`;
  return { MEMORY_BACKEND: name, [`${prefix}_URI`]: uri, [`${prefix}_USER`]: user, [`${prefix}_PASSWORD`]: password };
};

/** Where to reach a server, or why there is none. */
export type Reach = { readonly addresses: readonly ServerAddress[] } | { readonly unreachable: string };

/** One for each worker of the tests: Community keeps one database in a server, and a worker empties it. */
const neo4jDatabases = 2;
const startMs = 90_000;

const required = (name: ServerName): boolean =>
  (process.env.REQUIRE_BACKENDS ?? '').split(',').some((each) => each === name || each === `${name}lite`);

const given = (name: ServerName): ServerAddress | null => {
  const from = (what: string): string | undefined => process.env[`${name.toUpperCase()}_${what}`];
  const uri = from('URI');
  return uri ? { uri, user: from('USER') ?? '', password: from('PASSWORD') ?? '' } : null;
};

/** The folder to start from: fetched now only where it is required, so that a plain run waits for no network. */
export const binaries = async (what: Downloaded): Promise<string | null> => {
  if (downloaded(what) === null && required(what)) await download(what);
  return downloaded(what);
};

/** A folder with redis-server and falkordb.so, or null. */
export const falkordbBinaries = async (): Promise<string | null> =>
  process.env.MEMORY_FALKORDBLITE_BIN || (await binaries('falkordb'));

/** A log of its own for each start: what an earlier one said must not be taken for this one's. */
const logIn = (folder: string): string => join(folder, `${randomUUID()}.log`);

/** A FalkorDB over what an earlier one left in this folder, if there is something. It is stopped as by a loss of power. */
export const falkordbOn = async (
  bin: string,
  folder: string,
  { port, password }: { readonly port: number; readonly password: string },
): Promise<ChildServer> => {
  const data = join(folder, 'falkordb');
  mkdirSync(data, { recursive: true });
  const where = ['--port', `${port}`, '--bind', '127.0.0.1', '--requirepass', password, '--dir', data];
  const lasting = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  const words = [...where, ...lasting, '--loadmodule', join(bin, 'falkordb.so')];
  const server = new ChildServer(join(bin, 'redis-server'), words, logIn(folder));
  await server.ready(async (log) => {
    if (!log.includes('Ready to accept connections')) throw new Error('not ready');
  }, startMs);
  return server;
};

const startFalkordb = async (bin: string, folder: string): Promise<[ChildServer, ServerAddress[]]> => {
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')];
  const server = await falkordbOn(bin, folder, { port, password });
  return [server, [{ uri: `redis://127.0.0.1:${port}`, user: 'default', password }]];
};

/** A first login has to change the password. */
export const setNeo4jPassword = async (uri: string, password: string): Promise<void> => {
  const { default: neo4j } = await import('neo4j-driver');
  const driver = neo4j.driver(uri, neo4j.auth.basic('neo4j', 'neo4j'));
  try {
    const statement = "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password";
    await driver.executeQuery(statement, { password }, { database: 'system' });
  } finally {
    await driver.close();
  }
};

const opened = ['java.base/java.nio', 'java.base/java.lang', 'java.base/sun.nio.ch'];

/** Neo4j over what an earlier one left in this folder, if there is something. It is stopped as by a loss of power. */
export const neo4jOn = async (
  lib: string,
  folder: string,
  ports: readonly number[],
  readOnly = false,
): Promise<ChildServer> => {
  const launcher = fileURLToPath(new URL('servers/Neo4jServer.java', import.meta.url));
  const jvm = ['-Xmx768m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-DreadOnly=${readOnly}`];
  const access = opened.map((name) => `--add-opens=${name}=ALL-UNNAMED`);
  const words = [...jvm, ...access, '-cp', join(lib, '*'), launcher, join(folder, 'neo4j'), ...ports.map(String)];
  const server = new ChildServer('java', words, logIn(folder));
  await server.ready(async (log) => {
    if (!log.includes('ready')) throw new Error('not ready');
  }, startMs);
  return server;
};

const startNeo4j = async (lib: string, folder: string): Promise<[ChildServer, ServerAddress[]]> => {
  const password = randomBytes(12).toString('hex');
  const ports: number[] = [];
  while (ports.length < neo4jDatabases) ports.push(await freePort());
  const server = await neo4jOn(lib, folder, ports);
  const addresses = ports.map((port) => ({ uri: `bolt://127.0.0.1:${port}`, user: 'neo4j', password }));
  for (const { uri } of addresses) await setNeo4jPassword(uri, password);
  return [server, addresses];
};

/** Real servers for one run of the tests: each is started when it is first asked for, and all end with the run. */
export class Servers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'graph-memory-servers-'));
  readonly #reached = new Map<ServerName, Promise<Reach>>();
  readonly #running: ChildServer[] = [];

  reach(name: ServerName): Promise<Reach> {
    const reached = this.#reached.get(name) ?? this.#start(name);
    this.#reached.set(name, reached);
    return reached;
  }

  async #start(name: ServerName): Promise<Reach> {
    const address = given(name);
    if (address !== null) return { addresses: [address] };
    if (name === 'memgraph') return { unreachable: 'MEMGRAPH_URI is not set, and no package brings a server' };
    try {
      const folder = await binaries(name);
      if (folder === null) return { unreachable: howToGet(name) };
      const [server, addresses] = await (name === 'neo4j' ? startNeo4j : startFalkordb)(folder, this.#folder);
      this.#running.push(server);
      return { addresses };
    } catch (error) {
      return { unreachable: error instanceof Error ? error.message : String(error) };
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#reached.values()]);
    await Promise.all(this.#running.map((server) => server.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
