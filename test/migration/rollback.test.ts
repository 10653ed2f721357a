import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { as, type Copies, makeCopies, note, once } from './scenes.ts';
import { ask, dumpOf, edit, migrate } from './stores.ts';

let copies: Copies;
beforeAll(async () => {
  copies = await makeCopies(240);
});

const migrated = async (): Promise<string> => {
  const path = await copies.fresh();
  expect((await migrate(path, ['--execute', '--tenant-id', 'acme', '--no-backup'])).code).toBe(0);
  return path;
};

const rollback = (path: string, ...more: readonly string[]): ReturnType<typeof migrate> =>
  migrate(path, ['--rollback', '--no-backup', ...more]);

describe('a rollback', () => {
  test('of a store that nobody touched gives back every byte (peer defects 5 and 16)', async () => {
    const path = await migrated();
    expect(await rollback(path)).toMatchObject({ code: 0, out: expect.stringContaining('every row is what it was') });
    expect(dumpOf(path)).toEqual(dumpOf(copies.source));
  });

  test('after the store was served in multi-tenant mode and read, gives back the same', async () => {
    const path = await migrated();
    await once(path, as('ann'), 'search_memories', { query: 'memory says' });
    expect((await rollback(path)).code).toBe(0);
    const [after, before] = [dumpOf(path), dumpOf(copies.source)];
    for (const table of ['memory', 'relationship', 'change_log', 'idempotency_key', 'memory_tag', 'memory_text']) {
      expect(after[table], table).toBe(before[table]);
    }
  });

  test('keeps edits made since, and says how many', async () => {
    const path = await migrated();
    edit(path, "UPDATE memory SET title = 'Edited since', version = version + 1 WHERE pk = 5");
    expect((await rollback(path)).code).toBe(0);
    expect(ask(path, 'SELECT title, context_tenant_id AS tenant FROM memory WHERE pk = 5')).toEqual([
      { title: 'Edited since', tenant: null },
    ]);
  });

  test('refuses with counts while there is what came in since; --keep-new leaves it with its tenant (peer defect 4)', async () => {
    const path = await migrated();
    const { id } = await once(path, as('ann'), 'store_memory', note('New of Ann'));
    const before = dumpOf(path);
    const refused = await rollback(path);
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('1 memories and 0 relationships came in') });
    expect(dumpOf(path).memory).toBe(before.memory);
    expect((await rollback(path, '--keep-new')).code).toBe(0);
    expect(ask(path, `SELECT context_tenant_id AS tenant FROM memory WHERE id = '${id}'`)).toEqual([
      { tenant: 'acme' },
    ]);
    expect(ask(path, 'SELECT count(*) AS n FROM memory WHERE context_tenant_id IS NULL')).toEqual([{ n: 240 }]);
  });

  test('--export-new writes it to a file before it takes it out', async () => {
    const path = await migrated();
    const { id } = await once(path, as('ann'), 'store_memory', note('New of Ann'));
    const file = join(dirname(path), 'new.jsonl');
    expect((await rollback(path, '--export-new', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain(String(id));
    const [after, before] = [dumpOf(path), dumpOf(copies.source)];
    for (const table of ['memory', 'relationship', 'idempotency_key', 'memory_tag', 'memory_text']) {
      expect(after[table], table).toBe(before[table]);
    }
  });

  test('an edited journal is noticed, and nothing is undone by it', async () => {
    const path = await migrated();
    edit(path, 'UPDATE scope_journal SET version = version + 1 WHERE seq = (SELECT max(seq) FROM scope_journal)');
    const before = dumpOf(path);
    const said = await rollback(path);
    expect(said).toMatchObject({ code: 4, out: expect.stringContaining('journal is not what was written') });
    expect(dumpOf(path)).toEqual(before);
    expect((await migrate(path, ['--verify'])).code).toBe(4);
  });

  test('of the newest run first, where several stack', async () => {
    const path = await migrated();
    const one = dumpOf(path);
    // As a process of an older version leaves them, which knows of no migration.
    edit(path, 'DELETE FROM scope_stamp');
    const { id } = await once(path, {}, 'store_memory', note('Of nobody'));
    const two = dumpOf(path);
    const said = await migrate(path, ['--execute', '--tenant-id', 'acme', '--no-backup', '--visibility', 'public']);
    expect(said.code).toBe(0);
    expect(ask(path, `SELECT context_visibility AS visibility FROM memory WHERE id = '${id}'`)).toEqual([
      { visibility: 'public' },
    ]);
    expect((await migrate(path, ['--status'])).out).toMatch(/run 1[\s\S]*run 2/);
    expect(await rollback(path)).toMatchObject({ code: 0, out: expect.stringContaining('rolled back run 2') });
    expect(dumpOf(path)).toEqual(two);
    edit(path, `DELETE FROM memory WHERE id = '${id}'; DELETE FROM change_log WHERE entity_id = '${id}'`);
    expect(dumpOf(path).memory).toBe(one.memory);
    expect(await rollback(path)).toMatchObject({ code: 0, out: expect.stringContaining('rolled back run 1') });
    const [after, before] = [dumpOf(path), dumpOf(copies.source)];
    for (const table of ['memory', 'relationship', 'change_log', 'idempotency_key'])
      expect(after[table], table).toBe(before[table]);
  });

  test('is refused once the run is finalized, with the way that is left', async () => {
    const path = await copies.fresh();
    expect((await migrate(path, ['--execute', '--tenant-id', 'acme'])).code).toBe(0);
    expect((await migrate(path, ['--finalize'])).code).toBe(0);
    const before = dumpOf(path);
    expect(await rollback(path)).toMatchObject({ code: 2, out: expect.stringContaining('only the backup') });
    expect(dumpOf(path)).toEqual(before);
  });

  test('of nothing says so', async () => {
    const path = await copies.fresh();
    expect(await rollback(path)).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') });
  });
});
