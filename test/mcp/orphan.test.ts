import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltServer, buildServer, scriptedMain } from './bundles.ts';

let built: BuiltServer;
beforeAll(async () => {
  built = await buildServer(scriptedMain);
});
afterAll(() => built.remove());

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a server whose parent is killed ends, though its input stays open', async () => {
  const code = `const { spawn } = require('node:child_process');
    const server = spawn(process.execPath, [process.argv[1]], { stdio: [3, 'ignore', 'ignore'] });
    process.stdout.write(String(server.pid));
    setInterval(() => {}, 1000);`;
  // Not the parent's own stdin: Node closes that with the parent.
  const parent = spawn(process.execPath, ['-e', code, built.program], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  const [chunk] = (await once(parent.stdio[1] as Readable, 'data')) as [Buffer];
  const server = Number(chunk.toString());
  // Long enough for the server to have noted who its parent is.
  await sleep(1_000);
  expect(isRunning(server)).toBe(true);
  parent.kill('SIGKILL');
  const until = performance.now() + 8_000;
  while (isRunning(server) && performance.now() < until) await sleep(100);
  const survived = isRunning(server);
  if (survived) process.kill(server, 'SIGKILL');
  parent.stdio[3]?.destroy();
  expect(survived).toBe(false);
});
