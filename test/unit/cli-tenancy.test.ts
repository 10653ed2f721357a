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

test('explain-access knows users of other tenants too', async () => {
  const id = await store(multi('alice'), { visibility: 'public' });
  const of = (tenant: string) => run(['explain-access', id, '--as', 'alice', '--in-tenant', tenant], multi('alice'));
  expect(await of('acme')).toMatchObject({ code: 0, out: expect.stringContaining('read   yes') });
  expect(await of('globex')).toMatchObject({
    code: 1,
    out: expect.stringContaining('read   no: it is of another tenant than globex'),
  });
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
  expect(refused).toMatchObject({
    code: 5,
    err: expect.stringMatching(/holds 1 memory without .*migrate-to-multitenant/),
  });
  const without = await run(['stats'], multi('alice', 'acme', { MEMORY_ALLOW_UNMIGRATED: 'true' }));
  expect(without).toMatchObject({ code: 0, out: expect.stringMatching(/Memories +0,/) });
});

test('a start that is refused leaves the store to those who use it', async () => {
  const alone = { MEMORY_PROJECT: 'shop' };
  const app = createApp(loadConfig({ env: { HOME: home, MEMORY_SQLITE_PATH: path, ...alone } }), { cwd: home });
  try {
    const tool = await app.loadTool('store_memory');
    const keep = async (title: string): Promise<unknown> =>
      (await tool.run(parseArguments(tool, { type: 'general', title, content: 'x' }), await app.contextFor()))
        .structured;
    await keep('before');
    expect((await run(['stats'], multi('alice'))).code).toBe(5);
    expect(await keep('after')).toMatchObject({ version: 1 });
  } finally {
    await app.close();
  }
  expect((await run(['stats'], alone)).out).toMatch(/Memories +2,/);
});

test('a process that forgot the mode does not take over what several users keep; one that says so shows it whole', async () => {
  await store(multi('alice'), { visibility: 'private' });
  expect((await run(['stats'], {})).out, 'of one user').toMatch(/Memories +1,/);
  await store(multi('carol'));
  const forgot = await run(['stats'], {});
  expect(forgot).toMatchObject({ code: 5, err: expect.stringContaining('MEMORY_MULTI_TENANT_MODE') });
  expect((await run(['stats'], multi('alice'))).out).toMatch(/Memories +2,/);
  for (const again of [1, 2]) {
    const whole = await run(['stats'], { MEMORY_MULTI_TENANT_MODE: 'false' });
    expect(whole, `time ${again}`).toMatchObject({ code: 0, out: expect.stringMatching(/Memories +2,/) });
  }
  expect((await run(['stats'], multi('bob'))).out).toMatch(/Memories +1,/);
});

test('a view of a tenant that is not there is refused, not shown as empty', async () => {
  await store(multi('alice'));
  expect(await run(['stats'], { MEMORY_SINGLE_TENANT_VIEW: 'acmee' })).toMatchObject({
    code: 5,
    err: expect.stringContaining('MEMORY_SINGLE_TENANT_VIEW'),
  });
});

test('doctor says for whom it acts, and what keeps a store from opening', async () => {
  await store({ MEMORY_PROJECT: 'shop' });
  const refused = await run(['doctor'], multi('alice', 'acme', { MEMORY_TEAM_IDS: 'platform' }));
  expect(refused.code).toBe(5);
  expect(refused.out).toContain('acts as "alice" of the tenant acme');
  expect(refused.out).toContain('Its teams are "_everyone", "platform", its projects "shop".');
  expect(refused.out).toMatch(/^ERROR +store_foreign: .*1 memory without a tenant/m);
  expect((await run(['doctor'], { MEMORY_PROJECT: 'shop' })).out).not.toContain('tenant mode');
});

test('over HTTP the mode wants trust said aloud, and the loopback interface', async () => {
  const refused = await run(['serve', '--http', '--port', '0'], multi('alice'));
  expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('MEMORY_TRUST_LOCAL_CALLERS') });
  const trusted = multi('alice', 'acme', { MEMORY_TRUST_LOCAL_CALLERS: 'true', MEMORY_ALLOWED_HOSTS: 'example.org' });
  for (const host of ['0.0.0.0', '127.example.org', '::']) {
    const open = await run(['serve', '--http', '--host', host, '--port', '0'], trusted);
    expect(open, host).toMatchObject({ code: 3, err: expect.stringContaining('MEMORY_HTTP_HOST') });
  }
});

test('export is what the user may read, and doctor looks at all of the tenant', async () => {
  await store(multi('alice'), { visibility: 'private' });
  const others = await run(['export'], multi('bob'));
  expect(others.code).toBe(0);
  expect(others.out).not.toContain('secret');
  expect((await run(['export'], multi('alice'))).out).toContain('secret');
  expect((await run(['doctor'], multi('bob'))).out).toContain('The index of words');
});

const trash = async (env: Settings, id: string): Promise<void> => {
  const app = createApp(loadConfig({ env: { HOME: home, MEMORY_SQLITE_PATH: path, ...env } }), { cwd: home });
  try {
    const tool = await app.loadTool('delete_memory');
    await tool.run(parseArguments(tool, { memory_id: id, expected_version: 1 }), await app.contextFor());
  } finally {
    await app.close();
  }
};

test('purge empties the trash of the whole tenant, and of no other', async () => {
  for (const tenant of ['acme', 'globex']) {
    await trash(multi('alice', tenant), await store(multi('alice', tenant), { visibility: 'private' }));
  }
  const dry = await run(['purge', '--older-than', '0', '--dry-run'], multi('bob'));
  expect(dry.out).toContain('1 memory ');
  expect(await run(['purge', '--older-than', '0', '--yes', '--no-backup'], multi('bob'))).toMatchObject({
    code: 0,
    out: 'purged 1 memory\n',
  });
  expect((await run(['stats'], multi('alice'))).out).toContain('0 in the trash');
  expect((await run(['stats'], multi('alice', 'globex'))).out).toContain('1 in the trash');
});

test('import makes what it reads the importer’s, after a copy of a store that only looks empty to him', async () => {
  await store(multi('alice'), { visibility: 'private' });
  const file = join(home, `${number}.jsonl`);
  expect((await run(['export', '--output', file], multi('alice'))).code).toBe(0);
  const imported = await run(['import', file], multi('eve', 'globex'));
  expect(imported).toMatchObject({ code: 0, err: expect.stringMatching(/backup: .*\.db/) });
  expect((await run(['export'], multi('eve', 'globex'))).out).toMatch(/"context_created_by":"eve"/);
  expect((await run(['stats'], multi('bob', 'globex'))).out).toMatch(/Memories +0,/);
});
