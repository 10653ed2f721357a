import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltServer, buildServer, temporaryFolder } from '../mcp/bundles.ts';
import { dumpOf, fillStore, type Said, startMigration } from './stores.ts';

/** Of the writes to the files of the store, each so many-th is the last. */
const every = 20;
const traced = ['-f', '-q', '-e', 'trace=pwrite64'];

const canTrace = spawnSync('strace', [...traced, '-o', '/dev/null', process.execPath, '-e', '0']).status === 0;
if (!canTrace) process.stderr.write('skipped: kills at single writes need strace (apt install strace)\n');

let server: BuiltServer;
let folder: string;
let source: string;
beforeAll(async () => {
  server = await buildServer();
  folder = await temporaryFolder();
  source = join(folder, 'source.db');
  await fillStore(source, 60);
}, 60_000);
afterAll(() => server.remove());

const copied = (name: string): string => {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'memory.db');
  copyFileSync(source, path);
  return path;
};

const run = (path: string, args: readonly string[], strace: readonly string[] = []): Promise<Said> => {
  const program = [process.execPath, server.program];
  const traces = strace.length === 0 ? program : ['strace', ...traced, ...strace, ...program];
  return startMigration(traces, path, [...args, '--no-backup', '--batch-size', '10']).ended;
};

/** How often it writes to the store when nothing stops it. */
const writesOf = async (path: string, args: readonly string[]): Promise<number> => {
  const log = join(folder, 'writes.log');
  expect(await run(path, args, ['-o', log])).toMatchObject({ code: 0 });
  return readFileSync(log, 'utf8').match(/pwrite64\(/g)?.length ?? 0;
};

const killedAt = (write: number): readonly string[] => [
  '-e',
  `inject=pwrite64:signal=SIGKILL:when=${write}`,
  '-o',
  '/dev/null',
];

test.skipIf(!canTrace)(
  `kill -9 at every ${every}th write to the files of a store: resumed, it ends as an uninterrupted run`,
  {
    timeout: 600_000,
  },
  async () => {
    const execute = ['--execute', '--tenant-id', 'acme'];
    const before = dumpOf(source);
    const whole = copied('whole');
    const writes = await writesOf(whole, execute);
    expect(writes).toBeGreaterThan(100);
    const wanted = dumpOf(whole);
    for (let write = 1; write <= writes; write += every) {
      const path = copied(`there-${write}`);
      expect((await run(path, execute, killedAt(write))).code, `write ${write}`).not.toBe(0);
      // Killed before it began there is nothing to go on with.
      const resumed = await run(path, ['--resume']);
      if (resumed.out.includes('nothing to do')) expect((await run(path, execute)).code).toBe(0);
      expect(dumpOf(path), `write ${write}`).toEqual(wanted);
    }
    const undone = copied('undone');
    copyFileSync(whole, undone);
    const writesBack = await writesOf(undone, ['--rollback']);
    for (let write = 1; write <= writesBack; write += every) {
      const path = copied(`back-${write}`);
      copyFileSync(whole, path);
      expect((await run(path, ['--rollback'], killedAt(write))).code, `write ${write} back`).not.toBe(0);
      expect((await run(path, ['--rollback'])).code, `write ${write} back`).toBe(0);
      expect(dumpOf(path), `write ${write} back`).toEqual(before);
    }
  },
);

test.skipIf(canTrace)('no kill at single writes here', () => {
  expect(canTrace).toBe(false);
});
