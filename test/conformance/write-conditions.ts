import { expect } from 'vitest';
import type { WriteOperation } from '../../src/storage/batch.ts';
import {
  creates,
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  memoryId,
  nextVersion,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
} from '../support/builders.ts';
import { expectRefusal } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

/** The write is refused and leaves everything as it was. */
const refuses = async (
  stage: Stage,
  operations: readonly WriteOperation[],
  ...[code, details]: [Parameters<typeof expectRefusal>[1], Parameters<typeof expectRefusal>[2]]
): Promise<void> => {
  const before = await stage.everything();
  const error = await expectRefusal(stage.write(...operations), code, details);
  expect(error.message).not.toBe('');
  expect(await stage.everything()).toEqual(before);
};

export const memoryConditions = makeConcern('conditions on memories', {
  'an id can be created once': async (stage) => {
    await stage.keep(makeMemory({ title: 'first' }));
    const again = creates(makeMemory({ title: 'second' }));
    await refuses(stage, [again], 'duplicate', { entity: 'memory', id: memoryId(1) });
  },

  'an id in the trash is taken': async (stage) => {
    await stage.keep(makeMemory({ deletedAt: day(1) }));
    await refuses(stage, [creates(makeMemory())], 'duplicate', { entity: 'memory', id: memoryId(1) });
  },

  'an id cannot be created twice in one batch': async (stage) => {
    const twice = [creates(makeMemory()), creates(makeMemory())];
    await refuses(stage, twice, 'duplicate', { entity: 'memory', id: memoryId(1) });
  },

  'a replacement counts the version up and is kept whole': async (stage) => {
    const first = makeMemory({ title: 'first', tags: ['a', 'b'], summary: 'old', context: { languages: ['Go'] } });
    await stage.keep(first);
    await stage.write(replaces(first, { title: 'second', tags: ['b', 'c'], summary: null, updatedAt: day(2) }));
    const second = nextVersion(first, { title: 'second', tags: ['b', 'c'], summary: null, updatedAt: day(2) });
    expect(await stage.memory(first.id)).toStrictEqual(second);
  },

  'a replacement of an older version is refused with the version that stands': async (stage) => {
    const first = makeMemory();
    await stage.keep(first);
    await stage.write(replaces(first, { title: 'second' }));
    await refuses(stage, [replaces(first, { title: 'other' })], 'version_conflict', { id: first.id, version: 2 });
  },

  'a replacement of a version yet to come is refused': async (stage) => {
    await stage.keep(makeMemory());
    const ahead = replaces(makeMemory({ version: 5 }));
    await refuses(stage, [ahead], 'version_conflict', { id: memoryId(1), version: 1 });
  },

  'a replacement of nothing is refused': async (stage) => {
    await refuses(stage, [replaces(makeMemory())], 'not_found', { id: memoryId(1) });
  },

  'a memory in the trash can be replaced, and so restored': async (stage) => {
    const memory = makeMemory();
    await stage.keep(memory);
    await stage.write(trashes(memory));
    const trashed = nextVersion(memory, { deletedAt: day(2) });
    expect(await stage.memory(memory.id)).toStrictEqual(trashed);
    await stage.write(replaces(trashed, { deletedAt: null }, 'restored'));
    expect(await stage.memory(memory.id)).toStrictEqual({ ...memory, version: 3 });
  },

  'one batch may create a memory and replace it': async (stage) => {
    const memory = makeMemory();
    await stage.write(creates(memory), replaces(memory, { title: 'second' }));
    expect(await stage.memory(memory.id)).toMatchObject({ title: 'second', version: 2 });
  },
});

const twoMemories = [makeMemory({ id: 1 }), makeMemory({ id: 2 })];

