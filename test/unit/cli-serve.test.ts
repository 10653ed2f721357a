import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');

let home: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'serve-'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

/** The whole program in a process of its own, because signals end it. */
const start = (...args: readonly string[]): { child: ChildProcess; output: { out: string; err: string } } => {
  const code = `import { main } from ${JSON.stringify(`${source}/main.ts`)}; await main();`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, 'program', ...args], {
    cwd: resolve(source, '..'),
    env: { PATH: process.env.PATH, HOME: home },
  });
  children.push(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    output.out += String(data);
  });
  child.stderr.on('data', (data: Buffer) => {
    output.err += String(data);
  });
  return { child, output };
};

const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once('close', done));

const until = async (holds: () => boolean): Promise<void> => {
  for (let waited = 0; !holds(); waited += 50) {
    if (waited > 20_000) throw new Error('waited too long');
    await new Promise((done) => setTimeout(done, 50));
  }
};

test('serve --http prints where it is and how to use it, answers, and stops at a signal', async () => {
  const { child, output } = start('serve', '--http', '--port', '0');
  const end = ended(child);
  await until(() => output.out.includes('any other stdio client\n  {'));
  const url = /serves (http:\/\/127\.0\.0\.1:\d+)\/mcp\n/.exec(output.out)?.[1] ?? '';
  expect(output.out).toContain(`Store: ${home}/.local/share/graph-memory/memory.db`);
  expect(output.out).toContain(`claude mcp add --scope user --transport http graph-memory ${url}/mcp`);
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' });
  child.kill('SIGTERM');
  expect(await end).toBe(0);
  expect(output.err).toBe('');
});

test('serve on another interface warns that anybody can read it', async () => {
  const { child, output } = start(
    'serve',
    '--http',
    '--host',
    '0.0.0.0',
    '--port',
    '0',
    '--allowed-hosts',
    'memory.example',
  );
  const end = ended(child);
  await until(() => output.out.includes('serves'));
  expect(output.err).toMatch(/^graph-memory: warning: 0\.0\.0\.0 .*read and change every memory\.\n$/);
  child.kill('SIGTERM');
  expect(await end).toBe(0);
});

test.each([[['serve']], [['--tool-profile', 'extended']]])(
  '%j speaks the protocol on stdout and nothing else',
  async (args) => {
    const { child, output } = start(...args);
    const end = ended(child);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    await until(() => output.out.includes('\n'));
    expect(JSON.parse(output.out)).toMatchObject({ id: 1, result: { serverInfo: { name: 'graph-memory' } } });
    child.stdin?.end();
    expect(await end).toBe(0);
    expect(output.err).toBe('');
  },
);
