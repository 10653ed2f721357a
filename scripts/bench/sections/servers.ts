import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { singleTenantScope as scope } from '../../../src/auth/policy.ts';
import type { MemoryId } from '../../../src/domain/ids.ts';
import { limits } from '../../../src/domain/limits.ts';
import { searchDocument } from '../../../src/search/document.ts';
import { parseQuery } from '../../../src/search/query.ts';
import { candidatesRanked } from '../../../src/search/ranking.ts';
import { type ServerAddress, Servers } from '../../../test/support/servers.ts';
import { type BenchContext, storeArguments, warmUp } from '../bench-context.ts';
import { corpus } from '../corpus.ts';
import { benchUser, tenantName } from '../filled-store.ts';
import { fillPlace, type GraphPlace, type GraphServerName } from '../graph-place.ts';
import { interleave } from '../measure.ts';
import { pick, seeded } from '../random.ts';
import { type Properties, rawGraph } from '../raw-graph.ts';
import { Report } from '../report.ts';
import { listed, startsOf } from '../starts.ts';
import type { StdioServer } from '../stdio-server.ts';

const rounds = 100;
const startRounds = 21;
const depth = 3;
const sizeOfModes = 10_000;

type Calls = Readonly<Record<'store' | 'get' | 'search' | 'recall' | 'related', () => Promise<string>>>;

const callsOn = (server: StdioServer, { filling: { ids } }: GraphPlace): Calls => {
  const { draft, question } = corpus(23);
  const random = seeded(29);
  // Nothing that is private to a colleague, which would be answered in no time.
  const readable = ids.filter((_, index) => index % 10 !== 0);
  return {
    store: () => server.call('store_memory', storeArguments(draft())),
    get: () => server.call('get_memory', { memory_id: pick(random, readable) }),
    search: () => server.call('search_memories', { query: question() }),
    recall: () => server.call('recall_memories', { query: question() }),
    related: () => server.call('get_related_memories', { memory_id: pick(random, readable), max_depth: 2 }),
  };
};

/** The contract against plain statements over the database's own driver. */
const againstDriver = async (name: GraphServerName, place: GraphPlace, report: Report): Promise<void> => {
  const { backend, filling, address, graph } = place;
  const raw = await rawGraph[name](address, graph);
  await raw.prepare();
  const { question } = corpus(31);
  const random = seeded(37);
  const ids = Array.from({ length: rounds }, () => pick(random, filling.ids));
  const questions = Array.from({ length: rounds }, () => parseQuery(question()).query);
  const idOf = (round: number): MemoryId => ids[round % rounds] as MemoryId;
  const questionOf = (round: number) => questions[round % rounds] ?? { groups: [], mode: 'any' as const };
  // Words are kept as letters and digits with a sign behind; one with a z is kept otherwise.
  const wordsOf = (round: number): readonly string[] =>
    questionOf(round)
      .groups.flat()
      .flatMap(({ text }) => (/^[a-y0-9]+$/.test(text) ? [`${text}0`] : []));
  const [model] = await backend.memories(scope, [idOf(0)], 'live');
  if (model === undefined) throw new Error('the store is empty');
  const [stored] = (await raw.get(`/${model.id}`)) as readonly (readonly [Properties])[];
  const walk = async (round: number): Promise<number> => {
    const seen = new Set([`/${idOf(round)}`]);
    let frontier: readonly string[] = [...seen];
    for (let level = 0; level < depth && frontier.length > 0 && seen.size < limits.traversalNodes; level += 1) {
      frontier = [...new Set(await raw.hops(frontier))].filter((key) => !seen.has(key));
      for (const key of frontier) seen.add(key);
    }
    return seen.size;
  };
  const create = (id: MemoryId): Promise<unknown> => {
    const memory = { ...model, id, version: 1 };
    const note = { kind: 'created', reason: null } as const;
    const operation = { op: 'create_memory', memory, document: searchDocument(memory), note } as const;
    return backend.write(scope, { operations: [operation], at: Date.now(), by: null });
  };
  const traversal = {
    direction: 'both',
    maxDepth: depth,
    maxNodes: limits.traversalNodes,
    fanOut: limits.fanOut,
  } as const;
  const sides = {
    store: () => create(randomUUID() as MemoryId),
    'raw store': () => raw.create({ ...stored?.[0], id: randomUUID(), key: randomUUID() }),
    get: (round: number) => backend.memories(scope, [idOf(round)], 'live'),
    'raw get': (round: number) => raw.get(`/${idOf(round)}`),
    walk: (round: number) => backend.traverse(scope, { from: idOf(round), ...traversal }),
    'raw walk': walk,
    search: (round: number) => backend.search(scope, questionOf(round), {}, candidatesRanked),
    'raw search': (round: number) => raw.find(wordsOf(round), candidatesRanked),
  };
  await warmUp(20, async (round) => {
    for (const side of Object.values(sides)) await side(round);
  });
  const times = await interleave(rounds, sides);
  report.compare('store, against one CREATE of the driver', times.store, times['raw store'], 2);
  report.compare('get by id', times.get, times['raw get'], 2);
  report.compare(`traversal of depth ${depth}, against the driver's loop`, times.walk, times['raw walk'], 2);
  report.compare(
    'search, against the full-text call',
    times.search,
    times['raw search'].map((time) => time + 0.5),
    2,
  );
  await raw.close();
};

