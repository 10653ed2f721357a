import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { ada, twin } from '../conformance/tenants/people.ts';
import { batchOf, creates, makeMemory, memoryId, wordsQuery } from '../support/builders.ts';
import { makeFolder, openStore } from './place.ts';

const script = fileURLToPath(new URL('writer.ts', import.meta.url));

interface Writer {
  readonly child: ChildProcessWithoutNullStreams;
  /** Whole lines printed so far, without the first, which says that it is ready. */
  readonly acknowledged: () => number[];
  readonly errors: () => string;
  /** Lets it begin. */
  readonly go: () => void;
  readonly ended: Promise<unknown>;
}

const startWriter = async (...words: readonly (string | number)[]): Promise<Writer> => {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...words.map(String)]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    child,
    acknowledged: () => output.split('\n').slice(1, -1).map(Number),
    errors: () => errors,
    go: () => child.stdin.write('go\n'),
    ended,
  };
};

const startAll = (count: number, job: string, path: string, each: number): Promise<Writer[]> =>
  Promise.all(Array.from({ length: count }, (_, name) => startWriter(job, path, name, each)));

const runAll = async (writers: readonly Writer[]): Promise<number[]> => {
  for (const writer of writers) writer.go();
  await Promise.all(writers.map(({ ended }) => ended));
  expect(writers.map(({ errors }) => errors()).join('')).toBe('');
  return writers.flatMap(({ acknowledged }) => acknowledged());
};

const isSound = async (path: string): Promise<void> => {
  const findings = await (await openStore(path)).inspect();
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
};

const ascending = (a: number, b: number): number => a - b;

describe('several processes on one file', () => {
  test('8 × 100 stores into a file that all of them open new at the same moment', { timeout: 120_000 }, async () => {
    const path = join(makeFolder(), 'deep', 'memory.db');
    const acknowledged = await runAll(await startAll(8, 'store', path, 100));
    expect(acknowledged).toHaveLength(800);
    const store = await openStore(path);
    const ids = acknowledged.map(memoryId);
    expect((await store.memories(scope, ids, 'live')).map(({ id }) => id)).toEqual(ids);
    expect(await store.countMemories(scope, {})).toBe(800);
    const changes = await store.changes(scope, { order: 'oldest_first', limit: 1_000 });
    expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 800 }, (_, index) => index + 1));
    await isSound(path);
  });

  test('6 processes that switch a store with data to many tenants together, and write for two', {
    timeout: 120_000,
  }, async () => {
    const path = join(makeFolder(), 'memory.db');
    const single = await openStore(path);
    const before = Array.from({ length: 200 }, (_, id) => creates(makeMemory({ id: 900_000 + id })));
    await single.write(scope, batchOf(before));
    await single.close();
    const acknowledged = await runAll(await startAll(6, 'tenant', path, 30));
    expect(acknowledged).toHaveLength(180);
    const store = await openStore(path, { multiTenant: true });
    for (const person of [ada, twin]) {
      expect(await store.countMemories(person, {})).toBe(90);
      const changes = await store.changes(person, { order: 'oldest_first', limit: 1_000 });
      expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
      expect(await store.search(person, wordsQuery('memory'), {}, 1_000)).toHaveLength(90);
    }
    const [unscoped] = await store.tenants();
    expect(unscoped).toEqual({ tenant: null, memories: 200, creators: 0 });
    expect((await store.inspect()).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('8 processes that update one memory make versions without a gap or a repeat', { timeout: 120_000 }, async () => {
    const path = join(makeFolder(), 'memory.db');
    const store = await openStore(path);
    await store.write(scope, batchOf([creates(makeMemory({ id: 1 }))]));
    const acknowledged = await runAll(await startAll(8, 'update', path, 15));
    expect(acknowledged.toSorted(ascending)).toEqual(Array.from({ length: 120 }, (_, index) => index + 2));
    const changes = await store.changes(scope, { ids: [memoryId(1)], order: 'oldest_first', limit: 1_000 });
    expect(changes.map(({ version }) => version)).toEqual(Array.from({ length: 121 }, (_, index) => index + 1));
  });

  test('50 writers killed at work lose nothing that they acknowledged', { timeout: 240_000 }, async () => {
    const path = join(makeFolder(), 'memory.db');
    const acknowledged: number[] = [];
    for (let trial = 0; trial < 50; trial += 2) {
      const pair = await Promise.all([
        startWriter('store', path, trial, 1e6),
        startWriter('store', path, trial + 1, 1e6),
      ]);
      for (const writer of pair) writer.go();
      // Enough for a few writes, and not the same each time.
      await Promise.all(pair.map((writer) => once(writer.child.stdout, 'data')));
      await new Promise((resolve) => setTimeout(resolve, (trial * 7) % 40));
      for (const { child } of pair) child.kill('SIGKILL');
      await Promise.all(pair.map(({ ended }) => ended));
      for (const writer of pair) {
        expect(writer.acknowledged().length, writer.errors()).toBeGreaterThan(0);
        acknowledged.push(...writer.acknowledged());
      }
    }
    const store = await openStore(path);
    const ids = acknowledged.map(memoryId);
    expect((await store.memories(scope, ids, 'live')).map(({ id }) => id)).toEqual(ids);
    // A write may have been kept whose answer was cut off, but never more than one for each writer.
    const kept = await store.countMemories(scope, {});
    expect(kept).toBeGreaterThanOrEqual(ids.length);
    expect(kept).toBeLessThanOrEqual(ids.length + 50);
    await isSound(path);
  });
});
