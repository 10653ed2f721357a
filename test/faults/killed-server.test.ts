import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBackend } from '../../backends/index.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { type GuardedStore, guardStore } from '../../src/storage/guarded.ts';
import { batchOf, creates, makeMemory, memoryId } from '../support/builders.ts';
import { makeOwn, type OwnServer, ownServerNames } from '../support/own-server.ts';
import type { ChildServer } from '../support/servers/child-server.ts';

const names = await ownServerNames();

describe.each(names)('%s that is killed', { timeout: 180_000 }, (name) => {
  let own: OwnServer;
  let server: ChildServer;
  let store: GuardedStore;
  beforeAll(async () => {
    own = await makeOwn[name]();
  });
  afterEach(async () => {
    await store.close().catch(() => undefined);
    await server.stop();
  });
  afterAll(() => server?.stop());

  const openStore = async (): Promise<void> => {
    server = await own.start();
    store = guardStore(await createBackend(name, { ...own.address, ...own.more }), {
      deadlineMs: 10_000,
      readOnly: false,
    });
  };

  /** Writes memories one after the other until it is told to stop, noting which were acknowledged and which were not. */
  const writeUntil = async (
    isOver: () => boolean,
    first: number,
    [acknowledged, unsure]: readonly [number[], number[]],
  ): Promise<void> => {
    for (let id = first; !isOver(); id += 1) {
      const written = await store.write(scope, batchOf([creates(makeMemory({ id }))])).then(
        () => true,
        () => false,
      );
      (written ? acknowledged : unsure).push(id);
      if (!written) await delay(20);
    }
  };

  test('has after its restart every write that it acknowledged, once, and is used again as if nothing was', async () => {
    await openStore();
    await store.write(scope, batchOf([creates(makeMemory({ id: 1 }))]));
    let over = false;
    const [acknowledged, unsure]: [number[], number[]] = [[], []];
    const acknowledges = (more: number): Promise<void> => {
      const enough = acknowledged.length + more;
      return expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(enough);
    };
    const writers = [10_000, 20_000, 30_000, 40_000].map((first) =>
      writeUntil(() => over, first, [acknowledged, unsure]),
    );
    await acknowledges(20);
    await server.stop();
    await expect.poll(() => unsure.length, { timeout: 60_000 }).toBeGreaterThan(0);
    server = await own.start();
    await acknowledges(20);
    over = true;
    await Promise.all(writers);
    const kept = await store.memories(scope, acknowledged.map(memoryId), 'live');
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(acknowledged.map(memoryId)));
    const log = await store.changes(scope, { order: 'oldest_first', limit: 100_000 });
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    expect(await store.countMemories(scope, {})).toBe(log.length);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  });

  test('and takes no writes when it is back says so, and is still read', async () => {
    await openStore();
    await store.write(scope, batchOf([creates(makeMemory({ id: 9 }))]));
    await server.stop();
    server = await own.start(false);
    await expect
      .poll(() => store.memories(scope, [memoryId(9)], 'live').catch(() => []), { timeout: 30_000 })
      .toHaveLength(1);
    const refused = store.write(scope, batchOf([creates(makeMemory({ id: 10 }))]));
    await expect(refused).rejects.toMatchObject({ code: 'store_unwritable', message: expect.stringMatching(/Check/) });
  });
});

test.skipIf(names.length > 0)('no server can be killed here', () => {
  expect(names).toEqual([]);
});
