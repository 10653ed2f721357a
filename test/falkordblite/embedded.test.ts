import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Holder } from '../../backends/falkordblite/folder-lock.ts';
import { isRunning, nameOf } from '../../backends/falkordblite/processes.ts';
import { createBackend } from '../../backends/index.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import { type GuardedStore, guardStore } from '../../src/storage/guarded.ts';
import { buildServer } from '../mcp/bundles.ts';
import { batchOf, creates, makeMemory, memoryId, wordsQuery } from '../support/builders.ts';
import { howToGet } from '../support/servers/downloads.ts';
import { falkordbBinaries } from '../support/servers.ts';

const script = fileURLToPath(new URL('embedded-owner.ts', import.meta.url));
const bin = (await falkordbBinaries()) ?? '';
const isThere = bin !== '';
if (!isThere) process.stderr.write(`skipped the embedded FalkorDB: ${howToGet('falkordb')}\n`);

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'graph-memory-embedded-'));
});
afterEach(({ task }) => {
  const log = join(path, 'server.log');
  if (task.result?.state === 'fail' && existsSync(log)) {
    process.stderr.write(`server.log of '${task.name}' ends:\n${readFileSync(log, 'utf8').slice(-3_000)}\n`);
  }
  rmSync(path, { recursive: true, force: true });
});

/** Calls have a deadline, so that a server that keeps silent fails the line that waits for it. */
const open = async (): Promise<GuardedStore> => {
  const backend = await createBackend('falkordblite', { path, bin, graph: 'g' });
  const store = guardStore(backend, { deadlineMs: 20_000, readOnly: false });
  onTestFinished(() => store.close());
  await store.open();
  return store;
};

const holder = (): Holder => JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8')) as Holder;

const untilEnded = async (server: Holder['server']): Promise<void> => {
  for (const deadline = performance.now() + 10_000; server !== null && isRunning(server); await delay(20)) {
    expect(performance.now()).toBeLessThan(deadline);
  }
};

/** A process that owns the store and writes; `answered` are the memories that it was told are kept. */
const startOwner = async (): Promise<{ child: ChildProcessWithoutNullStreams; answered: number[] }> => {
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, bin]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const answered: number[] = [];
  child.stdout.on('data', (data) => {
    answered.push(
      ...String(data)
        .split('\n')
        .filter((line) => line !== '')
        .map(Number),
    );
  });
  while (answered.length < 20) {
    expect(child.exitCode).toBeNull();
    await delay(20);
  }
  return { child, answered };
};

describe.skipIf(!isThere)('an embedded FalkorDB', { timeout: 60_000 }, () => {
  test('keeps what was answered when its process is killed, and ends with it', async () => {
    const { child, answered } = await startOwner();
    const { server } = holder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await open();
    const kept = await store.memories(scope, answered.map(memoryId), 'any');
    expect(kept).toHaveLength(answered.length);
    expect(await store.search(scope, wordsQuery('memory'), {}, 5)).toHaveLength(5);
    await untilEnded(server);
    expect(holder().owner.pid).toBe(process.pid);
  });

  test('has one owner: another process is told which, and takes nothing from it', async () => {
    const { child, answered } = await startOwner();
    await expect(open()).rejects.toMatchObject({
      code: 'store_busy',
      message: expect.stringContaining(`Process ${child.pid} `),
    });
    const before = answered.length;
    while (answered.length < before + 20) await delay(20);
    expect(child.exitCode).toBeNull();
  });

  test('is shared by the handles of one process, and ends with the last of them', async () => {
    const [one, two] = [await open(), await open()];
    await one.write(scope, batchOf([creates(makeMemory({ id: 1 }))]));
    const { server } = holder();
    await one.close();
    expect(await two.memories(scope, [memoryId(1)], 'any')).toHaveLength(1);
    await two.close();
    await untilEnded(server);
    expect(existsSync(join(path, 'owner.json'))).toBe(false);
    expect(await (await open()).memories(scope, [memoryId(1)], 'any')).toHaveLength(1);
  });

  test('is taken over from a process whose number another one has by now', async () => {
    const own = nameOf(process.pid);
    writeFileSync(
      join(path, 'owner.json'),
      JSON.stringify({ owner: { pid: own?.pid, started: 'long ago' }, server: null, socketFolder: null }),
    );
    await open();
    expect(holder().owner).toEqual(own);
  });

  test('is started from the npm package for this system, by the program that is published', async () => {
    const built = await buildServer();
    onTestFinished(() => built.remove());
    const place = join(path, 'node_modules', '@falkordblite', `${process.platform}-${process.arch}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"name":"@falkordblite/any","version":"1.0.0"}');
    symlinkSync(bin, join(place, 'bin'));
    const env = {
      PATH: process.env.PATH,
      HOME: path,
      MEMORY_BACKEND: 'falkordblite',
      MEMORY_FALKORDBLITE_PATH: join(path, 'data'),
    };
    const { stdout } = await promisify(execFile)(process.execPath, [built.program, 'stats'], { cwd: path, env });
    expect(stdout).toMatch(/Memories +0,/);
    expect(existsSync(join(path, 'data', 'owner.json'))).toBe(false);
  });

  test('is not open to others of the machine', async () => {
    await open();
    const words = readFileSync(`/proc/${holder().server?.pid}/cmdline`, 'utf8').split('\0');
    expect(words.slice(0, 20).join(' ')).toContain('unixsocket:');
    expect(words.join(' ')).not.toMatch(/:\d{4,5}\b/);
  });
});

test.each([
  ['a folder without them', { bin: '/' }, 'config_invalid', /MEMORY_FALKORDBLITE_BIN/],
  ['no package either', { bin: '' }, 'store_unavailable', /npm install @falkordblite\//],
])('%s is told in one line', async (_, given, code, message) => {
  const store = await createBackend('falkordblite', { path, graph: 'g', ...given });
  await expect(store.open()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  await store.close();
});
