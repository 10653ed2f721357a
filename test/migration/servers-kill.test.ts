import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBackend } from '../../backends/index.ts';
import { maintenanceScope, singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { Backend } from '../../src/storage/store.ts';
import { type BuiltServer, buildServer } from '../mcp/bundles.ts';
import { makeOwn, type OwnServer, ownServerNames } from '../support/own-server.ts';
import type { ChildServer } from '../support/servers/child-server.ts';
import { settingsFor } from '../support/servers.ts';
import { Lots } from '../tenancy/drawn.ts';
import { type Dump, dumpOf, statusOf } from './graphs.ts';
import { type Child, fill, soak, startMigration } from './stores.ts';

const memories = soak ? 15_000 : 240;
/** Memories and relationships. */
const rows = soak ? 20_000 : 320;
const kills = soak ? 24 : 3;
const seed = Number(process.env.PROPERTY_SEED ?? 17);
const acme = maintenanceScope('acme' as TenantId);
const names = await ownServerNames();

let program: BuiltServer;
beforeAll(async () => {
  program = await buildServer();
}, 60_000);
afterAll(() => program.remove());

describe.each(names)('%s', { timeout: soak ? 3_600_000 : 240_000 }, (name) => {
  let own: OwnServer;
  let server: ChildServer;
  let settings: Readonly<Record<string, string>>;
  let opened: Backend[] = [];
  beforeAll(async () => {
    own = await makeOwn[name]();
    server = await own.start();
    const { graph } = own.more;
    settings = {
      ...settingsFor(name, own.address),
      ...(graph === undefined ? {} : { MEMORY_FALKORDB_GRAPH: graph }),
    };
    await fill(await open(), memories);
  }, 1_200_000);
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close().catch(() => undefined)));
    opened = [];
  });
  afterAll(() => server.stop());

  const closed = (multiTenant = false): Promise<Backend> =>
    createBackend(name, { ...own.address, ...own.more, multiTenant });
  const open = async (multiTenant = false): Promise<Backend> => {
    const store = await closed(multiTenant);
    opened.push(store);
    await store.open();
    return store;
  };
  const ofNobody = async (): Promise<Dump> => dumpOf(await open(), singleTenantScope);
  const ofAcme = async (): Promise<Dump> => dumpOf(await open(true), acme);
  const start = (...args: readonly string[]): Child =>
    startMigration([process.execPath, program.program], settings, args);
  const execute = ['--execute', '--tenant-id', 'acme'];

  /** Waits until so many rows are done in that state, or the process has ended. */
  const untilDone = async (child: Child, state: string, rowsDone: number): Promise<void> => {
    const store = await closed();
    for (;;) {
      const run = (await statusOf(store)).runs.at(-1);
      if ((run?.state === state && run.done >= rowsDone) || child.process.exitCode !== null) return;
      await delay(5);
    }
  };

  const runKilled = async (state: string, first: readonly string[], next: readonly string[]): Promise<void> => {
    const lots = new Lots(seed);
    const points = Array.from({ length: kills }, () => 1 + lots.below(rows - 40)).sort((a, b) => a - b);
    let killed = 0;
    for (const [index, point] of points.entries()) {
      const child = start(...(index === 0 ? first : next));
      await untilDone(child, state, point);
      child.process.kill('SIGKILL');
      if ((await child.ended).code === 137) killed += 1;
    }
    expect(killed, `PROPERTY_SEED=${seed}`).toBeGreaterThan(kills / 2);
    expect(await start(...next).ended, `PROPERTY_SEED=${seed}`).toMatchObject({ code: 0 });
  };

  test(`kill -9 at ${kills} points of a run of ${rows} rows, and of its rollback: resumed, it ends as an uninterrupted one`, async () => {
    const was = await ofNobody();
    expect(await start(...execute).ended).toMatchObject({ code: 0 });
    const wanted = await ofAcme();
    expect(wanted.memories).toHaveLength(memories);
    expect(await start('--rollback').ended).toMatchObject({ code: 0 });
    const slow = ['--batch-size', '10'];
    await runKilled('backfilling', [...execute, ...slow], ['--resume', ...slow]);
    expect(await ofAcme()).toEqual(wanted);
    expect(await start('--verify').ended).toMatchObject({ code: 0 });
    await runKilled('rolling_back', ['--rollback', ...slow], ['--resume', ...slow]);
    expect(await ofNobody()).toEqual(was);
    expect((await ofAcme()).memories).toEqual([]);
  });

  test('kill -9 of the server in the middle: the run stops and says how it goes on, and goes on when the server is back', async () => {
    const was = await ofNobody();
    for (const [state, args] of [
      ['backfilling', execute],
      ['rolling_back', ['--rollback']],
    ] as const) {
      const child = start(...args, '--batch-size', '10', '--max-rate', '80');
      await untilDone(child, state, 40);
      await Promise.all(opened.splice(0).map((store) => store.close()));
      await server.stop();
      expect(await child.ended, state).toMatchObject({ code: 3, out: expect.stringContaining('--resume') });
      server = await own.start();
      expect(await start('--resume').ended, state).toMatchObject({ code: 0 });
      if (state === 'backfilling') expect(await start('--verify').ended).toMatchObject({ code: 0 });
    }
    expect(await ofNobody()).toEqual(was);
  });
});

test.skipIf(names.length > 0)('no server can be killed here', () => {
  expect(names).toEqual([]);
});
