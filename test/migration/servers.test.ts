import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { maintenanceScope, singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { Backend } from '../../src/storage/store.ts';
import type { Mode, Place } from '../conformance/target.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { type BuiltServer, buildServer, temporaryFolder } from '../mcp/bundles.ts';
import { cypher, type Dump, dumpOf, statusOf, withoutOwner } from './graphs.ts';
import { as, note, once, open as openServer } from './scenes.ts';
import { type Child, fill, migrate, startMigration } from './stores.ts';

const targets = (await reachableTargets('multi')).filter(({ name }) => !['reference', 'sqlite'].includes(name));
const memories = 120;

const acme = maintenanceScope('acme' as TenantId);
const execute = ['--execute', '--tenant-id', 'acme'];
const idOf = (place: number): string => `${place.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

let server: BuiltServer;
beforeAll(async () => {
  server = await buildServer();
}, 60_000);
afterAll(() => server.remove());

describe.each(targets.map((target) => [target.name, target] as const))('%s', { timeout: 120_000 }, (name, target) => {
  // Its folder has one owner at a time, this process.
  const embedded = name === 'falkordblite';
  let place: Place;
  let opened: Backend[];
  let settings: Readonly<Record<string, string>>;
  const open = async (mode: Mode = 'single'): Promise<Backend> => {
    const store = await place.handle(mode);
    opened.push(store);
    await store.open();
    return store;
  };
  const ofNobody = async (): Promise<Dump> => dumpOf(await open(), singleTenantScope);
  const ofAcme = async (): Promise<Dump> => dumpOf(await open('multi'), acme);
  const cli = (...args: readonly string[]): ReturnType<typeof migrate> => migrate(settings, args);
  /** A process of its own that takes a few seconds for this, holds the migration and has done some of it. */
  const slowly = async (...args: readonly string[]): Promise<Child> => {
    const store = await place.handle();
    const doneBefore = (await statusOf(store)).runs.at(-1)?.done ?? 0;
    const pace = ['--batch-size', '10', '--max-rate', '60'];
    const child = startMigration([process.execPath, server.program], settings, [...args, ...pace]);
    onTestFinished(() => void child.process.kill('SIGKILL'));
    while (((await statusOf(store)).runs.at(-1)?.done ?? 0) < doneBefore + 20) {
      expect(child.process.exitCode).toBeNull();
      await delay(20);
    }
    return child;
  };
  beforeEach(async () => {
    place = await target.place();
    settings = place.settings ?? {};
    opened = [];
    await fill(await open(), memories);
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await place.destroy();
  });

  test('there and back: every record is the tenant’s, and afterwards what it was', async () => {
    const was = await ofNobody();
    const dry = await cli('--dry-run', '--tenant-id', 'acme');
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining(`will change: ${memories} memories`) });
    expect(await ofNobody()).toEqual(was);
    expect((await cli(...execute)).code).toBe(0);
    const moved = await ofAcme();
    const { found: foundBefore, ...kept } = withoutOwner(was);
    const { found, ...copied } = withoutOwner(moved);
    expect(copied).toEqual(kept);
    expect(found.map(([id]) => id)).toEqual(foundBefore.map(([id]) => id));
    expect((await cli('--verify')).code).toBe(0);
    expect(String((await once(settings, as('ann'), 'get_memory_statistics', {})).text)).not.toContain('memories: 0');
    const back = await cli('--rollback');
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining('every row is what it was') });
    expect(await ofNobody()).toEqual(was);
    expect(await ofAcme()).toEqual({ memories: [], relationships: [], log: [], found: [] });
    await once(settings, {}, 'store_memory', note('Written after it'));
    expect((await cli(...execute)).code).toBe(0);
    expect((await ofAcme()).memories).toHaveLength(memories + 1);
  });

  test.skipIf(embedded)(
    'what is written meanwhile is the tenant’s too, until nothing can be written without one',
    async () => {
      const client = openServer(settings);
      const acknowledged: string[] = [];
      const child = await slowly(...execute);
      const refused: unknown[] = [];
      let resumed: ReturnType<typeof cli> | undefined;
      for (let round = 1; refused.length === 0; round += 1) {
        const changed = idOf(1 + (round % 7));
        // The rest of it at full speed.
        if (round === 12) child.process.kill('SIGINT');
        if (child.process.exitCode !== null) {
          resumed ??= cli('--resume');
          await delay(20);
        }
        await client
          .call('store_memory', note(`Written meanwhile ${round}`))
          .then(async ({ id }) => {
            acknowledged.push(String(id));
            await client.call('create_relationship', {
              from_memory_id: String(id),
              to_memory_id: idOf(1 + (round % 5)),
              relationship_type: 'RELATED_TO',
            });
            await client.call('update_memory', { memory_id: changed, content: `changed meanwhile ${round}` });
          })
          .catch((error: unknown) => refused.push(error));
      }
      expect(refused[0]).toMatchObject({ code: 'store_foreign', message: expect.stringContaining('acme') });
      expect(await resumed).toMatchObject({ code: 0 });
      await client.close();
      expect(acknowledged.length).toBeGreaterThan(10);
      // Who has the store open still reads what stands there; whoever opens it now is told.
      const original = withoutOwner(await dumpOf(opened[0] as Backend, singleTenantScope));
      await expect(open()).rejects.toMatchObject({ code: 'store_foreign' });
      const { memories: all, relationships, log } = withoutOwner(await ofAcme());
      expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
      expect({ all, relationships, log }).toEqual({
        all: original.memories,
        relationships: original.relationships,
        log: original.log,
      });
      expect((await cli('--verify')).code).toBe(0);
    },
  );

  test.skipIf(embedded)(
    'a run is one at a time, stops when it is told to, and whoever was taken over writes no more',
    async () => {
      const child = await slowly(...execute);
      expect(await cli(...execute)).toMatchObject({ code: 5, out: expect.stringContaining(`${child.process.pid}`) });
      child.process.kill('SIGINT');
      expect(await child.ended).toMatchObject({ code: 3, out: expect.stringContaining('--resume') });
      expect(await cli(...execute)).toMatchObject({ code: 2, out: expect.stringContaining('--resume') });
      expect(await cli('--resume', '--tenant-id', 'rival')).toMatchObject({ code: 2 });
      const again = await slowly('--resume');
      expect((await cli('--pause')).code).toBe(0);
      expect((await again.ended).code).toBe(3);
      const sleeper = await slowly('--resume');
      sleeper.process.kill('SIGSTOP');
      expect((await cli('--unlock')).out).toContain('took the lock from');
      expect((await cli('--rollback')).code).toBe(0);
      sleeper.process.kill('SIGCONT');
      expect((await sleeper.ended).code).toBe(3);
      expect((await ofAcme()).memories).toEqual([]);
      expect((await ofNobody()).memories).toHaveLength(memories);
      await once(settings, {}, 'store_memory', note('Written after it'));
    },
  );

  test('a rollback keeps edits made since, and refuses while there is what came in since', async () => {
    const was = await ofNobody();
    expect((await cli(...execute)).code).toBe(0);
    const alice = openServer(settings, as('alice'));
    const version = (await ofAcme()).memories.find((memory) => memory.id === idOf(1))?.version;
    await alice.call('update_memory', { memory_id: idOf(1), title: 'Edited since', expected_version: version });
    const { id } = await alice.call('store_memory', note('New of Alice'));
    await alice.close();
    const refused = await cli('--rollback');
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('1 memories and 0 relationships came in') });
    const back = await cli('--rollback', '--keep-new');
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining('what was edited stays edited') });
    const is = await ofNobody();
    const [edited, ...others] = [...is.memories].sort((a, b) => Number(b.id === idOf(1)) - Number(a.id === idOf(1)));
    expect(edited).toMatchObject({ title: 'Edited since', version: Number(version) + 1, context: { tenantId: null } });
    expect(others).toEqual(was.memories.filter((memory) => memory.id !== idOf(1)));
    expect(is.log.slice(0, was.log.length)).toEqual(was.log);
    expect(is.log.slice(was.log.length)).toMatchObject([
      { id: idOf(1), kind: 'updated', by: 'alice', before: { context: { tenantId: null } } },
    ]);
    expect(is.memories.map((memory) => memory.id)).not.toContain(id);
    expect((await ofAcme()).memories.map((memory) => memory.id)).toEqual([id]);
  });

  test('--export-new writes what came in to a file before it takes it out', async () => {
    const was = await ofNobody();
    expect((await cli(...execute)).code).toBe(0);
    const ann = openServer(settings, as('alice'));
    const { id } = await ann.call('store_memory', note('New of Ann'));
    await ann.call('create_relationship', {
      ...{ from_memory_id: String(id), to_memory_id: idOf(4), relationship_type: 'RELATED_TO' },
    });
    await ann.close();
    const file = join(await temporaryFolder(), 'new.jsonl');
    expect((await cli('--rollback', '--export-new', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain(String(id));
    expect(await ofNobody()).toEqual(was);
    expect((await ofAcme()).memories).toEqual([]);
  });

  test.skipIf(embedded)(
    'what cannot be read is named, and an entry of the journal that was changed is noticed',
    async () => {
      expect((await cli(...execute)).code).toBe(0);
      await cypher(settings, 'acme', `MATCH (n:Carried {id: '${idOf(9)}'}) SET n.version = 7`);
      expect(await cli('--verify')).toMatchObject({ code: 4, out: expect.stringContaining('journal') });
      expect(await cli('--rollback')).toMatchObject({ code: 4, out: expect.stringContaining('nothing was undone') });
      await cypher(settings, 'acme', `MATCH (n:Carried {id: '${idOf(9)}'}) SET n.version = 1`);
      expect((await cli('--rollback')).code).toBe(0);
      await cypher(settings, null, `MATCH (n:Memory {id: '${idOf(7)}'}) SET n.extra = '{broken'`);
      for (const action of ['--dry-run', '--execute']) {
        expect(await cli(action, '--tenant-id', 'acme')).toMatchObject({
          code: 2,
          out: expect.stringContaining(idOf(7)),
        });
      }
    },
  );

  test.skipIf(embedded)('what the tenant has already stays; an id that both have stands in the way', async () => {
    const ann = openServer(settings, as('ann', 'acme', { MEMORY_ALLOW_UNMIGRATED: 'true' }));
    const { id } = await ann.call('store_memory', note('Of Ann before'));
    await ann.close();
    expect((await cli(...execute)).code).toBe(0);
    expect((await ofAcme()).memories.map((memory) => memory.id)).toContain(id);
    expect(await cli('--rollback')).toMatchObject({
      code: 0,
      out: expect.stringContaining('every row is what it was'),
    });
    expect((await ofAcme()).memories.map((memory) => memory.id)).toEqual([id]);
    await cypher(settings, 'acme', `MATCH (n:Memory {id: '${id}'}) SET n.id = '${idOf(4)}', n.key = 'acme/${idOf(4)}'`);
    expect(await cli(...execute)).toMatchObject({
      code: 2,
      out: expect.stringContaining('an id that acme has already'),
    });
  });

  test('--finalize drops what was copied; what comes in without a tenant afterwards is a run of its own', async () => {
    expect((await cli(...execute)).code).toBe(0);
    const moved = await ofAcme();
    expect((await cli('--finalize', '--batch-size', '50')).code).toBe(0);
    expect(await cli('--rollback')).toMatchObject({ code: 2 });
    expect(await ofAcme()).toEqual(moved);
    expect(await dumpOf(opened[0] as Backend, singleTenantScope)).toEqual({
      ...{ memories: [], relationships: [], log: [], found: [] },
    });
    const shown = await once(settings, { MEMORY_SINGLE_TENANT_VIEW: 'acme' }, 'get_memory_statistics', {});
    expect(String(shown.text)).toContain(
      `memories: ${moved.memories.filter(({ deletedAt }) => deletedAt === null).length}`,
    );
    const single = { MEMORY_MULTI_TENANT_MODE: 'false' };
    const { id } = await once(settings, single, 'store_memory', note('Of nobody'));
    expect((await cli('--execute', '--tenant-id', 'acme', '--visibility', 'public')).code).toBe(0);
    expect((await cli('--status')).out).toMatch(/run 1: finalized[\s\S]*run 2: enforced/);
    expect((await ofAcme()).memories.map((memory) => memory.id)).toContain(id);
    expect((await cli('--rollback')).code).toBe(0);
    expect(await ofAcme()).toEqual(moved);
  });
});

test.skipIf(targets.length > 0)('no server is here to move', () => {
  expect(targets).toEqual([]);
});
