import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './bundles.ts';

test('what npm start runs builds if it must, serves, and ends on a signal', { timeout: 60_000 }, async () => {
  const home = await temporaryFolder();
  const script = resolve(import.meta.dirname, '../../scripts/start.mjs');
  const server = spawn(process.execPath, [script, '--port', '0'], {
    env: { ...process.env, HOME: home, MEMORY_SQLITE_PATH: join(home, 'memory.db') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    for await (const chunk of server.stdout) {
      printed += String(chunk);
      if (/http:\/\/127\.0\.0\.1:\d+\/mcp/.test(printed)) break;
    }
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(printed) ?? [];
    expect((await fetch(new URL('/health', url))).status).toBe(200);
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];
    expect(code).toBe(0);
  } finally {
    server.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
});
