import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../backends/sqlite/handles.ts';
import { maintenanceScope, singleTenantScope as scope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { batchOf, creates, makeMemory } from '../support/builders.ts';
import { makeFolder, makeStore, openStore, type Settings } from './place.ts';

const makePath = (): string => join(makeFolder(), 'memory.db');

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A closed store that holds memories, all of it in the one file. */
const makeFilled = async (path = makePath()): Promise<string> => {
  const store = await makeStore(path);
  await store.open();
  const memories = Array.from({ length: 40 }, (_, id) => makeMemory({ id, content: 'x'.repeat(1_000) }));
  await store.write(scope, batchOf(memories.map((memory) => creates(memory))));
  await store.close();
  return path;
};

const edit = (path: string, sql: string): void => {
  const db = openDatabase(Database, path);
  db.exec(sql);
  db.close();
};

/** How opening fails, as the caller of a guarded store would see it. */
const failure = async (path: string, settings: Settings = {}): Promise<AppError> => {
  const store = await makeStore(path, settings);
  const error = await store.open().then(
    () => new Error('it opened'),
    (thrown: unknown) => thrown,
  );
  await store.close();
  const translated = error instanceof AppError ? error : store.translate(error);
  if (translated === null) throw error;
  expect(translated.message, 'no path reaches a caller').not.toContain(path);
  return translated;
};

const expectRefusal = async (path: string, code: ErrorCode, names: string, settings?: Settings): Promise<void> => {
  const before = readFileSync(path);
  const error = await failure(path, settings);
  expect(error).toMatchObject({ code, message: expect.stringContaining(names) });
  expect(readFileSync(path).equals(before), 'the file is as it was').toBe(true);
};

/** Root may write anywhere, so the rights of somebody else are taken on for a while. */
const asNobody = async <T>(work: () => Promise<T>): Promise<T> => {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
};

describe('a new store', () => {
  test('is made for its owner alone, with its folders and side files', async () => {
    const path = join(makeFolder(), 'a', 'b', 'memory.db');
    const store = await openStore(path);
    await store.write(scope, batchOf([creates(makeMemory())]));
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
    expect([dirname(path), dirname(dirname(path))].map(modeOf)).toEqual(['700', '700']);
  });

  test('keeps to the settings that its promises rest on', async () => {
    const durability = async (settings: Settings): Promise<string> =>
      (await openStore(makePath(), settings)).capabilities.durability;
    expect(await durability({ synchronous: 'full' })).toBe('power_loss');
    expect(await durability({ synchronous: 'normal' })).toBe('process_kill');
    const full = await (await openStore(makePath(), { synchronous: 'full' })).inspect();
    const what = full.map((finding) => finding.what);
    expect(what).toContain('Journal mode wal');
    expect(what).toContain('Writes survive a power cut (synchronous full)');
  });

  test('takes a path that looks like a URI or like SQLite’s name for memory as a file', async () => {
    const folder = makeFolder();
    const before = process.cwd();
    process.chdir(folder);
    try {
      for (const name of [':memory:', 'file:x.db']) {
        await (await openStore(name)).write(scope, batchOf([creates(makeMemory())]));
        expect(statSync(join(folder, name)).size).toBeGreaterThan(0);
      }
    } finally {
      process.chdir(before);
    }
  });

  test('is not needed to read: without one, reading alone is refused and makes nothing', async () => {
    const path = makePath();
    expect(await failure(path, { readOnly: true })).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('MEMORY_READ_ONLY'),
    });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('what is opened', () => {
  test('is refused and left alone if another program made it', async () => {
    const path = makePath();
    edit(path, 'CREATE TABLE guestbook (name TEXT)');
    await expectRefusal(path, 'store_foreign', 'MEMORY_SQLITE_PATH');
    const marked = makePath();
    edit(marked, 'PRAGMA application_id = 12345');
    await expectRefusal(marked, 'store_foreign', 'MEMORY_SQLITE_PATH');
  });

  test('is refused if a newer version wrote it', async () => {
    const path = await makeFilled();
    edit(path, "INSERT INTO schema_migration (number, name, checksum) VALUES (2, 'later', 'x')");
    await expectRefusal(path, 'store_newer', 'Upgrade');
  });

  test('is refused if its schema was made from other text than ours', async () => {
    const path = await makeFilled();
    edit(path, "UPDATE schema_migration SET checksum = 'drifted'");
    await expectRefusal(path, 'store_foreign', 'schema');
  });

  test.each([
    ['half of a store', 0.5],
    ['a page and a bit of a store', 0.03],
    ['the first bytes of a store', 0.0005],
  ])('is refused if it is %s', async (_, share) => {
    const path = await makeFilled();
    truncateSync(path, Math.floor(statSync(path).size * share));
    await expectRefusal(path, 'store_corrupt', 'MEMORY_SQLITE_PATH');
  });

  test('is refused if it is no database', async () => {
    const path = makePath();
    writeFileSync(path, 'Dear diary, '.repeat(1_000));
    await expectRefusal(path, 'store_corrupt', 'MEMORY_SQLITE_PATH');
  });

  test('is refused if the file was emptied but its log was not, which SQLite would delete', async () => {
    const path = makePath();
    writeFileSync(path, '');
    writeFileSync(`${path}-wal`, 'what was written last');
    await expectRefusal(path, 'store_corrupt', 'write-ahead log');
    expect(readFileSync(`${path}-wal`, 'utf8')).toBe('what was written last');
  });

  test('is refused if it is a folder', async () => {
    const path = makePath();
    mkdirSync(path);
    expect(await failure(path)).toMatchObject({ code: 'store_unwritable' });
  });

  test('is refused in a folder that may not be written, as a file that may not be, and below a file', async () => {
    const folder = makeFolder();
    const path = join(folder, 'memory.db');
    await makeFilled(path);
    const names = { code: 'store_unwritable', message: expect.stringContaining('MEMORY_SQLITE_PATH') };
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    expect(await asNobody(() => failure(path))).toMatchObject(names);
    expect(await asNobody(() => failure(join(folder, 'new.db')))).toMatchObject(names);
    expect(await asNobody(() => failure(join(folder, 'deeper', 'new.db')))).toMatchObject(names);
    expect(await failure(join(path, 'below.db'))).toMatchObject(names);
    chmodSync(folder, 0o755);
  });

  test('may be read without the right to change it', async () => {
    const path = await makeFilled();
    const store = await openStore(path, { readOnly: true });
    expect(await store.countMemories(scope, {})).toBe(40);
    const refused = await store
      .write(scope, batchOf([creates(makeMemory({ id: 99 }))]))
      .catch((error: unknown) => error);
    expect(store.translate(refused)).toMatchObject({ code: 'store_unwritable' });
  });

  test('asks before it takes the shape of the other mode, and stays as it was if that is refused', async () => {
    const path = await makeFilled();
    const before = readFileSync(path);
    const store = await makeStore(path, { multiTenant: true });
    const told: unknown[] = [];
    const refusing = store.open((tenants) => {
      told.push(...tenants);
      throw new AppError('store_foreign', 'not like this');
    });
    await expect(refusing).rejects.toThrow('not like this');
    await store.close();
    expect(told).toEqual([{ tenant: null, memories: 40, creators: 0 }]);
    expect(readFileSync(path).equals(before)).toBe(true);
    const again = await makeStore(path, { multiTenant: true });
    onTestFinished(() => again.close());
    await again.open(() => undefined);
    expect(await again.countMemories(maintenanceScope('acme' as TenantId), {})).toBe(0);
  });

  test('keeps what was written when it is closed while another handle writes on', async () => {
    const path = makePath();
    const [first, second] = [await makeStore(path), await openStore(path)];
    await first.open();
    await first.write(scope, batchOf([creates(makeMemory({ id: 1 }))]));
    await first.close();
    await second.write(scope, batchOf([creates(makeMemory({ id: 2 }))]));
    expect(await second.countMemories(scope, {})).toBe(2);
    expect(await (await openStore(path)).countMemories(scope, {})).toBe(2);
  });
});
