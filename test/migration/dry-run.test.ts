import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Copies, makeCopies } from './scenes.ts';
import { ask, dumpOf, edit, migrate } from './stores.ts';

const rows = 240;
let copies: Copies;
beforeAll(async () => {
  copies = await makeCopies(rows);
});

const filesBeside = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(dirname(path)).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dirname(path), name)))
        .digest('hex'),
    ]),
  );

interface DryRun {
  readonly plan: {
    readonly hash: string;
    readonly changes: Readonly<Record<string, number>>;
    readonly samples: readonly { readonly id: string; readonly before: unknown; readonly after: unknown }[];
  };
  readonly problems: readonly string[];
}

describe('a dry run', () => {
  test('tells what will be, to the row, and leaves every file as it was', async () => {
    const path = await copies.fresh();
    const before = filesBeside(path);
    const said = await migrate(path, ['--dry-run', '--tenant-id', 'acme']);
    expect(said).toMatchObject({ code: 0, err: '' });
    for (const part of ['plan ', 'to tenant acme', 'will change: 240 memories', 'visibility widened: 0', 'disk: ']) {
      expect(said.out).toContain(part);
    }
    expect(said.out.match(/^ {4}before {2}tenant -, visibility /gm)).toHaveLength(10);
    expect(filesBeside(path)).toEqual(before);
  });

  test('plans what the run then does', async () => {
    const path = await copies.fresh();
    const dry = JSON.parse((await migrate(path, ['--dry-run', '--tenant-id', 'acme', '--json'])).out) as DryRun;
    expect(dry.problems).toEqual([]);
    expect((await migrate(path, ['--execute', '--tenant-id', 'acme', '--no-backup'])).code).toBe(0);
    const [[memories], [relationships], [keys]] = ['memory', 'relationship', 'idempotency_key'].map((table) =>
      ask<readonly { readonly n: number }[]>(
        path,
        `SELECT count(*) AS n FROM ${table} WHERE ${table === 'memory' ? 'context_tenant_id' : 'tenant_id'} = 'acme'`,
      ),
    ) as unknown as [[{ n: number }], [{ n: number }], [{ n: number }]];
    expect(dry.plan.changes).toMatchObject({ memory: memories.n, relationship: relationships.n, key: keys.n });
    for (const { id, after } of dry.plan.samples) {
      const [row] = ask<readonly unknown[]>(
        path,
        `SELECT context_tenant_id AS tenant_id, context_team_id AS team_id, context_visibility AS visibility FROM memory WHERE id = '${id}'`,
      );
      expect(row).toEqual({ team_id: null, ...(after as object) });
    }
  });

  test('counts each visibility that is widened by force, and none otherwise', async () => {
    const path = await copies.fresh();
    const forced = await migrate(path, [
      '--dry-run',
      '--tenant-id',
      'acme',
      '--force-visibility',
      '--visibility',
      'public',
    ]);
    expect(forced.out).toMatch(/visibility widened: 5\b/);
    expect((await migrate(path, ['--dry-run', '--tenant-id', 'acme'])).out).toContain('visibility widened: 0');
  });

  test('fails where the run would: a row that cannot be read is named, and so by the run, which writes nothing (peer defects 6 and 11)', async () => {
    const path = await copies.fresh();
    edit(path, "UPDATE memory SET extra = '{broken' WHERE pk = 7");
    const before = dumpOf(path);
    for (const action of ['--dry-run', '--execute']) {
      const said = await migrate(path, [action, '--tenant-id', 'acme', '--no-backup']);
      expect(said.code, action).toBe(2);
      expect(said.out, action).toContain('00000007-0000-4000-8000-000000000000');
    }
    expect(dumpOf(path)).toEqual(before);
  });

  test.each([
    ['a name with a line feed at its end (peer defect 14)', ['--tenant-id', 'acme\n']],
    ['a name of ours', ['--tenant-id', '_probe']],
    ['no name', ['--tenant-id', '']],
    ['two teams', ['--team-id', 'a,b']],
    ['a visibility that is none', ['--visibility', 'everyone']],
    ['two actions', ['--execute']],
  ])('%s is refused before anything is looked at', async (_, args) => {
    const said = await migrate(copies.source, ['--dry-run', ...args]);
    expect(said.code).toBe(2);
    expect(said.err).not.toBe('');
  });

  test('with neither --dry-run nor --execute a person is asked, and nobody else', async () => {
    const path = await copies.fresh();
    expect(await migrate(path, ['--tenant-id', 'acme'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--dry-run or --execute'),
    });
    const before = dumpOf(path);
    expect((await migrate(path, ['--tenant-id', 'acme', '--no-backup'], { types: 'no\n' })).code).toBe(2);
    expect(dumpOf(path)).toEqual(before);
    expect((await migrate(path, ['--tenant-id', 'acme', '--no-backup'], { types: 'yes\n' })).code).toBe(0);
    expect(dumpOf(path).memory).not.toBe(before.memory);
  });
});
