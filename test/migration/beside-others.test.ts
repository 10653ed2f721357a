import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type BuiltServer, buildServer } from '../mcp/bundles.ts';
import { as, type Copies, makeCopies, note, once, open } from './scenes.ts';
import { ask, type Child, dumpOf, edit, migrate, progressOf, startMigration } from './stores.ts';

let server: BuiltServer;
let copies: Copies;
beforeAll(async () => {
  server = await buildServer();
  copies = await makeCopies(900);
}, 60_000);
afterAll(() => server.remove());

const execute = ['--execute', '--tenant-id', 'acme', '--no-backup'];

/** A run in a process of its own that takes a few seconds, and has begun. */
const slowly = async (path: string, ...more: readonly string[]): Promise<Child> => {
  const child = startMigration([process.execPath, server.program], path, [
    ...execute,
    '--batch-size',
    '20',
    '--max-rate',
    '300',
    ...more,
  ]);
  onTestFinished(() => void child.process.kill('SIGKILL'));
  while ((progressOf(path)?.done ?? 0) < 40) {
    expect(child.process.exitCode).toBeNull();
    await delay(5);
  }
  return child;
};

const wanted = async (): Promise<ReturnType<typeof dumpOf>> => {
  const path = await copies.fresh();
  expect((await migrate(path, execute)).code).toBe(0);
  return dumpOf(path);
};

