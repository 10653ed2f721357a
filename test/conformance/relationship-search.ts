import { expect } from 'vitest';
import type { RelationshipType } from '../../src/domain/relationship.ts';
import { relationshipTypes } from '../../src/domain/relationship.ts';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  nextVersion,
  relates,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../support/builders.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Types } from './reasons.ts';
import { keepReasons, rank } from './reasons.ts';
import type { Stage } from './stage.ts';

const found = async (stage: Stage, words: string, types: Types = null): Promise<readonly number[]> =>
  (await rank(stage, wordsQuery(words), types)).toSorted((a, b) => a - b);

export const relationshipMatching = makeConcern('matching reasons', {
  'reasons match by words, groups and prefixes as memories do': async (stage) => {
    await keepReasons(stage, 'retry helps', 'helps when idle', 'retries', 'größe 漢字', '');
    expect(await found(stage, 'helps')).toEqual([1, 2]);
    expect(await found(stage, 'idle helps')).toEqual([2]);
    expect(await found(stage, 'retr*')).toEqual([1, 3]);
    expect(await found(stage, 'grö* 漢*')).toEqual([4]);
    expect(await found(stage, 'hel')).toEqual([]);
    const [retry, retries, idle] = wordsQuery('retry retries idle').groups.flat();
    if (!retry || !retries || !idle) throw new Error('three words were given');
    expect(await rank(stage, { mode: 'all', groups: [[retry, retries], [idle]] })).toEqual([]);
    expect(await rank(stage, { mode: 'all', groups: [[retry, retries]] })).toHaveLength(2);
    expect(await rank(stage, { mode: 'any', groups: [[retry, retries], [idle], []] })).toHaveLength(3);
    expect(await rank(stage, { mode: 'all', groups: [[retry], []] })).toEqual([]);
    expect(await rank(stage, { mode: 'any', groups: [] })).toEqual([]);
  },

  'a word with its place is one word, never syntax': async (stage) => {
    const words = ['scope=partial', 'has=evidence', 'conditions=idle', 'idle', 'scope', 'partial', '=', 'a=b=c', 'or'];
    await keepReasons(stage, ...words.map((word) => `filler ${word}`));
    for (const [index, word] of words.entries()) expect(await found(stage, word), word).toEqual([index + 1]);
    expect(await found(stage, 'scope=*')).toEqual([1]);
    expect(await found(stage, 'scope*')).toEqual([1, 5]);
    expect(await found(stage, 'filler conditions=idle')).toEqual([3]);
  },

  'types narrow, and none of them find nothing': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write(
      ...relationshipTypes.map((type, index) => relates(makeRelationship({ id: index + 1, type }), 'word')),
    );
    const numbered = (types: readonly RelationshipType[]): readonly number[] =>
      types.map((type) => relationshipTypes.indexOf(type) + 1).toSorted((a, b) => a - b);
    expect(await found(stage, 'word', ['CAUSES', 'SIMILAR_TO'])).toEqual(numbered(['CAUSES', 'SIMILAR_TO']));
    expect(await found(stage, 'word', ['SOLVES', 'SOLVES'])).toEqual(numbered(['SOLVES']));
    expect(await found(stage, 'word', relationshipTypes)).toHaveLength(relationshipTypes.length);
    expect(await found(stage, 'word', [])).toEqual([]);
    expect(await found(stage, 'word', null)).toHaveLength(relationshipTypes.length);
  },

  'types narrow before the cut': async (stage) => {
    await stage.keep(...Array.from({ length: 101 }, (_, index) => makeMemory({ id: index + 1 })));
    const edges = Array.from({ length: 100 }, (_, index) =>
      relates(
        makeRelationship({ id: index + 1, to: index + 2, type: index === 99 ? 'SOLVES' : 'CAUSES' }),
        index === 99 ? `word ${'filler '.repeat(20)}` : 'word',
      ),
    );
    await stage.write(...edges);
    expect(await rank(stage, wordsQuery('word'), ['SOLVES'], 1)).toEqual([100]);
  },

  'the whole relationship comes, its text and its ends are not searched': async (stage) => {
    await stage.keep(makeMemory({ id: 1, title: 'visible' }), makeMemory({ id: 2 }));
    const edge = makeRelationship({ description: 'visible', context: { text: 'visible', conditions: ['visible'] } });
    await stage.write(relates(edge, 'token'));
    expect(await stage.store.searchRelationships(stage.scope, wordsQuery('token'), null, 10)).toStrictEqual([edge]);
    expect(await found(stage, 'visible')).toEqual([]);
    expect(
      numbersOf((await stage.store.search(stage.scope, wordsQuery('token'), {}, 10)).map((hit) => hit.memory)),
    ).toEqual([]);
  },

  'a replacement brings its own words': async (stage) => {
    await keepReasons(stage, 'old');
    const first = makeRelationship();
    await stage.write(reshapes(first, { strength: 1 }, 'updated', 'new newer'));
    expect([await found(stage, 'old'), await found(stage, 'new newer')]).toEqual([[], [1]]);
    await stage.write(reshapes({ ...first, version: 2 }, {}, 'updated', ''));
    expect([await found(stage, 'new'), await found(stage, 'newer')]).toEqual([[], []]);
  },

  'a closed or removed one is not found until it is live again': async (stage) => {
    await keepReasons(stage, 'word', 'word', 'word');
    const [one, two] = [makeRelationship({ id: 1, to: 2 }), makeRelationship({ id: 2, to: 3 })];
    await stage.write(
      reshapes(one, { validUntil: day(2) }, 'invalidated', 'word'),
      reshapes(two, { removedAt: day(2) }, 'removed', 'word'),
    );
    expect(await found(stage, 'word')).toEqual([3]);
    await stage.write(
      reshapes({ ...one, version: 2 }, { validUntil: null }, 'updated', 'word'),
      reshapes({ ...two, version: 2 }, { removedAt: null }, 'updated', 'other'),
    );
    expect([await found(stage, 'word'), await found(stage, 'other')]).toEqual([[1, 3], [2]]);
  },

  'one that is closed from the start is not found': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write(relates(makeRelationship({ validUntil: day(2) }), 'word'));
    expect(await found(stage, 'word')).toEqual([]);
  },

  'one with an end in the trash is not found until both ends are back': async (stage) => {
    await keepReasons(stage, 'word', 'word');
    const [one, two] = [makeMemory({ id: 1 }), makeMemory({ id: 2 })];
    await stage.write(trashes(two));
    expect(await found(stage, 'word')).toEqual([2]);
    await stage.write(trashes(one));
    expect(await found(stage, 'word')).toEqual([]);
    await stage.write(replaces(nextVersion(two), { deletedAt: null }, 'restored'));
    expect(await found(stage, 'word')).toEqual([]);
    await stage.write(replaces(nextVersion(one), { deletedAt: null }, 'restored'));
    expect(await found(stage, 'word')).toEqual([1, 2]);
  },

  'words that change while an end is in the trash are found when it is back': async (stage) => {
    await keepReasons(stage, 'old', 'old');
    const two = makeMemory({ id: 2 });
    const edge = makeRelationship({ id: 1 });
    await stage.write(trashes(two), reshapes(edge, {}, 'updated', 'new'));
    expect(await found(stage, 'new')).toEqual([]);
    await stage.write(replaces(nextVersion(two), { deletedAt: null }, 'restored'));
    expect([await found(stage, 'old'), await found(stage, 'new')]).toEqual([[2], [1]]);
    await stage.write(
      trashes({ ...two, version: 3 }),
      reshapes({ ...edge, version: 2 }, { validUntil: day(3) }, 'invalidated', 'new'),
      replaces({ ...two, version: 4 }, { deletedAt: null }, 'restored'),
    );
    expect(await found(stage, 'new')).toEqual([]);
  },

  'one imported with an end in the trash is found when that is restored': async (stage) => {
    const trashed = makeMemory({ id: 2, deletedAt: day(1) });
    const merged = makeMemory({ id: 3, mergedInto: 1 });
    await stage.keep(makeMemory({ id: 1 }), trashed, merged);
    await stage.write(
      importsRelationship(makeRelationship({ id: 1, to: 2 }), 'word'),
      importsRelationship(makeRelationship({ id: 2, to: 3 }), 'word'),
    );
    expect(await found(stage, 'word')).toEqual([]);
    await stage.write(replaces(trashed, { deletedAt: null }, 'restored'));
    expect(await found(stage, 'word')).toEqual([1]);
    await stage.write(replaces(merged, { mergedInto: null }, 'restored'));
    expect(await found(stage, 'word')).toEqual([1, 2]);
  },

  'an update of an end leaves the words as they are': async (stage) => {
    await keepReasons(stage, 'word');
    await stage.write(replaces(makeMemory({ id: 1 }), { title: 'second' }), trashes(makeMemory({ id: 2 })));
    await stage.write(replaces(makeMemory({ id: 2, version: 2 }), { title: 'still in the trash', deletedAt: day(2) }));
    expect(await found(stage, 'word')).toEqual([]);
    await stage.write(replaces(makeMemory({ id: 2, version: 3 }), { deletedAt: null }, 'restored'));
    expect(await found(stage, 'word')).toEqual([1]);
    expect(await rank(stage, wordsQuery('word'), null, 10)).toEqual([1]);
  },
});
