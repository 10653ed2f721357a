import { expect } from 'vitest';
import type { Relationship } from '../../../src/domain/relationship.ts';
import type { CallerScope } from '../../../src/domain/scope.ts';
import {
  day,
  importsRelationship,
  memoryId,
  relates,
  relationshipId,
  reshapes,
  trashes,
} from '../../support/builders.ts';
import { expectRefusal } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { ada, bob, chief, cleo, isPrivate, linkedBy, ownedBy, twin, upkeep } from './people.ts';

/** Of ada 1 and, private, 3; of bob 2 and, private, 4; of the twin 5. */
const furnish = async (stage: Stage): Promise<void> => {
  await stage.as(ada).keep(ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 3, context: isPrivate }));
  await stage.as(bob).keep(ownedBy(bob, { id: 2 }), ownedBy(bob, { id: 4, context: isPrivate }));
  await stage.as(twin).keep(ownedBy(twin, { id: 5 }));
};

const links = (stage: Stage): Promise<readonly Relationship[]> =>
  stage.as(upkeep).store.relationships(upkeep, { state: 'any', withTrashedEnds: true, limit: 100 });

const refusesLink = async (
  stage: Stage,
  by: CallerScope,
  link: Relationship,
  code: 'not_found' | 'forbidden',
  id: string,
): Promise<string> => {
  const before = await links(stage);
  const { message } = await expectRefusal(stage.as(by).write(relates(link)), code, { id });
  await expectRefusal(stage.as(by).write(importsRelationship(link)), code, { id });
  expect(await links(stage)).toEqual(before);
  return message;
};

export const linkRule = makeConcern(
  'who may link two memories',
  {
    'a link leaves a memory that one may write, for any that one reads': async (stage) => {
      await furnish(stage);
      await stage.as(ada).write(relates(linkedBy(ada, { id: 1, from: 1, to: 2, type: 'CAUSES' })));
      await stage.as(ada).write(relates(linkedBy(ada, { id: 2, from: 3, to: 2, type: 'CAUSES' })));
      await stage.as(chief).write(relates(linkedBy(chief, { id: 3, from: 2, to: 1, type: 'CAUSES' })));
      const link = linkedBy(ada, { id: 4, from: 2, to: 1, type: 'SOLVES' });
      await refusesLink(stage, ada, link, 'forbidden', memoryId(2));
      await refusesLink(stage, cleo, linkedBy(cleo, { id: 4, from: 1, to: 2 }), 'forbidden', memoryId(1));
    },

    'a link without direction leaves both of its ends': async (stage) => {
      await furnish(stage);
      await stage.as(bob).write(relates(linkedBy(bob, { id: 1, from: 1, to: 2, type: 'SIMILAR_TO' })));
      await stage.as(ada).write(relates(linkedBy(ada, { id: 2, from: 1, to: 2, type: 'RELATED_TO' })));
      await refusesLink(stage, cleo, linkedBy(cleo, { id: 3, type: 'WORKS_WITH' }), 'forbidden', memoryId(1));
    },

    'an end that may not be read is answered like one that never was, the first one first': async (stage) => {
      await furnish(stage);
      const messages = new Set<string>();
      for (const to of [4, 5, 9]) {
        const link = linkedBy(ada, { from: 1, to, type: 'CAUSES' });
        messages.add(await refusesLink(stage, ada, link, 'not_found', memoryId(to)));
        const back = linkedBy(ada, { from: to, to: 1, type: 'RELATED_TO' });
        messages.add(await refusesLink(stage, ada, back, 'not_found', memoryId(to)));
        const lost = linkedBy(ada, { from: to, to: 8 });
        messages.add(await refusesLink(stage, ada, lost, 'not_found', memoryId(to)));
      }
      expect(messages.size).toBe(1);
    },

    'a link is made in one’s own tenant and name': async (stage) => {
      await furnish(stage);
      const { id } = linkedBy(ada);
      for (const forged of [{ tenantId: twin.tenant }, { tenantId: null }, { createdBy: 'bob' }, { createdBy: null }]) {
        await refusesLink(stage, ada, linkedBy(ada, { to: 3, ...forged }), 'forbidden', id);
      }
      await refusesLink(stage, chief, linkedBy(ada, { to: 2 }), 'forbidden', id);
    },
  },
  ['multi'],
);