const program = (context: BenchContext, { env }: GraphPlace, more: NodeJS.ProcessEnv = {}): Promise<StdioServer> =>
  context.serveWith({ ...env, ...more });

/** From the spawn until a client can show tools: nothing is asked of the database before the first call. */
const startBesideSqlite = async (context: BenchContext, place: GraphPlace, report: Report): Promise<void> => {
  const { graph, sqlite } = await startsOf(context, startRounds, {
    graph: () => listed(program(context, place)),
    sqlite: () => listed(context.serve(join(context.folder, 'start.db'))),
  });
  report.compare('spawn → tools/list answered, against SQLite', graph, sqlite, 1.05);
};

/** The tools through the published program, at this size; where both modes have room, one beside the other. */
const measure = async (
  context: BenchContext,
  name: GraphServerName,
  addresses: readonly ServerAddress[],
  size: number,
): Promise<void> => {
  const report = new Report();
  const [first, second] = [addresses[0] as ServerAddress, name === 'falkordb' ? addresses[0] : addresses[1]];
  const single = await fillPlace(name, first, size, false);
  const multi = size === sizeOfModes && second !== undefined ? await fillPlace(name, second, size, true) : null;
  const sides: Record<string, Calls> = { single: callsOn(await program(context, single), single) };
  if (multi !== null) {
    const mode = { MEMORY_MULTI_TENANT_MODE: 'true', MEMORY_USER_ID: benchUser, MEMORY_DEFAULT_TENANT: tenantName(0) };
    sides.multi = callsOn(await program(context, multi, mode), multi);
  }
  for (const tool of ['store', 'get', 'search', 'recall', 'related'] as const) {
    const calls = Object.fromEntries(Object.entries(sides).map(([mode, side]) => [mode, side[tool]]));
    await warmUp(20, async () => {
      for (const call of Object.values(calls)) await call();
    });
    const times = await interleave(rounds, calls);
    report.times(tool, times.single ?? []);
    if (multi !== null)
      report.compare(`… multi-tenant mode against single`, times.multi ?? [], times.single ?? [], 1.1);
  }
  await context.stop();
  if (size === sizeOfModes) {
    await againstDriver(name, single, report);
    await startBesideSqlite(context, single, report);
  }
  await Promise.all([single.backend.close(), multi?.backend.close()]);
  report.print(`servers: ${name}, ${size.toLocaleString('en')} memories`);
};

/** Each size on servers of their own, or on those of NEO4J_URI and FALKORDB_URI if they are empty. */
export const servers = async (context: BenchContext): Promise<void> => {
  for (const name of ['falkordb', 'neo4j'] as const) {
    for (const size of [1_000, sizeOfModes, ...(context.large ? [100_000] : [])]) {
      const started = new Servers();
      try {
        const reach = await started.reach(name);
        if ('unreachable' in reach) {
          console.log(`\nskipped ${name}: ${reach.unreachable}`);
          break;
        }
        await measure(context, name, reach.addresses, size);
      } finally {
        await started.stop();
      }
    }
  }
};
