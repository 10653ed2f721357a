import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBackend } from '../../backends/index.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { type GuardedStore, guardStore } from '../../src/storage/guarded.ts';
import type { Place } from '../conformance/target.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { batchOf, creates, makeMemory, memoryId, replaces } from '../support/builders.ts';
import { leaseDatabase } from '../support/database-lease.ts';
import type { ServerAddress, ServerName } from '../support/servers.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const deadlineMs = 10_000;
/** What a call may take beyond its deadline on a machine that does other things too. */
const slackMs = 2_000;

const servers = (await reachableTargets()).filter(({ name }) => ['neo4j', 'memgraph', 'falkordb'].includes(name));

const kept = (store: GuardedStore, id: number): Promise<number> =>
  store.memories(scope, [memoryId(id)], 'any').then(({ length }) => length);

/** The error of a call, and that it came in time. */
const failure = async (call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> => {
  const begun = performance.now();
  const error = await call.then(
    () => expect.fail('it went through'),
    (reason: unknown) => reason as { code: string; message: string },
  );
  expect(performance.now() - begun).toBeLessThan(deadlineMs + slackMs);
  return error;
};

describe.each(servers.map((target) => [target.name, target] as const))('%s', (name, target) => {
  let place: Place;
  let address: ServerAddress;
  let proxy: TcpProxy;
  let stores: GuardedStore[];
  beforeEach(async () => {
    place = await target.place();
    const lease = await leaseDatabase(name as ServerName);
    lease.release();
    address = lease.address;
    proxy = await TcpProxy.to(address.uri);
    stores = [];
  });
  afterEach(async () => {
    proxy.stall(false);
    proxy.loseAnswers(false);
    await Promise.all(stores.map((store) => store.close().catch(() => undefined)));
    await proxy.down();
    await place.destroy();
  });

  const through = async (more: object = {}): Promise<GuardedStore> => {
    const uri = address.uri.replace(/:\d+$/, `:${proxy.port}`);
    const graph = name.startsWith('falkor') ? { graph: `faults-${randomUUID()}` } : {};
    const backend = await createBackend(name, { ...address, uri, ...graph, ...more });
    const store = guardStore(backend, { deadlineMs, readOnly: false });
    stores.push(store);
    return store;
  };

  const write = (store: GuardedStore, id: number): Promise<unknown> =>
    store.write(scope, batchOf([creates(makeMemory({ id }))]));

  test('a server that is down at the start is named in time, and used once it is there', {
    timeout: 30_000,
  }, async () => {
    await proxy.down();
    const store = await through();
    const error = await failure(kept(store, 1));
    expect(error.code).toMatch(/^(store_unavailable|deadline_exceeded)$/);
    expect(error.message).toMatch(/_URI|server/i);
    await proxy.up();
    await write(store, 9_001);
    expect(await kept(store, 9_001)).toBe(1);
  });

  test('a write during an outage fails, does not surface later, and the store comes back by itself', {
    timeout: 60_000,
  }, async () => {
    const store = await through();
    await write(store, 9_101);
    await proxy.down();
    await failure(write(store, 9_102));
    await proxy.up();
    await expect.poll(() => kept(store, 9_101).catch(() => 0), { timeout: 20_000 }).toBe(1);
    await delay(1_500);
    expect(await kept(store, 9_102)).toBe(0);
    await write(store, 9_103);
    expect(await kept(store, 9_103)).toBe(1);
  });

  test('a server that does not answer costs no more than the deadline', { timeout: 60_000 }, async () => {
    const store = await through();
    await write(store, 9_201);
    proxy.stall(true);
    const error = await failure(kept(store, 9_201));
    expect(error.code).toMatch(/^(deadline_exceeded|store_unavailable)$/);
    proxy.stall(false);
    proxy.reset();
    await expect.poll(() => kept(store, 9_201).catch(() => 0), { timeout: 20_000 }).toBe(1);
  });

  test('a write whose answer is lost is not made twice', { timeout: 60_000 }, async () => {
    const store = await through();
    const memory = makeMemory({ id: 9_301 });
    await store.write(scope, batchOf([creates(memory)]));
    const losing = setTimeout(() => proxy.loseAnswers(false), 400);
    proxy.loseAnswers(true);
    await store.write(scope, batchOf([replaces(memory, { title: 'once' })])).catch(() => undefined);
    clearTimeout(losing);
    proxy.loseAnswers(false);
    await expect.poll(() => kept(store, 9_301).catch(() => 0), { timeout: 20_000 }).toBe(1);
    const changes = await store.changes(scope, { order: 'oldest_first', limit: 1_000, ids: [memory.id] });
    const [now] = await store.memories(scope, [memory.id], 'any');
    expect(changes).toHaveLength(now?.version ?? 0);
    expect(now?.version).toBeLessThanOrEqual(2);
  });

  test('connections that break again and again leave none behind', { timeout: 120_000 }, async () => {
    const store = await through();
    await write(store, 9_401);
    let answered = 0;
    for (let round = 0; round < 500; round += 1) {
      const reading = kept(store, 9_401).catch(() => 0);
      if (round % 50 === 0) proxy.reset();
      answered += await reading;
      if (round % 50 === 0) await delay(5);
    }
    expect(answered).toBeGreaterThan(50);
    await expect.poll(() => kept(store, 9_401).catch(() => 0), { timeout: 20_000 }).toBe(1);
    expect(proxy.connections).toBeLessThanOrEqual(20);
    await store.close();
    await expect.poll(() => proxy.connections, { timeout: 5_000 }).toBe(0);
  });

  test('a wrong password says which settings to check', async () => {
    const error = await failure(kept(await through({ password: 'wrong' }), 1));
    expect(error.code).toBe('store_unavailable');
    expect(error.message).toMatch(/_PASSWORD/);
    expect(error.message).not.toContain('wrong');
  });

  test.runIf(name === 'neo4j')('a database that is not there is named by its setting', async () => {
    const error = await failure(kept(await through({ database: 'nowhere' }), 1));
    expect(error.message).toContain('MEMORY_NEO4J_DATABASE');
  });

  test('a store that only reads makes nothing', async () => {
    const store = await through({ readOnly: true });
    expect(await kept(store, 9_999)).toBe(0);
  });
});

test.skipIf(servers.length > 0)('no server is here to play with', () => {
  expect(servers).toEqual([]);
});
