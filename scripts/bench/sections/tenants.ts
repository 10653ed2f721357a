import { type BenchContext, storeArguments, warmUp } from '../bench-context.ts';
import { corpus } from '../corpus.ts';
import { benchUser, tenantName } from '../filled-store.ts';
import { interleave, p95, p99 } from '../measure.ts';
import { pick, seeded } from '../random.ts';
import { Report } from '../report.ts';
import type { StdioServer } from '../stdio-server.ts';

const size = 10_000;
const rounds = 300;
const most = 1.1;

type Calls = Readonly<Record<'store' | 'get' | 'search' | 'recall' | 'related', () => Promise<string>>>;

/** The same questions and ids in the same order for each server. */
const callsOn = (server: StdioServer, ids: readonly string[]): Calls => {
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

/** Servers of one tenant of 10,000 memories, alone and among others, and of a store of one person; the same calls in turn. */
export const tenants = async (context: BenchContext): Promise<void> => {
  const report = new Report();
  const others = context.large ? [1, 5, 10, 100] : [1, 5, 10];
  const multi = { MEMORY_MULTI_TENANT_MODE: 'true', MEMORY_USER_ID: benchUser, MEMORY_DEFAULT_TENANT: tenantName(0) };
  const common = { MEMORY_SQLITE_SYNCHRONOUS: 'normal' };
  const single = await context.store(size);
  const sides: Record<string, Calls> = { single: callsOn(await context.serve(single.path, common), single.ids) };
  for (const count of others) {
    const { path, ids } = await context.store(size, { tenants: count });
    sides[count] = callsOn(await context.serve(path, { ...common, ...multi }), ids);
  }
  for (const tool of ['get', 'search', 'recall', 'related', 'store'] as const) {
    const calls = Object.fromEntries(Object.entries(sides).map(([name, side]) => [name, side[tool]]));
    await warmUp(40, async () => {
      for (const call of Object.values(calls)) await call();
    });
    const times = await interleave(rounds, calls);
    const [alone = [], ofOne = []] = [times[1], times.single];
    for (const count of others.slice(1)) {
      const among = times[count] ?? [];
      report.compare(`${tool}, one of ${count} tenants against the only one`, among, alone, most);
      report.figure('… p95 against p95', p95(among) / p95(alone), '×', most);
      report.figure('… p99 against p99', p99(among) / p99(alone), '×', most);
    }
    report.compare(`${tool}, the only tenant against single-tenant mode`, alone, ofOne, most);
  }
  await context.stop();
  report.print('tenants: 10,000 memories and 50,000 relationships of each');
};
