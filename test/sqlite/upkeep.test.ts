import { chmodSync, existsSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../backends/sqlite/handles.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Backend, Finding } from '../../src/storage/store.ts';
import {
  batchOf,
  creates,
  makeDocument,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  wordsQuery,
} from '../support/builders.ts';
import { makeFolder, makeStore, openStore } from './place.ts';

const makePath = (): string => join(makeFolder(), 'memory.db');

const openFilled = async (path: string): Promise<Backend> => {
  const store = await openStore(path);
  const memories = [1, 2, 3].map((id) => makeMemory({ id, content: 'x'.repeat(5_000) }));
  await store.write(scope, batchOf([...memories.map((memory) => creates(memory)), relates(makeRelationship())]));
  return store;
};

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('faults of the driver', () => {
  test('get a code of ours and advice, and keep their cause', async () => {
    const path = makePath();
    const store = await openFilled(path);
    const [db, other] = [openDatabase(Database, path, { timeout: 0 }), openDatabase(Database, path, { timeout: 0 })];
    other.exec('BEGIN IMMEDIATE');
    const busy = thrownBy(() => db.exec('BEGIN IMMEDIATE'));
    expect(store.translate(busy)).toMatchObject({ code: 'store_busy', cause: busy });
    other.exec('ROLLBACK');
    db.pragma('max_page_count = 1');
    const full = thrownBy(() => db.exec('INSERT INTO guard (name, revision) VALUES (hex(zeroblob(100000)), 1)'));
    expect(store.translate(full)).toMatchObject({ code: 'store_unwritable', message: expect.stringContaining('full') });
    db.pragma('query_only = ON');
    const readOnly = thrownBy(() => db.exec("INSERT INTO guard (name, revision) VALUES ('a', 1)"));
    expect(store.translate(readOnly)).toMatchObject({ code: 'store_unwritable' });
    const nonsense = thrownBy(() => db.exec('SELECT nonsense'));
    expect(store.translate(nonsense)).toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('nonsense'),
    });
    expect(store.translate(new Error('not the driver'))).toBeNull();
    db.close();
    other.close();
  });

  test('a write waits for the lock without stopping the process for long', async () => {
    const path = makePath();
    const store = await openFilled(path);
    const other = openDatabase(Database, path);
    other.exec('BEGIN IMMEDIATE');
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const written = store.write(scope, batchOf([creates(makeMemory({ id: 9 }))]));
    await delay(1_200);
    other.exec('ROLLBACK');
    await written;
    clearInterval(beat);
    expect(longest).toBeLessThan(1_000);
    expect(await store.memories(scope, [memoryId(9)], 'live')).toHaveLength(1);
    other.close();
  });

  test('a scope of one tenant is refused, not answered with everything', async () => {
    const store = await openFilled(makePath());
    const foreign: TenantScope = JSON.parse('{"tenant":"acme"}');
    await expect(store.countMemories(foreign, {})).rejects.toMatchObject({ code: 'scope_required' });
    await expect(store.write(foreign, batchOf([]))).rejects.toMatchObject({ code: 'scope_required' });
  });
});

const worst = (findings: readonly Finding[]): string[] =>
  findings.filter(({ severity }) => severity !== 'ok').map(({ severity, what }) => `${severity}: ${what}`);

describe('inspect', () => {
  test('finds nothing wrong with a store in use', async () => {
    const store = await openFilled(makePath());
    expect(worst(await store.inspect())).toEqual([]);
  });

  test('finds loose ends, a text index that lags, and a file that others may read', async () => {
    const path = makePath();
    const store = await openFilled(path);
    const db = openDatabase(Database, path);
    db.pragma('foreign_keys = OFF');
    db.exec("DELETE FROM memory WHERE pk = 1; INSERT INTO memory_tag (tag, memory_pk) VALUES ('lost', 77)");
    db.exec('DELETE FROM memory_text WHERE rowid = 2');
    db.close();
    chmodSync(path, 0o644);
    expect(worst(await store.inspect())).toEqual([
      'error: Relationships without one of their memories: 1',
      'error: Tags without their memory: 1',
      'error: Memories that the text index misses or should not hold: 2',
      'error: Relationships that the text index misses or should not hold: 1',
      'warning: Other users may read the file',
    ]);
  });

  test('finds a damaged page', async () => {
    const path = makePath();
    await (await openFilled(path)).close();
    const page = 4_096;
    const db = openDatabase(Database, path);
    const root = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'memory_created'").pluck().get());
    db.close();
    writeSync(openSync(path, 'r+'), Buffer.alloc(200, 0xee), 0, 200, (root - 1) * page);
    const store = await makeStore(path);
    await store.open();
    expect(worst(await store.inspect())).toContain('error: The file is damaged (quick_check)');
    await store.close();
  });
});

describe('backup', () => {
  test('is a whole store of its own, for the owner alone', async () => {
    const [path, copy] = [makePath(), join(makeFolder(), 'copy.db')];
    const store = await openFilled(path);
    await store.backup?.(copy);
    await store.write(scope, batchOf([creates(makeMemory({ id: 4 }))]));
    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
    const second = await openStore(copy);
    expect(await second.countMemories(scope, {})).toBe(3);
    expect(await second.relationships(scope, { limit: 10 })).toHaveLength(1);
    expect(await second.search(scope, wordsQuery('memory'), {}, 10)).toHaveLength(3);
    expect(worst(await second.inspect())).toEqual([]);
  });

  test('never replaces a file, and leaves none behind when it fails', async () => {
    const folder = makeFolder();
    const store = await openFilled(makePath());
    const taken = join(folder, 'taken');
    writeFileSync(taken, 'mine');
    await expect(store.backup?.(taken)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(statSync(taken).size).toBe(4);
    await expect(store.backup?.(join(folder, 'no', 'where.db'))).rejects.toMatchObject({ code: 'store_unwritable' });
    await store.close();
    const late = join(folder, 'late.db');
    await expect(store.backup?.(late)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(existsSync(late)).toBe(false);
  });
});

describe('search', () => {
  test('lets the ids decide where many equal scores straddle the cut', async () => {
    const store = await openStore(makePath());
    const ids = Array.from({ length: 200 }, (_, index) => ((index * 83) % 200) + 1);
    const document = makeDocument({ content: 'word' });
    await store.write(scope, batchOf(ids.map((id) => creates(makeMemory({ id }), document))));
    await store.write(scope, batchOf([creates(makeMemory({ id: 999 }), makeDocument({ title: 'word' }))]));
    const hits = await store.search(scope, wordsQuery('word'), {}, 10);
    expect(hits.map(({ memory }) => memory.id)).toEqual([999, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(memoryId));
  });
});