describe('a run', { timeout: 60_000 }, () => {
  test('is one at a time: a second one ends at once with who holds the lock (peer defect 8)', async () => {
    const path = await copies.fresh();
    const child = await slowly(path);
    const second = await migrate(path, execute);
    expect(second).toMatchObject({ code: 5, out: expect.stringContaining(`process ${child.process.pid}`) });
    expect((await migrate(path, ['--resume'])).code).toBe(5);
    expect((await migrate(path, ['--rollback', '--no-backup'])).code).toBe(5);
    expect((await child.ended).code).toBe(0);
    expect(dumpOf(path)).toEqual(await wanted());
  });

  test('that another one took over writes no more when it wakes up', async () => {
    const path = await copies.fresh();
    const child = await slowly(path);
    child.process.kill('SIGSTOP');
    expect((await migrate(path, ['--resume'])).code).toBe(5);
    expect(await migrate(path, ['--unlock'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('took the lock from'),
    });
    expect((await migrate(path, ['--resume'])).code).toBe(0);
    const done = dumpOf(path);
    child.process.kill('SIGCONT');
    expect(await child.ended).toMatchObject({ code: 3 });
    expect(dumpOf(path)).toEqual(done);
    expect(done).toEqual(await wanted());
  });

  test('stops at SIGINT after its batch, says how it goes on, and goes on', async () => {
    const path = await copies.fresh();
    const child = await slowly(path);
    child.process.kill('SIGINT');
    expect(await child.ended).toMatchObject({ code: 3, out: expect.stringContaining('--resume') });
    const before = dumpOf(path);
    const again = await migrate(path, execute);
    expect(again).toMatchObject({ code: 2, err: '' });
    expect(again.out).toContain('--resume');
    expect(dumpOf(path)).toEqual(before);
    expect((await migrate(path, ['--resume'])).code).toBe(0);
    expect(dumpOf(path)).toEqual(await wanted());
  });

  test('pauses when it is asked to', async () => {
    const path = await copies.fresh();
    const child = await slowly(path);
    expect((await migrate(path, ['--pause'])).code).toBe(0);
    expect((await child.ended).code).toBe(3);
    expect((await migrate(path, ['--status'])).out).toMatch(/run 1: backfilling, paused/);
    expect((await migrate(path, ['--resume'])).code).toBe(0);
    expect(dumpOf(path)).toEqual(await wanted());
  });

  test('goes on with its own plan only: another one is refused, and so is a record of it that was changed', async () => {
    const path = await copies.fresh();
    const child = await slowly(path);
    child.process.kill('SIGINT');
    await child.ended;
    const before = dumpOf(path);
    expect(await migrate(path, ['--resume', '--tenant-id', 'rival'])).toMatchObject({ code: 2 });
    edit(path, "UPDATE scope_run SET assignment = replace(assignment, 'acme', 'rival')");
    expect(await migrate(path, ['--resume'])).toMatchObject({ code: 4 });
    expect(dumpOf(path)).toEqual(before);
  });

  test('loses nothing that a server acknowledges meanwhile, and gives it the tenant too (peer defects 7 and 9)', async () => {
    const path = await copies.fresh();
    const client = open(path);
    const ids: string[] = [];
    const child = await slowly(path);
    while (child.process.exitCode === null && ids.length < 400) {
      const { id } = await client.call('store_memory', note(`Written meanwhile ${ids.length}`));
      ids.push(String(id));
      const place = 200 + ids.length;
      const memory_id = `${place.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
      if (place % 20 !== 8) await client.call('update_memory', { memory_id, content: `changed meanwhile ${place}` });
      await delay(3);
    }
    expect((await child.ended).code).toBe(0);
    await client.close();
    expect(ids.length).toBeGreaterThan(20);
    const kept = ask<readonly { readonly id: string; readonly tenant: string; readonly team: string }[]>(
      path,
      "SELECT id, context_tenant_id AS tenant, context_team_id AS team FROM memory WHERE title LIKE 'Written meanwhile%' ORDER BY pk",
    );
    expect(kept).toEqual(ids.map((id) => ({ id, tenant: 'acme', team: '_everyone' })));
    expect(ask(path, "SELECT count(*) AS n FROM memory WHERE content LIKE 'changed meanwhile%'")).toEqual([
      { n: ids.filter((_, index) => (201 + index) % 20 !== 8).length },
    ]);
    expect(ask(path, 'SELECT count(*) AS n FROM memory WHERE context_tenant_id IS NULL')).toEqual([{ n: 0 }]);
    const found = await once(path, as('ann'), 'search_memories', { query: 'written meanwhile 3', limit: 50 });
    expect(found.text).toContain(ids[3]);
    expect(
      (await migrate(path, ['--verify'], { env: { MEMORY_MULTI_TENANT_MODE: 'true', MEMORY_USER_ID: 'ann' } })).code,
    ).toBe(0);
  });

  test('the mode there and back: multi-tenant after it, single-tenant when it is rolled back (peer defect 18)', async () => {
    const path = await copies.fresh();
    await expect(once(path, as('ann'), 'get_memory_statistics', {})).rejects.toMatchObject({ code: 'store_foreign' });
    expect((await migrate(path, execute)).code).toBe(0);
    expect(String((await once(path, as('ann'), 'get_memory_statistics', {})).text)).not.toContain('0 memories');
    const secret = await once(path, as('bob'), 'store_memory', { ...note('Of Bob alone'), visibility: 'private' });
    await expect(once(path, {}, 'get_memory_statistics', {})).rejects.toMatchObject({ code: 'store_foreign' });
    const found = await once(path, as('ann'), 'search_memories', { query: 'Of Bob alone' });
    expect(String(found.text)).not.toContain(String(secret.id));
    expect((await migrate(path, ['--rollback', '--no-backup'])).code).toBe(2);
    expect((await migrate(path, ['--rollback', '--no-backup', '--keep-new'])).code).toBe(0);
    await expect(once(path, as('ann'), 'get_memory_statistics', {})).rejects.toMatchObject({ code: 'store_foreign' });
  });
});

describe('a full disk', () => {
  test('stops a run behind its last whole batch; the store is read, and the run goes on when there is room', {
    timeout: 60_000,
  }, async () => {
    const path = await copies.fresh();
    const before = dumpOf(path);
    // No file may be longer than 400 KiB, and whoever writes beyond is told so.
    const small = ['sh', '-c', `trap '' XFSZ; ulimit -f 800; exec "$@"`, 'sh', process.execPath, server.program];
    const child = startMigration(small, path, [...execute, '--batch-size', '20']);
    expect(await child.ended).toMatchObject({ code: 3, out: expect.stringContaining('--resume') });
    expect(progressOf(path)).toMatchObject({
      state: expect.stringMatching(/^(planned|backed_up|expanded|backfilling)$/),
    });
    expect(dumpOf(path).memory_text).toBe(before.memory_text);
    expect(String((await once(path, {}, 'search_memories', { query: 'memory says' })).text)).toContain('Memory');
    expect((await migrate(path, ['--resume'])).code).toBe(0);
    expect(dumpOf(path)).toEqual(await wanted());
  });
});
