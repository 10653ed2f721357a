import { expect } from 'vitest';
import { singleTenantScope } from '../../../src/auth/policy.ts';
import type { Memory, MemoryContext } from '../../../src/domain/memory.ts';
import { quantise } from '../../../src/storage/vector.ts';
import { batchOf, creates, day, makeMemory, memoryId, replaces, trashes, wordsQuery } from '../../support/builders.ts';
import type { Caller } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { ada, ownedBy, people, twin, upkeep } from './people.ts';

const model = 'small';
const vector = quantise([1, 2, 3]);

/** The ways to memory 1, each with whether it leads there. */
const waysTo = async (caller: Caller): Promise<Readonly<Record<string, boolean>>> => {
  const { store, scope } = caller;
  const id = memoryId(1);
  const any = { state: 'any' } as const;
  return {
    memories: (await store.memories(scope, [id], 'any')).length === 1,
    list: (await caller.matching(any)).includes(1),
    filter: (await caller.matching({ ...any, ids: [id] })).length === 1,
    changes: (await store.changes(scope, { ids: [id], order: 'oldest_first', limit: 10 })).length > 0,
  };
};

/** The ways that lead to live memories only. */
const liveWaysTo = async ({ store, scope }: Caller): Promise<Readonly<Record<string, boolean>>> => ({
  search: (await store.search(scope, wordsQuery('needle'), {}, 10)).length === 1,
  prefix: (await store.idsByPrefix(scope, memoryId(1), 10)).length === 1,
  frequency: (await store.termFrequencies(scope, ['needle'])).length === 1,
  word: (await store.vocabulary(scope, { prefix: 'needle', minLength: 1, maxLength: 9, limit: 9 })).length === 1,
  tag: (await store.facet(scope, 'tags', 'hay', 9)).length === 1,
  statistics: (await store.statistics(scope, 9)).memories === 1,
  nearest: (await store.nearest(scope, { model, vector }, {}, 9)).length === 1,
  embedded: (await store.countEmbedded(scope, { model, dimensions: 3 })) === 1,
  other:
    (await store.unembedded(scope, { space: { model: 'other', dimensions: 3 }, filter: {}, limit: 9 })).length === 1,
});

/** Names of those who see memory 1, the only one there is. Every way has to say the same. */
const readers = async (stage: Stage, isLive = true): Promise<string> => {
  const names: string[] = [];
  for (const [name, scope] of Object.entries(people)) {
    const caller = stage.as(scope);
    const ways = { ...(await waysTo(caller)), ...(isLive ? await liveWaysTo(caller) : {}) };
    const [first] = Object.values(ways);
    expect(ways, name).toEqual(Object.fromEntries(Object.keys(ways).map((way) => [way, first])));
    if (first === true) names.push(name);
  }
  return names.join(' ');
};

const needle = (context: Partial<MemoryContext>): Memory =>
  ownedBy(ada, { title: 'needle', content: 'needle', tags: ['hay'], context });

/** Kept by the server itself, which is not asked whether it could read what it keeps. */
const plant = async (stage: Stage, context: Partial<MemoryContext>): Promise<void> => {
  const memory = needle(context);
  await stage.as(upkeep).write(creates(memory), { op: 'set_vector', id: memory.id, version: 1, model, vector });
};

const audiences: Readonly<Record<string, readonly [context: Partial<MemoryContext>, readers: string]>> = {
  'a public memory is read by all of its tenant': [{ visibility: 'public' }, 'ada bob cleo chief'],
  'a memory of a team is read by the team': [{ visibility: 'team', teamId: 'platform' }, 'ada bob chief'],
  'a memory of another team is read by that team, its maker left out': [
    { visibility: 'team', teamId: 'design' },
    'bob',
  ],
  'a memory of the team of all is read by all, members of no team too': [
    { visibility: 'team', teamId: '_everyone' },
    'ada bob cleo chief',
  ],
  'a memory of a project is read by those who were granted the project': [
    { visibility: 'project', projectPath: '/shop' },
    'ada bob',
  ],
  'a project is its whole identity': [{ visibility: 'project', projectPath: '/sho' }, ''],
  'a private memory is read by its maker, not by an admin': [{ visibility: 'private' }, 'ada'],
  'a team named as its visibility does not make a memory public': [{ visibility: 'team', teamId: 'public' }, ''],
  'a memory of a team that is not named is read by nobody': [{ visibility: 'team', teamId: null }, ''],
  'a memory of no project is read by nobody of a project': [{ visibility: 'project', projectPath: null }, ''],
  'a memory of the project without a name is read by nobody': [{ visibility: 'project', projectPath: '' }, ''],
  'a private memory of nobody is read by nobody': [{ visibility: 'private', createdBy: null }, ''],
  'a memory without visibility is read by nobody': [{ visibility: null }, ''],
  'names differ by every letter': [{ visibility: 'team', teamId: 'Platform' }, ''],
};

export const readRule = makeConcern(
  'who reads a memory',
  {
    ...Object.fromEntries(
      Object.entries(audiences).map(([name, [context, expected]]) => [
        name,
        async (stage: Stage): Promise<void> => {
          await plant(stage, context);
          expect(await readers(stage)).toBe(expected);
        },
      ]),
    ),

    'the same names in another tenant open nothing': async (stage) => {
      for (const visibility of ['private', 'project', 'team', 'public'] as const) {
        const read = await stage.elsewhere(async (other) => {
          await plant(other, { visibility });
          return readers(other);
        });
        expect(read).not.toContain('twin');
      }
      const memory = ownedBy(twin, {
        title: 'needle',
        content: 'needle',
        tags: ['hay'],
        context: { visibility: 'private' },
      });
      await stage.as(twin).write(creates(memory), { op: 'set_vector', id: memory.id, version: 1, model, vector });
      expect(await readers(stage)).toBe('twin');
    },

    'the trash is read by the same people': async (stage) => {
      const memory = needle({ visibility: 'team' });
      await stage.as(ada).keep(memory);
      await stage.as(ada).write(trashes(memory));
      expect(await readers(stage, false)).toBe('ada bob chief');
      expect(await stage.as(people.cleo).store.statistics(people.cleo, 9)).toMatchObject({ memories: 0, trashed: 0 });
      expect(await stage.as(people.bob).store.statistics(people.bob, 9)).toMatchObject({ memories: 0, trashed: 1 });
    },

    'what was merged away is read by the same people': async (stage) => {
      const memory = needle({ visibility: 'private' });
      await stage.as(ada).keep(memory);
      await stage.as(ada).write(replaces(memory, { deletedAt: day(2), mergedInto: memoryId(2) }, 'merged'));
      expect(await readers(stage, false)).toBe('ada');
    },

    'what is kept without a tenant is read by nobody, not by the upkeep of a tenant either': async (stage) => {
      await stage.inOtherMode(async (store) => {
        const memory = makeMemory({ title: 'needle', content: 'needle', tags: ['hay'] });
        const kept = { op: 'set_vector', id: memory.id, version: 1, model, vector } as const;
        await store.write(singleTenantScope, batchOf([creates(memory), kept]));
      });
      expect(await readers(stage)).toBe('');
      expect(await stage.as(upkeep).matching({ state: 'any' })).toEqual([]);
      expect(await stage.bare.tenants()).toEqual([{ tenant: null, memories: 1, creators: 0 }]);
    },
  },
  ['multi'],
);
