import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from '../../backends/index.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { AppError } from '../../src/errors.ts';
import type { Backend } from '../../src/storage/store.ts';
import { ada, ownedBy, twin } from '../conformance/tenants/people.ts';
import { batchOf, creates, makeMemory, memoryId, replaces } from '../support/builders.ts';

/** One process of several on one file. A line is printed for each write that was acknowledged, never before. */
const [job = '', path = '', name = '0', count = '0'] = process.argv.slice(2);

const say = (line: number | string): void => {
  process.stdout.write(`${line}\n`);
};

/** So that all processes begin at the same moment. */
const signal = async (): Promise<void> => {
  say('ready');
  for await (const _ of createInterface({ input: process.stdin })) return;
};

const storeMany = async (store: Backend): Promise<void> => {
  for (let index = 0; index < Number(count); index += 1) {
    const id = Number(name) * 100_000 + index;
    await store.write(scope, batchOf([creates(makeMemory({ id, tags: ['many', `by-${name}`] }))]));
    say(id);
  }
};

/** Reads, then writes what it read with one more version; starts over when somebody was faster. */
const updateOnce = async (store: Backend): Promise<number> => {
  for (;;) {
    const [memory] = await store.memories(scope, [memoryId(1)], 'live');
    if (memory === undefined) throw new Error('the memory is gone');
    try {
      await store.write(scope, batchOf([replaces(memory, { updatedBy: name })]));
      return memory.version + 1;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'version_conflict')) throw error;
      await delay(Math.random() * 5);
    }
  }
};

/** For one of two tenants, by turns. */
const storeForTenant = async (store: Backend): Promise<void> => {
  const person = Number(name) % 2 === 0 ? ada : twin;
  for (let index = 0; index < Number(count); index += 1) {
    const id = Number(name) * 100_000 + index;
    await store.write(person, batchOf([creates(ownedBy(person, { id }))]));
    say(id);
  }
};

const jobs: Readonly<Record<string, (store: Backend) => Promise<void>>> = {
  store: storeMany,
  tenant: storeForTenant,
  update: async (store) => {
    for (let index = 0; index < Number(count); index += 1) say(await updateOnce(store));
  },
};

const multiTenant = job === 'tenant';
const store = await createBackend('sqlite', { path, synchronous: 'full', readOnly: false, multiTenant });
await signal();
await store.open();
await jobs[job]?.(store);
await store.close();
process.stdin.destroy();
