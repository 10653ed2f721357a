import type { BenchContext } from '../bench-context.ts';
import { corpus } from '../corpus.ts';
import { p50 } from '../measure.ts';
import { Report } from '../report.ts';

interface Listed {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

const tokens = (text: string): number => Math.ceil(text.length / 4);

/** What a model reads: the list of tools once a session, and the answers. */
export const tokenCosts = async (context: BenchContext): Promise<void> => {
  const report = new Report();
  const { path } = await context.store(50_000);
  for (const [profile, most] of [
    ['core', 1_500],
    ['extended', 3_000],
  ] as const) {
    const server = await context.serve(path, { MEMORY_TOOL_PROFILE: profile });
    const { tools } = (await server.request('tools/list', {})) as unknown as { tools: readonly Listed[] };
    const text = tools.map(
      ({ name, description, inputSchema }) => `${name}${description}${JSON.stringify(inputSchema)}`,
    );
    report.figure(`tools/list, ${profile} (${tools.length} tools)`, tokens(text.join('')), 'tokens', most);
  }
  const server = await context.serve(path);
  const { question } = corpus(19);
  const costs: number[] = [];
  for (let count = 0; count < 100; count += 1) {
    costs.push(tokens(await server.call('recall_memories', { query: question(), limit: 10 })));
  }
  report.figure('ten recalled memories, median of 100 questions', p50(costs), 'tokens', 900);
  report.figure('ten recalled memories, most of 100 questions', Math.max(...costs), 'tokens', 900);
  await context.stop();
  report.print('tokens: characters / 4');
};
