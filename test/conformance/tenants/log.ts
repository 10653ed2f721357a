import { expect } from 'vitest';
import type { Change } from '../../../src/storage/query.ts';
import {
  batchOf,
  creates,
  day,
  memoryId,
  nextVersion,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
} from '../../support/builders.ts';
import { expectRefusal } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { ada, bob, chief, cleo, isPrivate, linkedBy, ownedBy, rivalUpkeep, twin, upkeep } from './people.ts';

/** Kinds of what this person sees of the log, with the version that each made. */
const log = async (stage: Stage, scope: typeof ada): Promise<string> =>
  (await stage.as(scope).changes()).map(({ kind, version }) => `${kind} ${version}`).join(', ');

const open = { visibility: 'public' } as const;

export const tenantLog = makeConcern(
  'the change log in scope',
  {
    'changes of what one may not read are not there': async (stage) => {
      await stage.as(ada).keep(ownedBy(ada, { id: 1, context: isPrivate }), ownedBy(ada, { id: 2 }));
      await stage.as(twin).keep(ownedBy(twin, { id: 1 }));
      expect(await log(stage, ada)).toBe('created 1, created 1');
      expect((await stage.as(bob).changes()).map(({ id }) => id)).toEqual([memoryId(2)]);
      expect((await stage.as(upkeep).changes()).map(({ id }) => id)).toEqual([memoryId(1), memoryId(2)]);
    },

    'what was shared later shows its making, and nothing that it was before': async (stage) => {
      const first = ownedBy(ada, { title: 'secret', context: isPrivate });
      await stage.as(ada).keep(first);
      const second = nextVersion(first, { title: 'open' });
      const third = nextVersion(second, { context: { ...second.context, ...open } });
      await stage.as(ada).write(replaces(first, { title: 'open' }));
      await stage.as(ada).write(replaces(second, { context: third.context }, 'shared'));
      await stage.as(ada).write(replaces(third, { title: 'more' }));
      expect(await log(stage, ada)).toBe('created 1, updated 2, shared 3, updated 4');
      expect(await log(stage, bob)).toBe('created 1, updated 4');
      expect((await stage.as(bob).changes()).at(-1)?.before).toStrictEqual(third);
    },

    'what was taken back is gone from the log of others': async (stage) => {
      const first = ownedBy(ada);
      await stage.as(ada).keep(first);
      expect(await log(stage, bob)).toBe('created 1');
      await stage.as(ada).write(replaces(first, { context: { ...first.context, ...isPrivate } }));
      expect(await log(stage, bob)).toBe('');
      expect(await log(stage, ada)).toBe('created 1, updated 2');
    },

    'what is in the trash stays in the log of those who read it': async (stage) => {
      await stage.as(ada).keep(ownedBy(ada, { context: { visibility: 'team' } }));
      await stage.as(ada).write(trashes(ownedBy(ada, { context: { visibility: 'team' } })));
      expect([await log(stage, bob), await log(stage, cleo)]).toEqual(['created 1, deleted 2', '']);
    },

    'a link is in the log of those who read both of its ends': async (stage) => {
      const second = ownedBy(ada, { id: 2, context: isPrivate });
      await stage.as(ada).keep(ownedBy(ada, { id: 1 }), second);
      const link = linkedBy(ada, { from: 1, to: 2, type: 'CAUSES' });
      await stage.as(ada).write(relates(link), reshapes(link, { strength: 1 }, 'reinforced'));
      expect(await log(stage, bob)).toBe('created 1');
      await stage.as(ada).write(replaces(second, { context: { ...second.context, ...open } }, 'shared'));
      expect((await stage.as(bob).changes()).map(({ id }) => id)).toEqual([
        memoryId(1),
        memoryId(2),
        relationshipId(1),
        relationshipId(1),
      ]);
      await stage.as(ada).write(trashes(ownedBy(ada, { id: 1 })));
      expect(await log(stage, bob)).toBe('created 1, created 1, created 1, reinforced 2, deleted 2');
    },

    'what is hidden takes no place among the lines asked for': async (stage) => {
      const numbers = [1, 2, 3, 4, 5, 6];
      for (const id of numbers) await stage.as(ada).keep(ownedBy(ada, { id, context: id > 2 ? isPrivate : open }));
      const newest = { order: 'newest_first', limit: 2 } as const;
      const changes: readonly Change[] = await stage.bare.changes(cleo, newest);
      expect(changes.map(({ id }) => id)).toEqual([memoryId(2), memoryId(1)]);
    },

    'an imported line shows to nobody a record from before that it may not read': async (stage) => {
      await stage.as(ada).keep(ownedBy(ada));
      const line = {
        entity: 'memory',
        id: memoryId(1),
        seq: 1,
        at: day(1),
        kind: 'updated',
        by: null,
        reason: null,
      } as const;
      const befores = [
        ownedBy(ada),
        ownedBy(ada, { context: isPrivate }),
        ownedBy(twin),
        ownedBy(ada, { context: { tenantId: null } }),
      ];
      await stage
        .as(ada)
        .write(...befores.map((before) => ({ op: 'import_change', change: { ...line, version: 2, before } }) as const));
      const seen = async (scope: typeof ada): Promise<unknown> =>
        (await stage.as(scope).changes()).flatMap(({ before }) =>
          before === null
            ? []
            : [
                befores.findIndex(
                  (each) => JSON.stringify(each.context) === JSON.stringify((before as typeof each).context),
                ),
              ],
        );
      expect([await seen(ada), await seen(bob), await seen(twin)]).toEqual([[0, 1], [0], []]);
    },

    'nor a link from before that led to a hidden end': async (stage) => {
      await stage
        .as(ada)
        .keep(ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 2 }), ownedBy(ada, { id: 3, context: isPrivate }));
      const link = linkedBy(ada, { from: 1, to: 2, type: 'CAUSES' });
      await stage.as(ada).write(relates(link));
      const line = { entity: 'relationship', id: link.id, seq: 1, at: day(1), by: null, reason: null } as const;
      const befores = [link, linkedBy(ada, { from: 1, to: 3, type: 'CAUSES' }), { ...link, tenantId: twin.tenant }];
      await stage
        .as(ada)
        .write(
          ...befores.map(
            (before) => ({ op: 'import_change', change: { ...line, kind: 'updated', version: 2, before } }) as const,
          ),
        );
      const seen = async (scope: typeof ada): Promise<unknown> =>
        (await stage.as(scope).changes()).flatMap(({ before }) => (before === null ? [] : [before]));
      expect([await seen(ada), await seen(bob)]).toEqual([befores.slice(0, 2), [link]]);
    },
  },
  ['multi'],
);

