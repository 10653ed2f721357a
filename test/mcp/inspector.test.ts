import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, programs, run, skipsTools } from '../tools/installed.ts';

const server = resolve(import.meta.dirname, '../../dist/graph-memory.cjs');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-memory-inspector-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The Inspector's home is temporary too: it keeps a folder of its own there. */
const inspect = (...args: readonly string[]): Promise<Outcome> =>
  run(programs.node22, [programs.inspector, '--cli', ...args], { cwd: folder });

const overStdio = (): string[] => [process.execPath, server, '-e', `MEMORY_SQLITE_PATH=${join(folder, 'stdio.db')}`];

let http: ChildProcess | undefined;
const overHttp = async (): Promise<string[]> => {
  http = spawn(process.execPath, [server, 'serve', '--http', '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, MEMORY_SQLITE_PATH: join(folder, 'http.db') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of http.stdout ?? []) {
    const url = /http:\/\/\S+\/mcp/.exec(String(chunk))?.[0];
    if (url !== undefined) return [url, '--transport', 'http'];
  }
  throw new Error('the server ended without printing its URL');
};
afterAll(async () => {
  if (http?.exitCode !== null || !http.kill('SIGTERM')) return;
  await once(http, 'exit');
});

const call = (tool: string, args: object): string[] => [
  ...['--method', 'tools/call', '--tool-name', tool],
  ...['--tool-args-json', JSON.stringify(args), '-q', '--format', 'json'],
];

describe.skipIf(skipsTools).each([
  { transport: 'stdio', connect: overStdio },
  { transport: 'HTTP', connect: overHttp },
])('MCP Inspector over $transport', ({ connect }) => {
  let target: string[];
  beforeAll(async () => {
    target = await connect();
  });

  test('lists the tools, with schemas that every client can use', async () => {
    const { exitCode, stdout, stderr } = await inspect(...target, '--method', 'tools/list', '--strict');
    expect(exitCode, stdout + stderr).toBe(0);
    for (const name of ['recall_memories', 'store_memory', 'get_memory', 'search_memories']) {
      expect(stdout).toContain(`"${name}"`);
    }
  });

  test('stores a memory and recalls it', async () => {
    const memory = {
      type: 'solution',
      title: 'Retry with backoff',
      content: 'The login timeout went away with a retry.',
    };
    const stored = await inspect(...target, ...call('store_memory', memory));
    expect(stored.exitCode, stored.stdout + stored.stderr).toBe(0);
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(stored.stdout)?.[0] ?? 'no id';
    const recalled = await inspect(...target, ...call('recall_memories', { query: 'why does the login time out' }));
    expect(recalled.exitCode, recalled.stdout + recalled.stderr).toBe(0);
    expect(recalled.stdout).toContain(id);
    expect(recalled.stdout).toContain('Retry with backoff');
  });

  test('is told what is wrong with a call', async () => {
    const refused = await inspect(...target, ...call('store_memory', { titel: 'x' }));
    expect(refused.exitCode).toBe(5);
    expect(refused.stdout).toContain('titel');
  });
});
