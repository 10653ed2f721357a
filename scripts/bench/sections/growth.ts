import { type BenchContext, storeArguments, warmUp } from '../bench-context.ts';
import { corpus } from '../corpus.ts';
import { interleave } from '../measure.ts';
import { pick, seeded } from '../random.ts';
import { rawReader } from '../raw-store.ts';
import { Report } from '../report.ts';

const rounds = 150;

const measure = async (context: BenchContext, size: number): Promise<void> => {
  const report = new Report();
  const { path, ids } = await context.store(size);
  const reader = rawReader(path);
  const { file, index, text } = reader.sizes();
  reader.close();
  const server = await context.serve(path, { MEMORY_SQLITE_SYNCHRONOUS: 'normal' });
  const { draft, question } = corpus(23);
  const random = seeded(29);
  const calls = {
    store: () => server.call('store_memory', storeArguments(draft())),
    get: () => server.call('get_memory', { memory_id: pick(random, ids) }),
    search: () => server.call('search_memories', { query: question() }),
    recall: () => server.call('recall_memories', { query: question() }),
    related: () => server.call('get_related_memories', { memory_id: pick(random, ids), max_depth: 2 }),
  };
  await warmUp(20, async () => {
    for (const call of Object.values(calls)) await call();
  });
  const times = await interleave(rounds, calls);
  for (const [name, list] of Object.entries(times)) report.times(name, list);
  report.figure('bytes on disk for each memory and its five relationships', Math.round(file / size), 'bytes');
  report.figure('full-text index, against the text', index / text, '×', 2);
  await context.stop();
  report.print(`growth: ${size.toLocaleString('en')} memories`);
};

/** The same calls on stores of growing size. */
export const growth = async (context: BenchContext): Promise<void> => {
  for (const size of [1_000, 10_000, 100_000, ...(context.large ? [1_000_000] : [])]) await measure(context, size);
};
