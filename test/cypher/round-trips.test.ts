import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CypherStore } from '../../backends/cypher/store.ts';
import { falkorConnection } from '../../backends/falkordb/connection.ts';
import { falkordbDialect } from '../../backends/falkordb/dialect.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import { guardStore } from '../../src/storage/guarded.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { benchOn, type Workbench } from '../service/workbench.ts';
import { leaseDatabase } from '../support/database-lease.ts';
import { recording } from './recording.ts';

const isThere = (await reachableTargets()).some(({ name }) => name === 'falkordb');

/** What each call asks of the server at most, however many memories it finds; several of them are asked at the same time. */
const most = {
  recall_memories: 10,
  search_memories: 7,
  get_memory: 4,
  get_related_memories: 6,
  store_memory: 6,
  create_relationship: 9,
  update_memory: 9,
} as const;

describe.skipIf(!isThere)('calls of a server', () => {
  let bench: Workbench;
  let hub: MemoryId;
  let trips = 0;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const { address, release } = await leaseDatabase('falkordb');
    const { hostname: host, port } = new URL(address.uri);
    const { user, password } = address;
    const connection = falkorConnection(async () => ({
      socket: { host, port: Number(port), tls: false },
      user,
      password,
    }));
    const settings = { connection, multiTenant: false, readOnly: false, location: '', durability: 'none' } as const;
    const dialect = falkordbDialect({ ...settings, graph: `trips-${randomUUID()}` });
    const counted = recording(dialect, () => {
      trips += 1;
    });
    const store = guardStore(new CypherStore(counted, false), { deadlineMs: 20_000, readOnly: false });
    bench = benchOn(store);
    hub = await bench.store('Login loop', { type: 'problem' });
    close = async () => {
      await store.close();
      release();
    };
  }, 60_000);
  afterAll(() => close());

  const grow = async (count: number): Promise<void> => {
    for (let number = 0; number < count; number += 1) {
      const id = await bench.store(`Login loop, case ${number}`, { type: 'solution' });
      await bench.relate(id, 'SOLVES', hub);
    }
  };

  const tripsOf = async (tool: string, input: Record<string, unknown>): Promise<number> => {
    trips = 0;
    await bench.call(tool, input);
    return trips;
  };

  const all = async (): Promise<Record<keyof typeof most, number>> => {
    const one = await bench.store('Another note');
    return {
      recall_memories: await tripsOf('recall_memories', { query: 'login loop' }),
      search_memories: await tripsOf('search_memories', { query: 'login loop' }),
      get_memory: await tripsOf('get_memory', { memory_id: hub }),
      get_related_memories: await tripsOf('get_related_memories', { memory_id: hub, max_depth: 2 }),
      store_memory: await tripsOf('store_memory', {
        type: 'general',
        title: `New ${randomUUID()}`,
        content: `words ${randomUUID()}`,
      }),
      create_relationship: await tripsOf('create_relationship', {
        from_memory_id: one,
        to_memory_id: hub,
        relationship_type: 'RELATED_TO',
      }),
      update_memory: await tripsOf('update_memory', { memory_id: one, title: 'Other' }),
    };
  };

  test('ask it a few times, and no more often when there is more to find', { timeout: 60_000 }, async () => {
    await grow(3);
    const few = await all();
    for (const [tool, count] of Object.entries(few))
      expect(count, tool).toBeLessThanOrEqual(most[tool as keyof typeof most]);
    await grow(30);
    expect(await all()).toEqual(few);
  });
});
