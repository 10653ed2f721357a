import { expect } from 'vitest';
import { limits } from '../../src/domain/limits.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { relationshipTypes } from '../../src/domain/relationship.ts';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  relationshipId,
  reshapes,
} from '../support/builders.ts';
import { expectRefusal } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';
import { treacherousTexts } from './treacherous-texts.ts';

const expectBack = async (stage: Stage, ...relationships: readonly Relationship[]): Promise<void> => {
  await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
  await stage.write(...relationships.map((relationship) => relates(relationship)));
  const query = { state: 'any', limit: 1000 } as const;
  expect(await stage.store.relationships(stage.scope, query)).toStrictEqual(relationships);
};

export const relationshipRecords = makeConcern('relationship records', {
  'a relationship with every field filled comes back as it was': async (stage) => {
    await expectBack(
      stage,
      makeRelationship({
        type: 'SOLVES',
        strength: 0.1 + 0.2,
        confidence: 1 / 3,
        description: 'by retrying',
        context: {
          text: 'partially solves it when idle',
          scope: 'partial',
          conditions: ['when idle', ''],
          evidence: ['tests'],
          components: ['auth', 'db'],
          exceptions: ['Windows'],
        },
        bidirectional: true,
        evidenceCount: 3,
        counterEvidenceCount: 1,
        validationCount: 2,
        successRate: 0.75,
        createdAt: day(1),
        lastValidated: day(2),
        validFrom: day(0),
        validUntil: day(5),
        recordedAt: day(3),
        invalidatedBy: 9,
        removedAt: day(6),
        version: 5,
        updatedBy: 'ada',
        origin: 'automatic',
        // In multi-tenant mode nobody writes in another's name.
        createdBy: stage.mode === 'single' ? 'bob' : null,
        extra: { old: ['x', { y: null }] },
      }),
    );
  },

  'every relationship type joins the same two': async (stage) => {
    await expectBack(stage, ...relationshipTypes.map((type, index) => makeRelationship({ id: index + 1, type })));
  },

  'an absent reason stays apart from an empty one': async (stage) => {
    await expectBack(
      stage,
      makeRelationship({ id: 1, type: 'CAUSES', context: null, description: null, successRate: null, extra: null }),
      makeRelationship({ id: 2, type: 'SOLVES', context: {}, description: '', successRate: 0, extra: {} }),
      makeRelationship({ id: 3, type: 'BLOCKS', context: { text: '', evidence: [''] }, validUntil: 0 }),
    );
  },

  'reasons of every script and syntax come back to the letter': async (stage) => {
    const texts = treacherousTexts.slice(0, relationshipTypes.length);
    const relationships = texts.map((text, index) =>
      makeRelationship({
        id: index + 1,
        type: relationshipTypes[index] ?? 'CAUSES',
        description: text,
        context: { text, conditions: [text, text], evidence: [text] },
        extra: { [text]: text },
      }),
    );
    await expectBack(stage, ...relationships);
  },

  'a reason at the limit is kept': async (stage) => {
    const text = 'ü'.repeat(limits.relationshipContext);
    await expectBack(stage, makeRelationship({ description: '漢'.repeat(limits.description), context: { text } }));
  },

  'a replacement is kept whole': async (stage) => {
    const before = makeRelationship({ description: 'first', context: { text: 'why' } });
    await expectBack(stage, before);
    const changes = { strength: 1, description: null, context: null, lastValidated: day(9), validationCount: 4 };
    await stage.write(reshapes(before, changes));
    expect(await stage.relationship(relationshipId(1))).toStrictEqual({ ...before, ...changes, version: 2 });
  },

  'a replacement may move the ends, but not where tenants share the store': async (stage) => {
    const before = makeRelationship({ from: 1, to: 2, type: 'SOLVES' });
    await expectBack(stage, before);
    await stage.keep(makeMemory({ id: 3 }));
    const moved = stage.write(reshapes(before, { from: memoryId(3), to: memoryId(1) }, 'merged'));
    if (stage.mode === 'multi') {
      await expectRefusal(moved, 'forbidden', { id: before.id });
      return;
    }
    await moved;
    const { steps } = await stage.store.traverse(stage.scope, {
      from: memoryId(3),
      direction: 'outgoing',
      maxDepth: 5,
      maxNodes: 10,
      fanOut: 10,
    });
    expect(steps.map(({ memoryId: reached }) => reached)).toEqual([memoryId(1)]);
    expect(await stage.store.relationships(stage.scope, { of: [memoryId(2)], limit: 10 })).toEqual([]);
  },

  'an imported relationship may end in the trash': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2, deletedAt: day(2) }));
    const imported = makeRelationship({ validUntil: day(2), version: 3 });
    await stage.write(importsRelationship(imported));
    expect(await stage.relationship(relationshipId(1))).toStrictEqual(imported);
    expect((await stage.changes()).filter(({ entity }) => entity === 'relationship')).toEqual([]);
  },
});
