import { expect } from 'vitest';
import type { Memory, MemoryContext } from '../../../src/domain/memory.ts';
import type { CallerScope } from '../../../src/domain/scope.ts';
import type { WriteOperation } from '../../../src/storage/batch.ts';
import { creates, memoryId, nextVersion, relates, relationshipId, replaces, trashes } from '../../support/builders.ts';
import { expectRefusal } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { ada, bob, chief, cleo, isPrivate, linkedBy, ownedBy, rivalUpkeep, twin, upkeep } from './people.ts';

/** All that is kept of both tenants. */
const world = async ({ bare }: Stage): Promise<unknown> => {
  const sort = { field: 'title', direction: 'asc' } as const;
  const kept: unknown[] = [];
  for (const scope of [upkeep, rivalUpkeep]) {
    kept.push(await bare.listMemories(scope, { filter: { state: 'any' }, sort, limit: 100 }));
    kept.push(await bare.changes(scope, { order: 'oldest_first', limit: 100 }));
    kept.push(await bare.statistics(scope, 100));
  }
  return kept;
};

/** The write is refused with this code and id, and all is kept as it was. */
const refuses = async (
  stage: Stage,
  by: CallerScope,
  operation: WriteOperation,
  code: 'not_found' | 'forbidden',
  id: string,
): Promise<string> => {
  const before = await world(stage);
  const { message } = await expectRefusal(stage.as(by).write(operation), code, { id });
  expect(await world(stage)).toEqual(before);
  return message;
};

const moved = (memory: Memory, context: Partial<MemoryContext>): WriteOperation =>
  replaces(memory, { context: { ...memory.context, ...context } });

export const createRule = makeConcern(
  'who may create a memory',
  {
    'a memory is made in one’s own tenant and name': async (stage) => {
      const { id } = ownedBy(ada);
      await refuses(stage, ada, creates(ownedBy(twin)), 'forbidden', id);
      await refuses(stage, ada, creates(ownedBy(bob)), 'forbidden', id);
      await refuses(stage, chief, creates(ownedBy(ada)), 'forbidden', id);
      await refuses(stage, ada, creates(ownedBy(ada, { context: { tenantId: null } })), 'forbidden', id);
      await refuses(stage, ada, creates(ownedBy(ada, { context: { createdBy: null } })), 'forbidden', id);
    },

    'a memory is made where its maker reads it': async (stage) => {
      const { id } = ownedBy(ada);
      for (const context of [
        { visibility: 'team', teamId: 'design' },
        { visibility: 'team', teamId: null },
        { visibility: 'project', projectPath: '/site' },
        { visibility: 'project', projectPath: null },
        { visibility: null },
      ] as const) {
        await refuses(stage, ada, creates(ownedBy(ada, { context })), 'forbidden', id);
      }
      await refuses(stage, cleo, creates(ownedBy(cleo, { context: { visibility: 'team' } })), 'forbidden', id);
      await refuses(stage, chief, creates(ownedBy(chief, { context: { visibility: 'project' } })), 'forbidden', id);
      for (const [index, visibility] of (['private', 'project', 'team', 'public'] as const).entries()) {
        await stage.as(ada).keep(ownedBy(ada, { id: index + 1, context: { visibility } }));
      }
      expect(await stage.as(ada).matching({})).toEqual([1, 2, 3, 4]);
    },

    'a batch with one memory that may not be made makes none': async (stage) => {
      const batch = [creates(ownedBy(ada, { id: 1 })), creates(ownedBy(bob, { id: 2 }))];
      await expectRefusal(stage.as(ada).write(...batch), 'forbidden', { id: memoryId(2) });
      expect(await stage.as(upkeep).matching({ state: 'any' })).toEqual([]);
    },

    'upkeep makes memories of anybody, in its tenant only': async (stage) => {
      await refuses(stage, upkeep, creates(ownedBy(twin)), 'forbidden', memoryId(1));
      await stage.as(upkeep).write(creates(ownedBy(ada, { context: isPrivate })));
      expect(await stage.as(ada).matching({})).toEqual([1]);
    },
  },
  ['multi'],
);

