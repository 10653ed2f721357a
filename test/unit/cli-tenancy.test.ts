import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runCli } from '../../src/cli/cli.ts';
import { loadConfig } from '../../src/config.ts';
import { parseArguments } from '../../src/mcp/arguments.ts';

let home: string;
let number = 0;
let path: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-tenancy-'));
});
beforeEach(() => {
  number += 1;
  path = join(home, `${number}.db`);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

type Settings = Readonly<Record<string, string>>;

const multi = (user: string, tenant = 'acme', more: Settings = {}): Settings => ({
  MEMORY_MULTI_TENANT_MODE: 'true',
  MEMORY_USER_ID: user,
  MEMORY_DEFAULT_TENANT: tenant,
  MEMORY_PROJECT: 'shop',
  MEMORY_PROJECTS: 'shop',
  ...more,
});

const run = async (
  args: readonly string[],
  env: Settings,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const code = await runCli(args, {
    stdin,
    stdout,
    stderr,
    env: { HOME: home, MEMORY_SQLITE_PATH: path, ...env },
    argv: ['node', 'graph-memory'],
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

const store = async (env: Settings, more: object = {}): Promise<string> => {
  const app = createApp(loadConfig({ env: { HOME: home, MEMORY_SQLITE_PATH: path, ...env } }), { cwd: home });
  try {
    const tool = await app.loadTool('store_memory');
    const input = parseArguments(tool, { type: 'general', title: 'A secret title', content: 'words', ...more });
    return String((await tool.run(input, await app.contextFor())).structured?.id);
  } finally {
    await app.close();
  }
};

test('explain-access names the clause that decides, and nothing of the memory', async () => {
  const id = await store(multi('alice'), { visibility: 'project' });
  const allowed = await run(['explain-access', id, '--as', 'bob', '--on-projects', 'shop'], multi('alice'));
  expect(allowed).toEqual({ code: 0, err: '', out: expect.any(String) });
  expect(allowed.out).toContain('read   yes: visibility project needs project_path "shop"');
  expect(allowed.out).toContain('write  no: created_by is "alice"');
  const refused = await run(['explain-access', id, '--as', 'bob', '--on-projects', 'other'], multi('alice'));
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('read   no: ');
  expect(allowed.out + refused.out).not.toContain('secret');
});

test('explain-access needs the mode, an id that is there and a user', async () => {
  const id = await store(multi('alice'));
  expect(await run(['explain-access', id, '--as', 'bob'], multi('alice', 'globex'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('not_found'),
  });
  expect((await run(['explain-access', 'x', '--as', 'bob'], multi('alice'))).code).toBe(2);
  expect((await run(['explain-access', id], multi('alice'))).code).toBe(2);
});

test('single-tenant mode refuses a store of several tenants, unless told which one to show', async () => {
  await store(multi('alice'));
  await store(multi('eve', 'globex'));
  const refused = await run(['stats'], {});
  expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('MEMORY_SINGLE_TENANT_VIEW') });
  const shown = await run(['stats'], { MEMORY_SINGLE_TENANT_VIEW: 'acme' });
  expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/Memories +1,/) });
});

test('multi-tenant mode refuses memories without a tenant, unless it may leave them out', async () => {
  await store({ MEMORY_PROJECT: 'shop' });
  const refused = await run(['stats'], multi('alice'));
  expect(refused).toMatchObject({ code: 5, err: expect.stringMatching(/1 memories .*migrate-to-multitenant/) });
  const without = await run(['stats'], multi('alice', 'acme', { MEMORY_ALLOW_UNMIGRATED: 'true' }));
  expect(without).toMatchObject({ code: 0, out: expect.stringMatching(/Memories +0,/) });
});

test('over HTTP the mode wants trust said aloud, and the loopback interface', async () => {
  const refused = await run(['serve', '--http', '--port', '0'], multi('alice'));
  expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('MEMORY_TRUST_LOCAL_CALLERS') });
  const trusted = multi('alice', 'acme', { MEMORY_TRUST_LOCAL_CALLERS: 'true', MEMORY_ALLOWED_HOSTS: 'example.org' });
  const open = await run(['serve', '--http', '--host', '0.0.0.0', '--port', '0'], trusted);
  expect(open).toMatchObject({ code: 3, err: expect.stringContaining('MEMORY_HTTP_HOST') });
});

test('export is what the user may read, and doctor looks at all of the tenant', async () => {
  await store(multi('alice'), { visibility: 'private' });
  const others = await run(['export'], multi('bob'));
  expect(others.code).toBe(0);
  expect(others.out).not.toContain('secret');
  expect((await run(['export'], multi('alice'))).out).toContain('secret');
  expect((await run(['doctor'], multi('bob'))).out).toContain('The index of words');
});
