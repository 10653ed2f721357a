import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../bench-context.ts';
import { corpus } from '../corpus.ts';
import { Report } from '../report.ts';
import { listed, startsOf } from '../starts.ts';
import { environment, type StdioServer } from '../stdio-server.ts';

const rounds = 21;

const bareNode = async (folder: string): Promise<void> => {
  const child = spawn(process.execPath, ['-e', '0'], { cwd: folder, env: environment(folder), stdio: 'ignore' });
  await once(child, 'exit');
};

/** MiB by the name of a line in /proc; null where the system has none. */
const residentMiB = (pid: number, line: 'VmRSS' | 'RssAnon'): number | null => {
  try {
    const found = new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) / 1024;
  } catch {
    return null;
  }
};

const memory = async (context: BenchContext, report: Report): Promise<void> => {
  const { path, ids } = await context.store(50_000);
  const server = await context.serve(path);
  const { question } = corpus(7);
  const show = async (what: string, most?: number): Promise<void> => {
    await sleep(1_500);
    const resident = residentMiB(server.pid, 'VmRSS');
    if (resident !== null) report.figure(`idle memory, ${what}`, resident, 'MiB', most);
  };
  await server.call('get_memory', { memory_id: ids[0] });
  await show('50k memories, after one get_memory', 90);
  await server.call('recall_memories', { query: question() });
  await show('50k memories, after one recall_memories', 90);
  for (let count = 0; count < 200; count += 1) await server.call('recall_memories', { query: question() });
  await show('50k memories, after 200 recall_memories');
  const own = residentMiB(server.pid, 'RssAnon');
  if (own !== null) report.figure('… of it the process’s own, without files', own, 'MiB');
  await context.stop();
};

/** From the spawn until the client can show tools, and what the process holds when nothing happens. */
export const start = async (context: BenchContext): Promise<void> => {
  const report = new Report();
  const { ids, path } = await context.store(50_000);
  const serve = (): Promise<StdioServer> => listed(context.serve(path));
  const { ours, bare } = await startsOf(context, rounds, { bare: () => bareNode(context.folder), ours: serve });
  report.compare('spawn → tools/list answered, against node -e 0', ours, bare, 3);

  const firstCalls: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const server = await serve();
    const begun = performance.now();
    await server.call('get_memory', { memory_id: ids[round] });
    firstCalls.push(performance.now() - begun);
    await context.stop();
  }
  report.times('first call of a session (get_memory at 50k)', firstCalls);
  await memory(context, report);
  report.print('start: time and memory of a process');
};