export const changeRule = makeConcern(
  'who may change a memory',
  {
    'what may not be read is answered like what never was, to the letter': async (stage) => {
      const hidden = ownedBy(bob, { id: 1, context: isPrivate });
      await stage.as(bob).keep(hidden);
      const foreign = ownedBy(twin, { id: 2 });
      await stage.as(twin).keep(foreign);
      const absent = ownedBy(ada, { id: 3 });
      const messages = new Set<string>();
      for (const memory of [hidden, foreign, absent]) {
        messages.add(await refuses(stage, ada, replaces(memory), 'not_found', memory.id));
        messages.add(await refuses(stage, chief, trashes({ ...memory, version: 7 }), 'not_found', memory.id));
      }
      expect(messages.size).toBe(1);
    },

    'what is read and was made by somebody else is not changed, whatever version is expected': async (stage) => {
      const memory = ownedBy(ada);
      await stage.as(ada).keep(memory);
      await refuses(stage, bob, replaces(memory, { title: 'by bob' }), 'forbidden', memory.id);
      await refuses(stage, bob, trashes(memory), 'forbidden', memory.id);
      await refuses(stage, bob, moved(memory, { createdBy: 'bob' }), 'forbidden', memory.id);
      await refuses(stage, bob, replaces({ ...memory, version: 4 }), 'forbidden', memory.id);
    },

    'an admin changes what an admin reads': async (stage) => {
      const [open, closed] = [ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 2, context: isPrivate })];
      await stage.as(ada).keep(open, closed);
      await stage.as(chief).write(replaces(open, { title: 'by chief' }));
      expect(await stage.as(ada).memory(open.id)).toMatchObject({ title: 'by chief', version: 2 });
      await stage.as(chief).write(trashes(nextVersion(open, { title: 'by chief' })));
      await refuses(stage, chief, replaces(closed), 'not_found', closed.id);
    },

    'tenant and maker stay, for an admin and for upkeep too': async (stage) => {
      const memory = ownedBy(ada);
      await stage.as(ada).keep(memory);
      for (const by of [ada, chief, upkeep]) {
        await refuses(stage, by, moved(memory, { tenantId: twin.tenant }), 'forbidden', memory.id);
        await refuses(stage, by, moved(memory, { tenantId: null }), 'forbidden', memory.id);
        await refuses(stage, by, moved(memory, { createdBy: 'bob' }), 'forbidden', memory.id);
        await refuses(stage, by, moved(memory, { createdBy: null }), 'forbidden', memory.id);
      }
    },

    'a memory is not moved to where its writer would not read it': async (stage) => {
      const memory = ownedBy(ada);
      await stage.as(ada).keep(memory);
      await refuses(stage, ada, moved(memory, { visibility: 'team', teamId: 'design' }), 'forbidden', memory.id);
      await refuses(stage, ada, moved(memory, { visibility: 'project', projectPath: '/site' }), 'forbidden', memory.id);
      await refuses(stage, ada, moved(memory, { visibility: null }), 'forbidden', memory.id);
      await refuses(stage, chief, moved(memory, { visibility: 'private' }), 'forbidden', memory.id);
      await stage.as(ada).write(moved(memory, { visibility: 'private' }));
      expect(await stage.as(ada).memory(memory.id)).toMatchObject({ version: 2, context: isPrivate });
    },

    'an older version is refused where the right is there': async (stage) => {
      const memory = ownedBy(ada);
      await stage.as(ada).keep(memory);
      await stage.as(ada).write(replaces(memory));
      const stale = stage.as(chief).write(replaces(memory));
      await expectRefusal(stale, 'version_conflict', { id: memory.id, version: 2 });
    },
  },
  ['multi'],
);

export const purgeRule = makeConcern(
  'who may purge a memory',
  {
    'what one may not write stays in the trash, and nothing is said': async (stage) => {
      const [shared, hidden] = [ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 2, context: isPrivate })];
      await stage.as(ada).keep(shared, hidden);
      await stage.as(ada).write(trashes(shared), trashes(hidden));
      const before = await world(stage);
      const purges = [shared, hidden].map(({ id }) => ({ op: 'purge_memory', id }) as const);
      for (const by of [bob, cleo, twin, rivalUpkeep]) await stage.as(by).write(...purges);
      expect(await world(stage)).toEqual(before);
      await stage.as(chief).write(...purges);
      expect(await stage.as(ada).matching({ state: 'any' })).toEqual([2]);
      await stage.as(upkeep).write(...purges);
      expect(await stage.as(ada).matching({ state: 'any' })).toEqual([]);
    },

    'a purge takes the links of others with it': async (stage) => {
      const doomed = ownedBy(ada, { id: 1 });
      await stage.as(ada).keep(doomed);
      const hidden = ownedBy(bob, { id: 2, context: isPrivate });
      await stage.as(bob).keep(hidden);
      await stage.as(bob).write(relates(linkedBy(bob, { id: 1, from: 2, to: 1, type: 'CAUSES' })));
      await stage.as(ada).write(trashes(doomed), { op: 'purge_memory', id: doomed.id });
      expect(await stage.as(bob).relationship(relationshipId(1))).toBeUndefined();
      expect((await stage.as(bob).changes()).map(({ id }) => id)).toEqual([hidden.id]);
    },
  },
  ['multi'],
);
