import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend } from '../../backends/index.ts';
import type { Backend } from '../../src/storage/store.ts';
import { makeReservoir, ReferenceStore } from '../reference/store.ts';
import { leaseDatabase, reasonAgainst } from '../support/database-lease.ts';
import { howToGet } from '../support/servers/downloads.ts';
import { falkordbBinaries, type ServerAddress, settingsFor } from '../support/servers.ts';
import { type Mode, modes, type Target } from './target.ts';

const dropGraphs = async ({ uri, user, password }: ServerAddress, prefix: string): Promise<void> => {
  const { FalkorDB } = await import('falkordb');
  const client = await FalkorDB.connect({ url: uri.replace(/^redis/, 'falkor'), username: user, password });
  const graphs = await client.list();
  for (const name of graphs) if (name.startsWith(prefix)) await client.selectGraph(name).delete();
  await client.close();
};

const reference: Target = {
  name: 'reference',
  modes,
  gaps: [],
  unreachable: async () => null,
  place: async () => {
    const reservoir = makeReservoir();
    return {
      handle: async (mode) => new ReferenceStore(reservoir, { multiTenant: mode === 'multi' }),
      destroy: async () => {},
    };
  },
};

const sqlite: Target = {
  name: 'sqlite',
  modes,
  gaps: [],
  unreachable: async () => null,
  place: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graph-memory-conformance-'));
    const open = (path: string, mode: Mode = 'single'): Promise<Backend> =>
      createBackend('sqlite', { path, synchronous: 'normal', readOnly: false, multiTenant: mode === 'multi' });
    return {
      handle: (mode) => open(join(folder, 'memory.db'), mode),
      handleOnBackup: open,
      destroy: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** A server that speaks Bolt, with one database for each worker. */
const boltServer = (name: 'neo4j' | 'memgraph'): Target => ({
  name,
  modes,
  gaps: [],
  onePlace: true,
  unreachable: () => reasonAgainst(name),
  place: async () => {
    const { address, release } = await leaseDatabase(name);
    const { default: library } = await import('neo4j-driver');
    const driver = library.driver(address.uri, library.auth.basic(address.user, address.password));
    const empty = async (): Promise<void> => {
      const session = driver.session();
      await session.run('MATCH (n) DETACH DELETE n');
      await session.close();
    };
    await empty();
    return {
      handle: (mode) => createBackend(name, { ...address, multiTenant: mode === 'multi' }),
      settings: settingsFor(name, address),
      destroy: async () => {
        await empty();
        await driver.close();
        release();
      },
    };
  },
});

/** A server with room for many graphs: each place has its own. */
const falkordb: Target = {
  name: 'falkordb',
  modes,
  gaps: [],
  unreachable: () => reasonAgainst('falkordb'),
  place: async () => {
    const { address, release } = await leaseDatabase('falkordb');
    const graph = `test-${randomUUID()}`;
    return {
      handle: (mode) => createBackend('falkordb', { ...address, graph, multiTenant: mode === 'multi' }),
      settings: { ...settingsFor('falkordb', address), MEMORY_FALKORDB_GRAPH: graph },
      destroy: async () => {
        await dropGraphs(address, graph);
        release();
      },
    };
  },
};

/** One server for all places of a worker, which ends with it; starting one for each would take longer than the tests. */
let embedded: Promise<{ readonly path: string; readonly bin: string }> | undefined;
const startEmbedded = async (): Promise<{ readonly path: string; readonly bin: string }> => {
  const place = {
    path: await mkdtemp(join(tmpdir(), 'graph-memory-embedded-')),
    bin: (await falkordbBinaries()) ?? '',
  };
  process.once('exit', () => rmSync(place.path, { recursive: true, force: true }));
  await (await createBackend('falkordblite', { ...place, graph: 'keeper' })).open();
  return place;
};

const falkordblite: Target = {
  name: 'falkordblite',
  modes,
  gaps: [],
  unreachable: async () => ((await falkordbBinaries()) === null ? howToGet('falkordb') : null),
  place: async () => {
    embedded ??= startEmbedded();
    const [place, graph] = [await embedded, `test-${randomUUID()}`];
    return {
      handle: (mode) => createBackend('falkordblite', { ...place, graph, multiTenant: mode === 'multi' }),
      settings: {
        MEMORY_BACKEND: 'falkordblite',
        MEMORY_FALKORDBLITE_PATH: place.path,
        MEMORY_FALKORDBLITE_BIN: place.bin,
        MEMORY_FALKORDB_GRAPH: graph,
      },
      destroy: async () => {},
    };
  },
};

/** One line for each backend. */
export const targets: readonly Target[] = [
  reference,
  sqlite,
  boltServer('neo4j'),
  boltServer('memgraph'),
  falkordb,
  falkordblite,
];

const namesIn = (list: string | undefined): ReadonlySet<string> =>
  new Set((list ?? '').split(',').filter((name) => name !== ''));

const required = namesIn(process.env.REQUIRE_BACKENDS);
/** For who works on one of them: the others are not even looked for. */
const only = namesIn(process.env.ONLY_BACKENDS);

const inProcess: readonly Target[] = [reference, sqlite];
/** Those that need no server: what many quick cases are played on. */
export const targetsInProcess = (mode: Mode = 'single'): readonly Target[] =>
  inProcess.filter((target) => target.modes.includes(mode));

/** Of random runs a store on a server plays a thirtieth, where there is no time for all: a call of it takes a hundred times as long. */
export const shareOfRuns = (target: Target): number =>
  targetsInProcess().includes(target) || process.env.SOAK === '1' ? 1 : 1 / 30;

/** The targets that can be tested here in this mode. One that cannot is printed, or is an error where `REQUIRE_BACKENDS` names it. */
export const reachableTargets = async (mode: Mode = 'single'): Promise<readonly Target[]> => {
  const reachable: Target[] = [];
  const isPlayed = ({ name, modes }: Target): boolean => modes.includes(mode) && (only.size === 0 || only.has(name));
  for (const name of [...required, ...only]) {
    if (!targets.some((target) => target.name === name))
      throw new Error(`REQUIRE_BACKENDS or ONLY_BACKENDS names no target: ${name}`);
  }
  for (const target of targets.filter(isPlayed)) {
    const reason = await target.unreachable();
    if (reason === null) reachable.push(target);
    else if (required.has(target.name)) throw new Error(`${target.name} is required, but ${reason}`);
    else process.stderr.write(`skipped ${target.name}: ${reason}\n`);
  }
  return reachable;
};