const refusesChange = async (
  stage: Stage,
  by: CallerScope,
  [before, changes]: readonly [Relationship, Partial<Relationship>],
  code: 'not_found' | 'forbidden',
): Promise<void> => {
  const all = await links(stage);
  await expectRefusal(stage.as(by).write(reshapes(before, changes)), code, { id: before.id });
  expect(await links(stage)).toEqual(all);
};

export const relinkRule = makeConcern(
  'who may change a link',
  {
    'its maker, who may write where it begins, and nobody else': async (stage) => {
      await furnish(stage);
      const link = linkedBy(chief, { from: 1, to: 2, type: 'CAUSES' });
      await stage.as(chief).write(relates(link));
      await refusesChange(stage, bob, [link, { strength: 1 }], 'forbidden');
      await refusesChange(stage, cleo, [link, { removedAt: day(2) }], 'forbidden');
      await refusesChange(stage, bob, [{ ...link, version: 6 }, {}], 'forbidden');
      await stage.as(ada).write(reshapes(link, { strength: 1 }));
      await stage.as(chief).write(reshapes({ ...link, version: 2 }, { strength: 0 }));
      expect(await stage.as(cleo).relationship(link.id)).toMatchObject({ strength: 0, version: 3 });
    },

    'its maker still, when the memory where it begins is another’s': async (stage) => {
      await furnish(stage);
      const link = linkedBy(bob, { from: 1, to: 2, type: 'ALTERNATIVE_TO' });
      await stage.as(bob).write(relates(link));
      await stage.as(bob).write(reshapes(link, { validUntil: day(2) }, 'invalidated'));
      expect(await stage.as(ada).relationship(link.id)).toMatchObject({ version: 2 });
    },

    'either side of one without direction': async (stage) => {
      await furnish(stage);
      const link = linkedBy(chief, { from: 1, to: 2, type: 'RELATED_TO' });
      await stage.as(chief).write(relates(link));
      await stage.as(bob).write(reshapes(link, { strength: 1 }));
      await refusesChange(stage, cleo, [{ ...link, version: 2 }, {}], 'forbidden');
    },

    'one with an end that may not be read is answered like one that never was': async (stage) => {
      await furnish(stage);
      const hidden = linkedBy(bob, { id: 1, from: 4, to: 1, type: 'CAUSES' });
      await stage.as(bob).write(relates(hidden));
      await refusesChange(stage, ada, [hidden, { strength: 1 }], 'not_found');
      await refusesChange(stage, twin, [hidden, { strength: 1 }], 'not_found');
      await refusesChange(stage, ada, [linkedBy(ada, { id: 9 }), {}], 'not_found');
      await stage.as(ada).write(trashes(ownedBy(ada, { id: 1 })));
      await stage.as(bob).write(reshapes(hidden, { removedAt: day(2) }));
    },

    'tenant, maker, ends and type stay': async (stage) => {
      await furnish(stage);
      const link = linkedBy(ada, { from: 1, to: 2, type: 'CAUSES' });
      await stage.as(ada).write(relates(link));
      for (const by of [ada, chief, upkeep]) {
        await refusesChange(stage, by, [link, { tenantId: twin.tenant }], 'forbidden');
        await refusesChange(stage, by, [link, { createdBy: by.user === 'ada' ? 'bob' : by.user }], 'forbidden');
        await refusesChange(stage, by, [link, { from: memoryId(3) }], 'forbidden');
        await refusesChange(stage, by, [link, { to: memoryId(4) }], 'forbidden');
        await refusesChange(stage, by, [link, { type: 'SOLVES' }], 'forbidden');
      }
      await stage.as(upkeep).write(reshapes(link, { strength: 1 }));
      expect(await stage.as(ada).relationship(relationshipId(1))).toStrictEqual({ ...link, strength: 1, version: 2 });
    },
  },
  ['multi'],
);
