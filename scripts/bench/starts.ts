import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from './bench-context.ts';
import { interleave } from './measure.ts';
import type { StdioServer } from './stdio-server.ts';

/** The server, when its client can show tools. */
export const listed = async (starting: Promise<StdioServer>): Promise<StdioServer> => {
  const server = await starting;
  await server.request('tools/list', {});
  return server;
};

/** Milliseconds of each start, round by round; what was started is stopped in between. */
export const startsOf = async <Name extends string>(
  context: BenchContext,
  rounds: number,
  starts: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number[]>> => {
  // The first start writes the code cache, half a second after it has nothing more to do.
  await Promise.all(Object.values<() => Promise<unknown>>(starts).map((start) => start()));
  await sleep(1_200);
  await context.stop();
  const times = await interleave(rounds, { ...starts, settle: () => context.stop() });
  await context.stop();
  return times;
};
