import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { as, type Copies, makeCopies, note, once } from './scenes.ts';
import { ask, dumpOf, edit, migrate } from './stores.ts';

let copies: Copies;
beforeAll(async () => {
  copies = await makeCopies(240);
});

const execute = ['--execute', '--tenant-id', 'acme', '--no-backup'];

/** A memory as it is kept, but for whose it is. */
const unscoped = (path: string): unknown =>
  ask(
    path,
    'SELECT id, title, content, extra, version, created_at, updated_at, updated_by, context_created_by, usage_count FROM memory ORDER BY pk',
  );

type Scoped = readonly {
  readonly id: string;
  readonly tenant: string | null;
  readonly team: string | null;
  readonly visibility: string | null;
}[];
const scopes = (path: string): Scoped =>
  ask(
    path,
    'SELECT id, context_tenant_id AS tenant, context_team_id AS team, context_visibility AS visibility FROM memory ORDER BY pk',
  );

describe('a run', () => {
  test('changes whose a memory is and nothing else of it: no time, no version, no spelling (peer defects 1 and 5)', async () => {
    const path = await copies.fresh();
    const before = unscoped(path);
    expect((await migrate(path, execute)).code).toBe(0);
    expect(unscoped(path)).toEqual(before);
    expect(
      await once(path, as('ann'), 'get_memory', { memory_id: '00000003-0000-4000-8000-000000000000' }),
    ).toMatchObject({
      text: expect.stringContaining('00000003'),
    });
  });

  test('keeps a visibility that somebody chose, and gives the rest a team that reads it (peer defects 2 and 3)', async () => {
    const path = await copies.fresh();
    const before = scopes(path);
    expect((await migrate(path, execute)).code).toBe(0);
    for (const [index, { tenant, team, visibility }] of scopes(path).entries()) {
      const chosen = before[index]?.visibility ?? null;
      expect(tenant).toBe('acme');
      expect([visibility, team]).toEqual(chosen === null ? ['team', '_everyone'] : [chosen, null]);
    }
  });

  test('leaves what has a tenant already, and its own record of that (peer defect 4)', async () => {
    const path = await copies.fresh();
    const env = as('olga', 'other', { MEMORY_ALLOW_UNMIGRATED: 'true' });
    const { id } = await once(path, env, 'store_memory', { ...note('Olga’s own'), visibility: 'private' });
    expect((await migrate(path, execute, { env: { MEMORY_SINGLE_TENANT_VIEW: '' } })).code).toBe(0);
    expect(scopes(path).find((row) => row.id === id)).toEqual({
      id,
      tenant: 'other',
      team: null,
      visibility: 'private',
    });
    expect(scopes(path).filter(({ tenant }) => tenant === 'other')).toHaveLength(1);
    expect((await migrate(path, ['--rollback', '--no-backup'])).code).toBe(0);
    expect(scopes(path).find((row) => row.id === id)).toEqual({
      id,
      tenant: 'other',
      team: null,
      visibility: 'private',
    });
  });

  test('moves relationships, history, keys and words too (peer defects 13 and 17)', async () => {
    const path = await copies.fresh();
    expect((await migrate(path, execute)).code).toBe(0);
    for (const table of ['relationship', 'change_log', 'idempotency_key']) {
      const [row] = ask<readonly { readonly n: number }[]>(
        path,
        `SELECT count(*) AS n FROM ${table} WHERE tenant_id IS NULL`,
      );
      expect(row?.n, table).toBe(0);
    }
    const found = await once(path, as('ann'), 'search_memories', { query: 'memory says' });
    expect(found.text).toContain('0000000b-0000-4000-8000-000000000000');
    const stranger = await once(path, as('sue', 'rival'), 'search_memories', { query: 'memory says' });
    expect(String(stranger.text)).not.toContain('0000-4000');
    const history = await once(path, as('ann'), 'get_memory_history', {
      memory_id: '00000006-0000-4000-8000-000000000000',
    });
    expect(String(history.text)).toMatch(/updated/);
    const stats = await once(path, as('ann'), 'get_memory_statistics', {});
    expect(String(stats.text)).toMatch(/\d/);
  });

  test('has the versions that later updates need (peer defect 17)', async () => {
    const path = await copies.fresh();
    edit(path, "UPDATE memory SET context_created_by = 'ann' WHERE pk = 4");
    expect((await migrate(path, execute)).code).toBe(0);
    const memory_id = '00000004-0000-4000-8000-000000000000';
    const version = Number((await once(path, as('ann'), 'get_memory', { memory_id })).version ?? 1);
    const update = (title: string): Promise<unknown> =>
      once(path, as('ann'), 'update_memory', { memory_id, title, expected_version: version });
    await update('First');
    await expect(update('Second')).rejects.toMatchObject({ code: 'version_conflict' });
  });

  test('makes a checked copy first and says where it is (peer defect 15)', async () => {
    const path = await copies.fresh();
    const said = await migrate(path, ['--execute', '--tenant-id', 'acme']);
    expect(said.code).toBe(0);
    const copy = readdirSync(dirname(path)).find((name) => /^memory-.+\.db$/.test(name)) ?? '';
    expect(dumpOf(join(dirname(path), copy)).memory).toBe(dumpOf(copies.source).memory);
    const folder = join(dirname(path), 'elsewhere');
    const other = await copies.fresh();
    expect((await migrate(other, ['--execute', '--tenant-id', 'acme', '--backup-dir', folder])).code).toBe(0);
    expect(existsSync(folder)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('gives projects to the teams of a map, and refuses those it does not name', async () => {
    const path = await copies.fresh();
    const map = join(dirname(path), 'map');
    writeFileSync(map, 'github.com/acme/shop=shop\n');
    const unnamed = await migrate(path, [...execute, '--map', map]);
    expect(unnamed).toMatchObject({ code: 2, out: expect.stringContaining('github.com/acme/ops') });
    writeFileSync(map, 'github.com/acme/shop=shop\n*=rest\n');
    expect((await migrate(path, [...execute, '--map', map])).code).toBe(0);
    const teams = ask<readonly { readonly project: string | null; readonly team: string }[]>(
      path,
      "SELECT DISTINCT context_project_path AS project, context_team_id AS team FROM memory WHERE context_visibility = 'team' ORDER BY 1",
    );
    expect(teams).toEqual([
      { project: null, team: 'rest' },
      { project: 'github.com/acme/ops', team: 'rest' },
      { project: 'github.com/acme/shop', team: 'shop' },
    ]);
  });

  test('a second one for another tenant finds nothing, and says so (peer defect 8)', async () => {
    const path = await copies.fresh();
    expect((await migrate(path, execute)).code).toBe(0);
    const before = dumpOf(path);
    const second = await migrate(path, ['--execute', '--tenant-id', 'rival', '--no-backup']);
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') });
    expect(dumpOf(path)).toEqual(before);
  });

  test('queries afterwards use indexes that begin with the tenant (peer defect 12)', async () => {
    const path = await copies.fresh();
    expect((await migrate(path, execute)).code).toBe(0);
    await once(path, as('ann'), 'get_memory_statistics', {});
    const plan = ask<readonly { readonly detail: string }[]>(
      path,
      "EXPLAIN QUERY PLAN SELECT id FROM memory WHERE context_tenant_id = 'acme' AND context_visibility = 'team'",
    );
    expect(plan[0]?.detail).toMatch(/INDEX (idx_memory|memory_tenant)_/);
  });

  test('progress is lines of JSON where no terminal is, and --json is one object', async () => {
    const path = await copies.fresh();
    const said = await migrate(path, [...execute, '--json', '--max-rate', '200', '--batch-size', '50']);
    const outcome = JSON.parse(said.out) as Record<string, unknown>;
    expect(outcome).toMatchObject({ kind: 'migrated' });
    for (const line of said.err.split('\n').filter((each) => each !== ''))
      expect(JSON.parse(line)).toHaveProperty('phase');
  });
});
