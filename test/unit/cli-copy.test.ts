import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runCli } from '../../src/cli/cli.ts';
import { loadConfig } from '../../src/config.ts';
import { parseArguments } from '../../src/mcp/arguments.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-copy-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

type Settings = Readonly<Record<string, string>>;

const run = async (
  args: readonly string[],
  env: Settings = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const code = await runCli(args, {
    stdin,
    stdout,
    stderr,
    env: { HOME: home, ...env },
    argv: ['node', 'graph-memory'],
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

const pathOf = (name: string): string => join(home, name, 'memory.db');
const at = (name: string): string => `sqlite:${pathOf(name)}`;

const store = async (name: string, title: string, env: Settings = {}): Promise<void> => {
  const app = createApp(loadConfig({ env: { HOME: home, MEMORY_SQLITE_PATH: pathOf(name), ...env } }), { cwd: home });
  try {
    const tool = await app.loadTool('store_memory');
    const input = parseArguments(tool, { type: 'general', title, content: `About ${title}` });
    await tool.run(input, await app.contextFor());
  } finally {
    await app.close();
  }
};

const stats = async (name: string, env: Settings = {}): Promise<string> =>
  (await run(['stats'], { MEMORY_SQLITE_PATH: pathOf(name), ...env })).out;

test('one store is added to another, after a backup of it', async () => {
  await store('one', 'First');
  await store('two', 'Second');
  const dry = await run(['copy', '--from', at('one'), '--to', at('two'), '--dry-run']);
  expect(dry).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^created +1 memories, 0 relationships, 1 changes$/m),
  });
  expect(await stats('two')).toMatch(/Memories +1,/);
  const done = await run(['copy', '--from', at('one'), '--to', at('two')]);
  expect(done.code).toBe(0);
  expect(done.out).toMatch(/^verified +1 memories, 0 relationships, 1 changes$/m);
  expect(done.err).toMatch(/^graph-memory: backup: .*two.memory-.*\.db\n$/);
  expect(await stats('two')).toMatch(/Memories +2,/);
  expect(await stats('one')).toMatch(/Memories +1,/);
  expect(readdirSync(join(home, 'two')).filter((name) => /^memory-.*\.db$/.test(name))).toHaveLength(1);
});

test('the settings say where a backend is that is only named', async () => {
  await store('named', 'First');
  const done = await run(['copy', '--from', 'sqlite', '--to', at('fresh'), '--json'], {
    MEMORY_SQLITE_PATH: pathOf('named'),
  });
  expect(JSON.parse(done.out)).toMatchObject({ dry_run: false, copied: [{ created: { memory: 1 }, conflicts: [] }] });
});

test('every tenant is copied, whoever the operator is', async () => {
  const as = (user: string, tenant: string): Settings => ({
    MEMORY_MULTI_TENANT_MODE: 'true',
    MEMORY_USER_ID: user,
    MEMORY_DEFAULT_TENANT: tenant,
  });
  await store('many', 'Of Ann', as('ann', 'acme'));
  await store('many', 'Of Bob', as('bob', 'rival'));
  const done = await run(['copy', '--from', at('many'), '--to', at('moved')], as('root', 'else'));
  expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/tenant acme\n[\s\S]*tenant rival\n/) });
  expect(await stats('moved', as('ann', 'acme'))).toMatch(/Memories +1,/);
  expect(await stats('moved', as('bob', 'rival'))).toMatch(/Memories +1,/);
});

test.each([
  ['a store to itself', () => ['--from', at('one'), '--to', at('one')], /the same store/],
  ['a backend that is not there', () => ['--from', 'oracle', '--to', at('one')], /Give one of sqlite, /],
  ['no place behind the colon', () => ['--from', 'sqlite:', '--to', at('one')], /Give one of sqlite, /],
  ['no target', () => ['--from', at('one')], /--to/],
  ['a source that is not there', () => ['--from', at('nowhere'), '--to', at('target')], /store/],
])('%s is refused', async (_, args, message) => {
  const refused = await run(['copy', ...args()]);
  expect(refused.code).not.toBe(0);
  expect(refused.err).toMatch(message);
  expect(existsSync(pathOf('nowhere'))).toBe(false);
});

test('what is there otherwise is told, and the exit code is that of a refusal', async () => {
  await store('left', 'First');
  await run(['copy', '--from', at('left'), '--to', at('right')]);
  const [memory] = (await run(['export'], { MEMORY_SQLITE_PATH: pathOf('right') })).out
    .split('\n')
    .flatMap((line) => (line.includes('"record":"memory"') ? [JSON.parse(line) as { id: string }] : []));
  const app = createApp(loadConfig({ env: { HOME: home, MEMORY_SQLITE_PATH: pathOf('right') } }));
  const tool = await app.loadTool('update_memory');
  await tool.run(parseArguments(tool, { memory_id: memory?.id, title: 'Other' }), await app.contextFor());
  await app.close();
  const again = await run(['copy', '--from', at('left'), '--to', at('right'), '--no-backup']);
  expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/conflict: memory .* is there with other title/) });
});
