import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltServer, buildServer, temporaryFolder } from '../mcp/bundles.ts';
import { Lots } from '../tenancy/drawn.ts';
import { type Child, dumpOf, fillStore, progressOf, soak, startMigration } from './stores.ts';

const memories = soak ? 15_000 : 3_000;
/** Memories, relationships and keys. */
const rows = soak ? 20_000 : 3_950;
const kills = soak ? 24 : 6;
const seed = Number(process.env.PROPERTY_SEED ?? 11);

let server: BuiltServer;
let folder: string;
let source: string;
beforeAll(async () => {
  server = await buildServer();
  folder = await temporaryFolder();
  source = join(folder, 'source.db');
  await fillStore(source, memories);
}, 180_000);
afterAll(() => server.remove());

const start = (path: string, args: readonly string[]): Child =>
  startMigration([process.execPath, server.program], path, [...args, '--no-backup']);

/** Ends the process, without a chance to say goodbye, once that many rows are done in that state. */
const killAt = async (child: Child, path: string, state: string, at: number): Promise<void> => {
  for (;;) {
    if (child.process.exitCode !== null) return;
    const progress = progressOf(path);
    if (progress?.state === state && progress.done >= at) break;
    await delay(2);
  }
  child.process.kill('SIGKILL');
  await child.ended;
};

const points = (lots: Lots): readonly number[] =>
  Array.from({ length: kills }, () => 1 + lots.below(rows - 100)).sort((a, b) => a - b);

/** From the first process to the last, all but which were killed. */
const runKilled = async (
  path: string,
  state: string,
  first: readonly string[],
  next: readonly string[],
  lots: Lots,
): Promise<void> => {
  let killed = 0;
  for (const [index, at] of points(lots).entries()) {
    const child = start(path, index === 0 ? first : next);
    await killAt(child, path, state, at);
    if ((await child.ended).code === 137) killed += 1;
  }
  expect(killed, `PROPERTY_SEED=${seed}`).toBeGreaterThan(kills / 2);
  const last = await start(path, next).ended;
  expect(last, `PROPERTY_SEED=${seed}`).toMatchObject({ code: 0 });
};

describe(`kill -9 at ${kills} points of a run of ${rows} rows`, () => {
  test('and of its rollback: resumed, it ends as an uninterrupted one', { timeout: 600_000 }, async () => {
    const lots = new Lots(seed);
    const before = dumpOf(source);
    const whole = join(folder, 'whole.db');
    copyFileSync(source, whole);
    expect((await start(whole, ['--execute', '--tenant-id', 'acme']).ended).code).toBe(0);
    const wanted = dumpOf(whole);
    expect(wanted.memory).not.toEqual(before.memory);

    const path = join(folder, 'killed.db');
    copyFileSync(source, path);
    const slow = ['--batch-size', '50'];
    await runKilled(path, 'backfilling', ['--execute', '--tenant-id', 'acme', ...slow], ['--resume', ...slow], lots);
    expect(dumpOf(path)).toEqual(wanted);
    expect((await start(path, ['--verify']).ended).code).toBe(0);

    await runKilled(path, 'rolling_back', ['--rollback', ...slow], ['--resume', ...slow], lots);
    expect(dumpOf(path)).toEqual(before);
  });
});
