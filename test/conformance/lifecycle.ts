import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  creates,
  day,
  makeMemory,
  makeRelationship,
  relates,
  replaces,
  trashes,
  wordsQuery,
} from '../support/builders.ts';
import { expectRefusal } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const furnish = async (stage: Stage): Promise<void> => {
  const memory = makeMemory({ id: 1, tags: ['grün', '%'], content: 'kept word' });
  await stage.keep(memory, makeMemory({ id: 2 }), makeMemory({ id: 3 }));
  await stage.write(
    replaces(memory, { title: 'second' }),
    relates(makeRelationship({ id: 1, from: 1, to: 2 }), 'why list=why'),
    { op: 'set_index_state', state: { version: 2, through: memory.id } },
    trashes(makeMemory({ id: 3 })),
    { op: 'count_usage', ids: [memory.id], at: day(3) },
    { op: 'remember_key', key: 'k', record: { fingerprint: 'f', answer: { a: 1 }, at: day(1) } },
    { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
  );
};

const look = async (stage: Stage): Promise<unknown> => [
  await stage.everything(),
  await stage.store.search(stage.scope, wordsQuery('kept word'), {}, 10),
  await stage.store.searchRelationships(stage.scope, wordsQuery('why list=*'), null, 10),
  await stage.store.idempotencyRecord(stage.scope, 'k'),
];

export const lifecycle = makeConcern('opening and closing', {
  'every handle is given the same sealing key, also after the store was opened again': async (stage) => {
    const key = await stage.store.sealingKey();
    expect(key).toHaveLength(32);
    expect(await (await stage.anotherHandle()).sealingKey()).toEqual(key);
    await stage.reopen();
    expect(await stage.store.sealingKey()).toEqual(key);
  },

  'whose memories are there is told with how many, trashed ones counted': async (stage) => {
    expect(await stage.store.tenants()).toEqual([]);
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write(trashes(makeMemory({ id: 2 })));
    const { tenant } = stage.scope;
    expect(await stage.store.tenants()).toEqual([{ tenant, memories: 2, creators: tenant === null ? 0 : 1 }]);
  },

  'all of it is there after the store was closed and opened again': async (stage) => {
    await furnish(stage);
    const before = await look(stage);
    await stage.reopen();
    expect(await look(stage)).toStrictEqual(before);
  },

  'numbers and times go on after it was opened again': async (stage) => {
    await furnish(stage);
    const last = (await stage.changes()).at(-1);
    await stage.reopen();
    const { seq } = await stage.write(creates(makeMemory({ id: 9 })));
    expect(seq).toBeGreaterThan(last?.seq ?? Number.NaN);
    expect((await stage.changes()).at(-1)?.seq).toBe(seq);
  },

  'numbers that a purge took away are not given again after it was opened again': async (stage) => {
    await stage.keep(makeMemory());
    const { seq } = await stage.write(trashes(makeMemory()));
    await stage.write({ op: 'purge_memory', id: makeMemory().id });
    await stage.reopen();
    expect((await stage.write(creates(makeMemory({ id: 2 })))).seq).toBeGreaterThan(seq);
  },

  'several handles may open a new place at the same moment': async (stage) => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => stage.anotherHandle()));
    await stage.keep(makeMemory());
    for (const store of stores) expect(await store.countMemories(stage.scope, {})).toBe(1);
  },

  'a store that was opened is found in order': async (stage) => {
    await furnish(stage);
    const before = await look(stage);
    const findings = await stage.store.inspect();
    expect(findings.length).toBeGreaterThan(0);
    for (const { severity, what, fix } of findings) {
      expect(severity, `${what} ${fix ?? ''}`).not.toBe('error');
      expect(what).not.toBe('');
    }
    expect(await look(stage), 'looking changes nothing').toStrictEqual(before);
  },

  'a store says where it is and how long a write lasts': async ({ store }) => {
    expect(store.location).not.toBe('');
    expect(['power_loss', 'process_kill', 'none']).toContain(store.capabilities.durability);
    expect(store.backup !== undefined).toBe(store.capabilities.onlineBackup);
  },

  'an error that is not the driver’s is not translated': async ({ store }) => {
    expect(store.translate(new TypeError('ours'))).toBeNull();
    expect(store.translate('text')).toBeNull();
    expect(store.translate(undefined)).toBeNull();
  },

  'a backup holds what the store held and never overwrites': async (stage) => {
    const { store } = stage;
    if (store.backup === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), 'graph-memory-backup-'));
    try {
      await furnish(stage);
      const before = await look(stage);
      const path = join(folder, 'copy.db');
      await store.backup(path);
      await expectRefusal(store.backup(path), 'invalid_input');
      await stage.moveToBackup(path);
      expect(await look(stage)).toStrictEqual(before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
