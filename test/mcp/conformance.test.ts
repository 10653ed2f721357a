import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Extend } from '../../src/mcp/server.ts';
import { type HttpServer, serveHttp } from '../../src/transport/http.ts';
import { programs, run, skipsTools } from '../tools/installed.ts';
import { addConformanceFixtures } from './fixtures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-memory-conformance-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const serve = (extend?: Extend): Promise<HttpServer> => {
  const config = loadConfig({ env: { HOME: folder, MEMORY_SQLITE_PATH: join(folder, 'memory.db') } });
  const app = createApp(config, { cwd: folder });
  return serveHttp({ host: '127.0.0.1', port: 0, app, ...(extend ? { extend } : {}) });
};

const suites = [
  {
    name: '0.1.13, active suite',
    command: [process.execPath, programs.conformanceStable],
    flags: ['--suite', 'active'],
    baseline: 'conformance-baseline-2025-11-25.yml',
  },
  {
    name: '0.2.0-alpha.12, what 2025-11-25 requires',
    command: [programs.node22, programs.conformanceNext],
    flags: ['--requirements', '2025-11-25'],
    baseline: 'conformance-baseline-2025-11-25.yml',
  },
  {
    name: '0.2.0-alpha.12, what 2026-07-28 requires',
    command: [programs.node22, programs.conformanceNext],
    flags: ['--requirements', '2026-07-28'],
    baseline: 'conformance-baseline-2026-07-28.yml',
  },
] as const;

describe.skipIf(skipsTools).each([
  // A scenario of the baseline that starts to pass fails the run, as does one outside it that fails.
  { subject: 'the server as it is', extend: undefined, gaps: true },
  { subject: 'the server with fixtures', extend: addConformanceFixtures, gaps: false },
])('official conformance suite on $subject', ({ extend, gaps }) => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await serve(extend);
  });
  afterAll(() => server.close());

  test.each(suites)('$name', { timeout: 150_000 }, async ({ command: [node, suite], flags, baseline }) => {
    const expected = gaps ? ['--expected-failures', resolve(import.meta.dirname, baseline)] : [];
    const args = [suite, 'server', '--url', server.url, ...flags, ...expected];
    const { exitCode, stdout, stderr } = await run(node, args, { cwd: folder, timeoutMs: 140_000 });
    expect(stdout).toContain('tools-list');
    expect(exitCode, `${stdout.slice(stdout.indexOf('=== SUMMARY ==='))}\n${stderr}`).toBe(0);
  });
});