export const relationshipConditions = makeConcern('conditions on relationships', {
  'an absent end is named, the first one first': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }));
    await refuses(stage, [relates(makeRelationship({ from: 1, to: 8 }))], 'not_found', { id: memoryId(8) });
    await refuses(stage, [relates(makeRelationship({ from: 9, to: 1 }))], 'not_found', { id: memoryId(9) });
    await refuses(stage, [relates(makeRelationship({ from: 9, to: 8 }))], 'not_found', { id: memoryId(9) });
  },

  'an end in the trash or merged away is not there': async (stage) => {
    await stage.keep(
      makeMemory({ id: 1 }),
      makeMemory({ id: 2, deletedAt: day(1) }),
      makeMemory({ id: 3, mergedInto: 1 }),
    );
    await refuses(stage, [relates(makeRelationship({ from: 1, to: 2 }))], 'not_found', { id: memoryId(2) });
    await refuses(stage, [relates(makeRelationship({ from: 3, to: 2 }))], 'not_found', { id: memoryId(3) });
  },

  'an import needs both ends too, if only in the trash': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2, deletedAt: day(1) }));
    await refuses(stage, [importsRelationship(makeRelationship({ to: 8 }))], 'not_found', { id: memoryId(8) });
    await stage.write(importsRelationship(makeRelationship({ to: 2 })));
    expect(await stage.relationship(relationshipId(1))).toBeDefined();
  },

  'the ends may come earlier in the batch, not later': async (stage) => {
    const [one, two] = twoMemories.map((memory) => creates(memory)) as [WriteOperation, WriteOperation];
    await refuses(stage, [one, relates(makeRelationship()), two], 'not_found', { id: memoryId(2) });
    await stage.write(one, two, relates(makeRelationship()));
    expect(await stage.relationship(relationshipId(1))).toBeDefined();
  },

  'one live relationship of a type leads from one memory to another': async (stage) => {
    await stage.keep(...twoMemories);
    await stage.write(relates(makeRelationship({ id: 1, type: 'SOLVES' })));
    const details = { entity: 'relationship', id: relationshipId(1) };
    await refuses(stage, [relates(makeRelationship({ id: 2, type: 'SOLVES' }))], 'duplicate', details);
    await stage.write(relates(makeRelationship({ id: 3, type: 'CAUSES' })));
    await stage.write(relates(makeRelationship({ id: 4, type: 'SOLVES', from: 2, to: 1 })));
  },

  'an id of a relationship is taken once, wherever it leads': async (stage) => {
    await stage.keep(...twoMemories, makeMemory({ id: 3 }));
    await stage.write(relates(makeRelationship({ type: 'SOLVES' })));
    const details = { entity: 'relationship', id: relationshipId(1) };
    await refuses(stage, [relates(makeRelationship({ type: 'CAUSES', from: 2, to: 3 }))], 'duplicate', details);
    const closed = makeRelationship({ type: 'SOLVES', validUntil: day(2) });
    await refuses(stage, [importsRelationship(closed)], 'duplicate', details);
  },

  'the second of one batch meets the first': async (stage) => {
    await stage.keep(...twoMemories);
    const details = { entity: 'relationship', id: relationshipId(1) };
    await refuses(
      stage,
      [relates(makeRelationship({ id: 1 })), relates(makeRelationship({ id: 2 }))],
      'duplicate',
      details,
    );
  },

  'closed and removed relationships stand in nobody’s way': async (stage) => {
    await stage.keep(...twoMemories);
    await stage.write(
      relates(makeRelationship({ id: 1, validUntil: day(2) })),
      relates(makeRelationship({ id: 2, removedAt: day(2) })),
      relates(makeRelationship({ id: 3 })),
      relates(makeRelationship({ id: 4, validUntil: day(3) })),
    );
    const all = await stage.store.relationships(stage.scope, { state: 'any', limit: 10 });
    expect(all).toHaveLength(4);
  },

  'a replacement checks the version': async (stage) => {
    await stage.keep(...twoMemories);
    const first = makeRelationship();
    await refuses(stage, [reshapes(first)], 'not_found', { id: first.id });
    await stage.write(relates(first), reshapes(first, { strength: 1 }));
    await refuses(stage, [reshapes(first, { strength: 0 })], 'version_conflict', { id: first.id, version: 2 });
  },

  'a closed relationship comes to life again only where there is room': async (stage) => {
    await stage.keep(...twoMemories);
    const closed = makeRelationship({ id: 1, validUntil: day(2) });
    const successor = makeRelationship({ id: 2 });
    await stage.write(relates(closed), relates(successor));
    const details = { entity: 'relationship', id: successor.id };
    await refuses(stage, [reshapes(closed, { validUntil: null })], 'duplicate', details);
    await stage.write(reshapes(successor, { removedAt: day(3) }, 'removed'), reshapes(closed, { validUntil: null }));
    expect(await stage.relationship(closed.id)).toMatchObject({ validUntil: null, version: 2 });
  },

  'a relationship can be replaced while an end is in the trash': async (stage) => {
    await stage.keep(...twoMemories);
    const relationship = makeRelationship();
    await stage.write(relates(relationship));
    await stage.write(trashes(makeMemory({ id: 2 })));
    await stage.write(reshapes(relationship, { removedAt: day(3) }, 'removed'));
    expect(await stage.relationship(relationship.id)).toMatchObject({ removedAt: day(3), version: 2 });
  },
});
