import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type BuiltServer, buildServer } from './bundles.ts';
import { makeFolder } from './real-app.ts';
import { killChildren, type StdioChild, startStdio } from './stdio-child.ts';

let built: BuiltServer;
beforeAll(async () => {
  built = await buildServer();
}, 60_000);
afterAll(() => built.remove());
afterEach(killChildren);

const textOf = async (child: StdioChild, id: number, name: string, args: object): Promise<string> =>
  (await child.call(id, name, args)).result?.content?.[0]?.text ?? '';

test('the built server finds by meaning with an installed package, on the other side of a pipe', async () => {
  const folder = await makeFolder();
  const child = startStdio(built.program, {
    HOME: folder,
    MEMORY_SQLITE_PATH: `${folder}/memory.db`,
    MEMORY_EMBEDDINGS_PACKAGE: '@energetic-ai/embeddings',
  });
  await child.initialize();
  await textOf(child, 1, 'store_memory', {
    type: 'solution',
    title: 'Recover access when the passphrase is lost',
    content: 'Mail a link with which the user chooses a new one.',
  });
  let id = 1;
  await vi.waitFor(
    async () => {
      id += 1;
      const answer = await textOf(child, id, 'recall_memories', { query: 'How do I reset a forgotten password?' });
      expect(answer).toMatch(/Recover access[^[]*\[meaning\]/s);
    },
    { timeout: 30_000, interval: 500 },
  );
  child.endInput();
  expect(await child.exited).toBe(0);
  expect(child.stderr()).toBe('');
}, 60_000);

test('doctor waits for a server that is not there, names it, and does not show the key', async () => {
  const folder = await makeFolder();
  const { status, stdout, stderr } = spawnSync(process.execPath, [built.program, 'doctor'], {
    encoding: 'utf8',
    env: {
      HOME: folder,
      MEMORY_SQLITE_PATH: `${folder}/memory.db`,
      MEMORY_EMBEDDINGS_URL: 'http://127.0.0.1:9/v1',
      MEMORY_EMBEDDINGS_MODEL: 'small',
      MEMORY_EMBEDDINGS_KEY: 'sk-hidden',
    },
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/warning {2}The embedding model small does not answer → .*MEMORY_EMBEDDINGS_URL/);
  expect(stdout + stderr).not.toContain('hidden');
}, 30_000);