const guard = 'acyclic_graph';

export const tenantNumbers = makeConcern(
  'numbers that each tenant counts for itself',
  {
    'numbers and times of the log go on as if the tenant were alone': async (stage) => {
      const play = async (where: Stage, between: (round: number) => Promise<unknown>): Promise<unknown> => {
        const answers: unknown[] = [];
        for (let round = 1; round <= 3; round += 1) {
          await between(round);
          answers.push(
            await where.bare.write(ada, batchOf([creates(ownedBy(ada, { id: round }))], { at: day(round) })),
          );
        }
        return [answers, await where.as(ada).changes()];
      };
      const alone = await stage.elsewhere((other) => play(other, async () => undefined));
      const busy = await play(stage, (round) =>
        stage.bare.write(
          twin,
          batchOf(
            [5, 6, 7].map((id) => creates(ownedBy(twin, { id: id + 10 * round }))),
            { at: day(20 - round) },
          ),
        ),
      );
      expect(busy).toEqual(alone);
    },

    'a batch that writes no line answers with the last number of its own tenant': async (stage) => {
      const { seq } = await stage.as(ada).write(creates(ownedBy(ada)));
      await stage.as(twin).keep(...[1, 2, 3].map((id) => ownedBy(twin, { id })));
      expect(await stage.as(ada).write({ op: 'count_usage', ids: [memoryId(1)], at: day(2) })).toEqual({ seq });
    },

    'numbers that a purge took away are not given again, whatever other tenants write': async (stage) => {
      await stage.as(ada).keep(ownedBy(ada));
      const { seq } = await stage.as(ada).write(trashes(ownedBy(ada)), { op: 'purge_memory', id: memoryId(1) });
      await stage.as(twin).keep(ownedBy(twin));
      await stage.reopen();
      expect((await stage.as(ada).write(creates(ownedBy(ada, { id: 2 })))).seq).toBeGreaterThan(seq);
    },

    'a guard stands and moves for one tenant': async (stage) => {
      const moves = (revision: number) => ({ op: 'expect_revision', guard, revision }) as const;
      await stage.as(twin).write(moves(0), moves(1));
      expect(await stage.bare.guardRevision(ada, guard)).toBe(0);
      await stage.as(ada).write(moves(0));
      await expectRefusal(stage.as(bob).write(moves(0)), 'version_conflict', { guard });
      const seen = [ada, chief, upkeep, twin, rivalUpkeep].map((scope) => stage.bare.guardRevision(scope, guard));
      expect(await Promise.all(seen)).toEqual([1, 1, 1, 2, 2]);
    },

    'the state of the index is that of one tenant': async (stage) => {
      const sets = (version: number) => ({ op: 'set_index_state', state: { version, through: null } }) as const;
      await stage.as(upkeep).write(sets(3));
      expect(await stage.bare.indexState(twin)).toEqual({ version: 0, through: null });
      await stage.as(rivalUpkeep).write(sets(5));
      expect(await stage.bare.indexState(cleo)).toEqual({ version: 3, through: null });
      expect(await stage.bare.indexState(twin)).toEqual({ version: 5, through: null });
    },
  },
  ['multi'],
);
