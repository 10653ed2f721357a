import { createBackend } from '../../../backends/index.ts';
import { singleTenantScope } from '../../../src/auth/policy.ts';
import type { MemoryId } from '../../../src/domain/ids.ts';
import { limits } from '../../../src/domain/limits.ts';
import { type BenchContext, warmUp } from '../bench-context.ts';
import type { FilledStore } from '../filled-store.ts';
import { interleave, sum } from '../measure.ts';
import { pick, seeded } from '../random.ts';
import { rawReader } from '../raw-store.ts';
import { Report } from '../report.ts';

const rounds = 200;
const shown = 20;

interface Case {
  readonly what: string;
  readonly direction: 'outgoing' | 'both';
  readonly starts: readonly MemoryId[];
}

const casesOf = ({ ids, hub }: FilledStore): readonly Case[] => {
  const random = seeded(17);
  const starts = Array.from({ length: rounds }, () => pick(random, ids));
  return [
    { what: 'depth 3, outgoing', direction: 'outgoing', starts },
    { what: 'depth 3, both ways', direction: 'both', starts },
    { what: 'depth 3, both ways, from a hub of 5,000', direction: 'both', starts: [hub] },
  ];
};

/** The store's traversal against a loop over one prepared statement, then the tool against the echo and that loop. */
export const related = async (context: BenchContext): Promise<void> => {
  const report = new Report();
  const filled = await context.store(100_000);
  const [server, echo] = await Promise.all([context.serve(filled.path), context.serveEcho()]);
  const backend = await createBackend('sqlite', { path: filled.path, readOnly: true });
  await backend.open();
  const raw = rawReader(filled.path);

  for (const { what, direction, starts } of casesOf(filled)) {
    const pks = starts.map((id) => raw.pkOf(id));
    const bounds = [direction, limits.traversalNodes, limits.fanOut] as const;
    const startOf = (round: number): MemoryId => starts[round % starts.length] as MemoryId;
    const pkOf = (round: number): number => pks[round % pks.length] as number;
    const sides = {
      keys: (round: number) => raw.walkKeys(pkOf(round), ...bounds),
      raw: (round: number) => raw.walk(pkOf(round), ...bounds),
      echo: (round: number) => echo.call('echo', { text: startOf(round) }),
      contract: (round: number) =>
        backend.traverse(singleTenantScope, {
          from: startOf(round),
          direction,
          maxDepth: 3,
          maxNodes: limits.traversalNodes,
          fanOut: limits.fanOut,
        }),
      tool: (round: number) =>
        server.call('get_related_memories', { memory_id: startOf(round), direction, max_depth: 3, limit: shown }),
    };
    await warmUp(20, async (round) => {
      for (const side of Object.values(sides)) await side(round);
    });
    const times = await interleave(rounds, sides);
    report.compare(`store, ${what}`, times.contract, times.raw, 2);
    report.compare(`get_related_memories, ${what}`, times.tool, sum(times.echo, times.raw), 2);
    report.times('… that loop without names and strengths', times.keys);
  }
  raw.close();
  await backend.close();
  await context.stop();
  report.print('related: 100,000 memories, 500,000 relationships');
};
