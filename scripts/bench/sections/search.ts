import { parseQuery } from '../../../src/search/query.ts';
import type { TextQuery } from '../../../src/storage/search-document.ts';
import { type BenchContext, warmUp } from '../bench-context.ts';
import { corpus } from '../corpus.ts';
import { interleave, sum } from '../measure.ts';
import { rawReader } from '../raw-store.ts';
import { Report } from '../report.ts';

const rounds = 200;
const shown = 10;

const measure = async (context: BenchContext, report: Report, size: number): Promise<void> => {
  const { path } = await context.store(size);
  const [server, echo] = await Promise.all([context.serve(path), context.serveEcho()]);
  const raw = rawReader(path);
  const { question, commonWord } = corpus(13);
  const label = size >= 1_000_000 ? `${size / 1_000_000} M` : `${size / 1_000}k`;

  const compare = async (what: string, queries: readonly string[], most: number, count: number): Promise<void> => {
    const queryOf = (round: number): string => queries[round % queries.length] as string;
    const parsed = queries.map((query) => parseQuery(query).query);
    const times = await interleave(count, {
      echo: (round) => echo.call('echo', { text: queryOf(round) }),
      raw: (round) => raw.search(parsed[round % parsed.length] as TextQuery, shown),
      recall: (round) => server.call('recall_memories', { query: queryOf(round), limit: shown }),
      search: (round) => server.call('search_memories', { query: queryOf(round), limit: shown }),
    });
    const limit = sum(times.echo, times.raw);
    report.compare(`search_memories, ${what}, ${label}`, times.search, limit, most);
    report.compare(`recall_memories, ${what}, ${label}`, times.recall, limit, most);
    report.times('… of that limit the raw query', times.raw);
  };

  const questions = Array.from({ length: rounds }, question);
  await warmUp(40, async () => {
    const query = question();
    await server.call('recall_memories', { query });
    await server.call('search_memories', { query });
    await echo.call('echo', { text: query });
    raw.search(parseQuery(query).query, shown);
  });
  await compare('a question', questions, 2, rounds);
  await compare('the commonest word', [commonWord], 3, 50);
  raw.close();
  await context.stop();
};

/** Questions in plain words, against the echo and one FTS5 query for the same words in the same file, one after the other. */
export const search = async (context: BenchContext): Promise<void> => {
  const report = new Report();
  for (const size of context.large ? [50_000, 1_000_000] : [50_000]) await measure(context, report, size);
  report.print('search: ten best for a question');
};
