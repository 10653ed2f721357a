import { expect } from 'vitest';
import { quantise } from '../../../src/storage/vector.ts';
import {
  creates,
  day,
  makeDocument,
  memoryId,
  nextVersion,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../../support/builders.ts';
import { expectRefusal } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { walk } from '../walks.ts';
import { ada, bob, cleo, isPrivate, linkedBy, ownedBy, rivalUpkeep, twin, upkeep } from './people.ts';

const found = async (stage: Stage, scope: typeof ada, word: string): Promise<number> =>
  (await stage.bare.search(scope, wordsQuery(word), {}, 10)).length;

/** The same ids of memories and links in both tenants. */
const furnishBoth = async (stage: Stage): Promise<void> => {
  for (const by of [ada, twin]) {
    await stage.as(by).keep(ownedBy(by, { id: 1, title: by.tenant }), ownedBy(by, { id: 2 }));
    await stage.as(by).write(relates(linkedBy(by, { id: 1, type: 'CAUSES' }), `because ${by.tenant}`));
  }
};

export const ids = makeConcern(
  'ids of several tenants',
  {
    'two tenants use the same ids, each for its own': async (stage) => {
      await furnishBoth(stage);
      for (const by of [ada, twin]) {
        const caller = stage.as(by);
        expect(await caller.memory(memoryId(1))).toStrictEqual(ownedBy(by, { id: 1, title: by.tenant }));
        expect(await caller.relationship(relationshipId(1))).toStrictEqual(linkedBy(by, { id: 1, type: 'CAUSES' }));
        expect(await caller.matching({ state: 'any' })).toEqual([1, 2]);
        expect(await walk(caller)).toBe('1>2@1');
      }
    },

    'a change, a walk to the trash and a purge meet the memory of their own tenant': async (stage) => {
      await furnishBoth(stage);
      const before = await stage.as(twin).everything();
      const [one, two] = [ownedBy(ada, { id: 1, title: ada.tenant }), ownedBy(ada, { id: 2 })];
      const link = linkedBy(ada, { id: 1, type: 'CAUSES' });
      const caller = stage.as(ada);
      await caller.write(replaces(one, { title: 'changed' }), reshapes(link, { strength: 1 }, 'reinforced', 'changed'));
      await caller.write(trashes(two), { op: 'purge_memory', id: two.id });
      expect(await stage.as(twin).everything()).toEqual(before);
      expect(await caller.matching({ state: 'any' })).toEqual([1]);
      expect(await caller.relationship(link.id)).toBeUndefined();
      expect((await stage.as(twin).store.searchRelationships(twin, wordsQuery('because'), null, 9)).length).toBe(1);
    },

    'words, vectors and uses are those of one’s own tenant': async (stage) => {
      await furnishBoth(stage);
      const vector = quantise([1, 0]);
      const before = await stage.as(twin).everything();
      await stage
        .as(ada)
        .write(
          { op: 'index_memory', id: memoryId(1), document: makeDocument({ title: 'again' }) },
          { op: 'set_vector', id: memoryId(1), version: 1, model: 'm', vector },
          { op: 'count_usage', ids: [memoryId(1)], at: day(3) },
        );
      expect(await stage.as(twin).everything()).toEqual(before);
      expect([await found(stage, ada, 'again'), await found(stage, twin, 'again')]).toEqual([1, 0]);
      expect([await found(stage, ada, 'rival'), await found(stage, twin, 'rival')]).toEqual([0, 1]);
      expect(await stage.bare.countEmbedded(twin, { model: 'm', dimensions: 2 })).toBe(0);
      expect((await stage.bare.nearest(ada, { model: 'm', vector }, {}, 9)).map(({ memory }) => memory.id)).toEqual([
        memoryId(1),
      ]);
    },

    'what only another tenant has is not touched by words, vectors, uses and links': async (stage) => {
      await stage.as(ada).keep(ownedBy(ada, { id: 1 }));
      await stage.as(twin).keep(ownedBy(twin, { id: 2 }));
      const before = await stage.as(rivalUpkeep).everything();
      await stage
        .as(ada)
        .write(
          { op: 'index_memory', id: memoryId(2), document: makeDocument({ title: 'again' }) },
          { op: 'set_vector', id: memoryId(2), version: 1, model: 'm', vector: quantise([1, 0]) },
          { op: 'count_usage', ids: [memoryId(2)], at: day(3) },
        );
      const link = relates(linkedBy(ada, { from: 1, to: 2 }));
      await expectRefusal(stage.as(ada).write(link), 'not_found', { id: memoryId(2) });
      expect(await stage.as(rivalUpkeep).everything()).toEqual(before);
      expect(await stage.bare.countEmbedded(twin, { model: 'm', dimensions: 2 })).toBe(0);
    },

    'in one tenant an id is taken once, whoever may read it': async (stage) => {
      await stage.as(ada).keep(ownedBy(ada, { context: isPrivate }));
      const again = stage.as(bob).write(creates(ownedBy(bob)));
      await expectRefusal(again, 'duplicate', { entity: 'memory', id: memoryId(1) });
    },

    'in one tenant the words, vectors and uses of any memory are kept up by any user': async (stage) => {
      const memory = ownedBy(ada, { title: 'first', context: isPrivate });
      await stage.as(ada).keep(memory);
      const changes = await stage.as(ada).changes();
      await stage
        .as(cleo)
        .write(
          { op: 'index_memory', id: memory.id, document: makeDocument({ title: 'second' }), ofVersion: 1 },
          { op: 'set_vector', id: memory.id, version: 1, model: 'm', vector: quantise([1, 0]) },
          { op: 'count_usage', ids: [memory.id], at: day(3) },
        );
      expect([await found(stage, ada, 'first'), await found(stage, ada, 'second')]).toEqual([0, 1]);
      expect(await stage.bare.countEmbedded(ada, { model: 'm', dimensions: 2 })).toBe(1);
      expect(await stage.as(ada).memory(memory.id)).toStrictEqual({ ...memory, usageCount: 1, lastAccessed: day(3) });
      expect(await stage.as(ada).changes()).toEqual(changes);
      expect([await found(stage, cleo, 'second'), await stage.as(cleo).matching({ state: 'any' })]).toEqual([0, []]);
    },

    'a key is its user’s': async (stage) => {
      const remembers = (fingerprint: string) =>
        ({ op: 'remember_key', key: 'key', record: { fingerprint, answer: {}, at: day(1) } }) as const;
      const users = [ada, bob, twin];
      for (const by of users) await stage.as(by).write(remembers(`${by.user} ${by.tenant}`));
      for (const by of users) {
        const again = stage.as(by).write(remembers('again'));
        await expectRefusal(again, 'duplicate', { entity: 'idempotency_key' });
        const record = await stage.bare.idempotencyRecord(by, 'key');
        expect(record?.fingerprint).toBe(`${by.user} ${by.tenant}`);
      }
      for (const by of [cleo, upkeep]) expect(await stage.bare.idempotencyRecord(by, 'key')).toBeNull();
    },

    'all that says whose a record is comes back as it was, in the log too': async (stage) => {
      const memory = ownedBy(ada, {
        context: { visibility: 'team', teamId: 'platform', organizationId: 'org', namespaceId: 'space' },
      });
      await stage.as(ada).keep(memory, ownedBy(ada, { id: 2 }));
      const link = linkedBy(ada, { type: 'CAUSES' });
      await stage.as(ada).write(relates(link), reshapes(link, { strength: 1 }), replaces(memory, { title: 'new' }));
      const after = nextVersion(memory, { title: 'new' });
      expect(await stage.as(bob).memory(memory.id)).toStrictEqual(after);
      expect(await stage.as(bob).relationship(link.id)).toStrictEqual({ ...link, strength: 1, version: 2 });
      expect((await stage.as(bob).changes()).map(({ before }) => before)).toStrictEqual([
        null,
        null,
        null,
        link,
        memory,
      ]);
    },

    'whose memories are there is told by tenant, and how many people made them': async (stage) => {
      await furnishBoth(stage);
      await stage.as(ada).write(trashes(ownedBy(ada, { id: 1, title: ada.tenant })));
      await stage.as(bob).keep(ownedBy(bob, { id: 3, context: isPrivate }));
      expect(await stage.bare.tenants()).toEqual([
        { tenant: ada.tenant, memories: 3, creators: 2 },
        { tenant: twin.tenant, memories: 2, creators: 1 },
      ]);
    },
  },
  ['multi'],
);
