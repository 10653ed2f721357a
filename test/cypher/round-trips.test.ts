import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CypherStore } from '../../backends/cypher/store.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import { guardStore } from '../../src/storage/guarded.ts';
import { benchOn, type Workbench } from '../service/workbench.ts';
import { places, there } from './explained.ts';
import { waiting } from './waiting.ts';

/** How often each call waits for the server, however many memories it finds; what it asks meanwhile is asked at the same time. */
const waits = {
  recall_memories: 3,
  search_memories: 2,
  get_memory: 2,
  'get_related_memories, depth 1': 2,
  'get_related_memories, depth 3': 4,
  store_memory: 4,
  create_relationship: 7,
  update_memory: 7,
} as const;

describe.each(there)('calls of %s', (name) => {
  let bench: Workbench;
  let hub: MemoryId;
  let end: MemoryId;
  let trips = 0;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const place = await places[name](false);
    const counted = waiting(place.dialect, () => {
      trips += 1;
    });
    const store = guardStore(new CypherStore(counted, false), { deadlineMs: 20_000, readOnly: false });
    bench = benchOn(store);
    hub = await bench.store('Login loop', { type: 'problem' });
    const between = await bench.store('Cookie without a domain');
    end = await bench.store('Browser update');
    await bench.relate(end, 'CAUSES', between);
    await bench.relate(between, 'CAUSES', hub);
    close = place.close;
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

  const all = async (): Promise<Record<keyof typeof waits, number>> => {
    const one = await bench.store('Another note');
    return {
      recall_memories: await tripsOf('recall_memories', { query: 'login loop' }),
      search_memories: await tripsOf('search_memories', { query: 'login loop' }),
      get_memory: await tripsOf('get_memory', { memory_id: hub }),
      'get_related_memories, depth 1': await tripsOf('get_related_memories', { memory_id: hub }),
      'get_related_memories, depth 3': await tripsOf('get_related_memories', { memory_id: end, max_depth: 3 }),
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

  test('wait for it a few times, and no more often when there is more to find', { timeout: 60_000 }, async () => {
    await grow(3);
    const few = await all();
    expect(few).toEqual(waits);
    await grow(30);
    expect(await all()).toEqual(few);
  });
});

test.skipIf(there.length > 0)('no server is here to wait for', () => {
  expect(there).toEqual([]);
});
