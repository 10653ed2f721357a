import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { toolList } from '../../src/mcp/tool-list.ts';
import { type BuiltServer, buildServer, temporaryFolder } from './bundles.ts';
import { answerTo, killChildren, type StdioChild, startStdio } from './stdio-child.ts';

let built: BuiltServer;
let home: string;
beforeAll(async () => {
  built = await buildServer();
  home = await temporaryFolder();
});
afterAll(async () => {
  await built.remove();
  await rm(home, { recursive: true, force: true });
});
afterEach(killChildren);

const start = (env: NodeJS.ProcessEnv = {}): StdioChild =>
  startStdio(built.program, { MEMORY_SQLITE_PATH: join(home, 'memory.db'), HOME: home, ...env });

const list = async (server: StdioChild): Promise<{ name: string }[]> => {
  await server.initialize();
  server.send({ id: 1, method: 'tools/list' });
  return (await server.message(answerTo(1))).result?.tools as { name: string }[];
};

const caches = async (): Promise<string[]> => (await readdir(built.folder)).filter((name) => name.includes('.cache'));

const cacheMade = async (): Promise<string> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const [name] = (await caches()).filter((found) => found.endsWith('.cache'));
    if (name !== undefined) return join(built.folder, name);
    await sleep(50);
  }
  throw new Error('no code cache was made');
};

test('the list of tools is the one that the sources give', async () => {
  const tools = await list(start());
  const core = toolList.filter(({ profile, multiTenantOnly }) => profile === 'core' && multiTenantOnly !== true);
  expect(tools).toEqual(
    core.map(({ name, title, description, inputSchema, annotations }) => ({
      name,
      title,
      description,
      inputSchema,
      annotations: { ...annotations, openWorldHint: false },
    })),
  );
  expect(tools.length).toBeGreaterThan(0);
});

test('until the first call nothing is loaded that a list of tools can do without', async () => {
  const spy = join(home, 'spy.cjs');
  await writeFile(
    spy,
    `const Module = require('node:module');
     const load = Module._load;
     const seen = new Set();
     Module._load = function (name) { seen.add(name.replace('node:', '')); return load.apply(this, arguments); };
     process.on('exit', () => process.stderr.write(JSON.stringify([...seen])));`,
  );
  const loaded = async (call: boolean): Promise<string[]> => {
    const server = start({ NODE_OPTIONS: `--require ${spy}` });
    await list(server);
    if (call) await server.call(2, 'search_memories', { query: 'anything' });
    server.endInput();
    await server.exited;
    return JSON.parse(server.stderr()) as string[];
  };
  const idle = await loaded(false);
  expect(idle).toContain('vm');
  for (const name of ['better-sqlite3', 'http', 'http2', 'worker_threads', 'child_process'])
    expect(idle).not.toContain(name);
  expect(await loaded(true)).toContain('better-sqlite3');
});

describe('the code cache', () => {
  test('is made after the first list and used from then on', async () => {
    for (const name of await caches()) await rm(join(built.folder, name));
    await list(start());
    const file = await cacheMade();
    const made = await stat(file);
    const again = start();
    await list(again);
    await sleep(1_000);
    expect((await stat(file)).mtimeMs).toBe(made.mtimeMs);
    expect(await caches()).toHaveLength(1);
  });

  test('is made anew when Node refuses it', async () => {
    await list(start());
    const file = await cacheMade();
    const good = await readFile(file);
    const bad = Buffer.from(good);
    bad.fill(0xff, 0, 32);
    await writeFile(file, bad);
    expect((await list(start())).length).toBeGreaterThan(0);
    for (let tries = 0; tries < 100 && (await readFile(file)).equals(bad); tries += 1) await sleep(50);
    expect((await readFile(file)).subarray(0, 16)).toEqual(good.subarray(0, 16));
  });

  test('that cannot be written is done without', async () => {
    await list(start());
    const file = await cacheMade();
    await rm(file);
    // Root may write to any folder, but nobody can put a file in the place of a folder.
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    const server = start();
    expect((await list(server)).length).toBeGreaterThan(0);
    await sleep(1_000);
    server.endInput();
    expect(await server.exited).toBe(0);
    expect(server.stderr()).toBe('');
    expect(await caches()).toHaveLength(1);
    await rm(file, { recursive: true });
  });
});

test('a memory that was stored is found by the next process', async () => {
  const first = start();
  await list(first);
  const stored = await first.call(2, 'store_memory', {
    type: 'solution',
    title: 'Raise the busy timeout',
    content: 'It was 0.',
  });
  expect(stored.result?.isError).toBeUndefined();
  first.endInput();
  expect(await first.exited).toBe(0);
  const second = start();
  await list(second);
  const found = await second.call(2, 'recall_memories', { query: 'busy timeout' });
  expect(found.result?.content?.[0]?.text).toContain('Raise the busy timeout');
});

test('a fault that nothing catches ends the process in one line that tells nothing of its cause', async () => {
  const [bomb, lit] = [join(home, 'bomb.cjs'), join(home, 'lit')];
  const explode = `if (require('node:fs').existsSync(${JSON.stringify(lit)})) throw new Error('SECRET');`;
  await writeFile(bomb, `setInterval(() => { ${explode} }, 20);`);
  const server = start({ NODE_OPTIONS: `--require ${bomb}`, MEMORY_LOG_LEVEL: 'silent' });
  await list(server);
  await writeFile(lit, '');
  expect(await server.exited).toBe(70);
  expect(server.stderr()).toBe('graph-memory: internal: graph-memory stopped unexpectedly\n');
});

test('a bad variable ends the start in one line that names it', async () => {
  const server = start({ MEMORY_TOOL_PROFILE: 'all' });
  expect(await server.exited).toBe(3);
  expect(server.stderr()).toMatch(/^graph-memory: config_invalid: MEMORY_TOOL_PROFILE .*\n$/);
});

test('the notices of what is bundled are shipped', async () => {
  const notices = await readFile(join(built.folder, 'third-party-licenses.txt'), 'utf8');
  for (const name of [
    '@modelcontextprotocol/server',
    '@modelcontextprotocol/core',
    'zod',
    'hono',
    'commander',
    'pino',
  ]) {
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((?:MIT|Apache-2.0)\\)$`, 'm'));
  }
  expect(notices.match(/permission is hereby granted/gi)?.length).toBeGreaterThan(3);
});
