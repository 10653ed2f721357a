import { expect } from 'vitest';
import type { MemoryType } from '../../src/domain/memory.ts';
import { memoryTypes } from '../../src/domain/memory.ts';
import type { MemoryFilter } from '../../src/storage/query.ts';
import { day, makeMemory, memoryId, replaces, trashes } from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';
import { treacherousTexts } from './treacherous-texts.ts';

const tagged = (values: readonly string[], mode: 'any' | 'all'): MemoryFilter => ({ tags: { values, mode } });

const keepTagged = (stage: Stage): Promise<void> =>
  stage.keep(
    makeMemory({ id: 1, tags: ['a', 'b'] }),
    makeMemory({ id: 2, tags: ['b', 'c'] }),
    makeMemory({ id: 3, tags: [] }),
    makeMemory({ id: 4, tags: ['a'] }),
    makeMemory({ id: 5, tags: ['ab', 'a b'] }),
  );

export const filters = makeConcern('filters', {
  'no filter passes what is live': async (stage) => {
    await stage.keep(
      makeMemory({ id: 1 }),
      makeMemory({ id: 2, deletedAt: day(1) }),
      makeMemory({ id: 3, mergedInto: 1 }),
    );
    expect(await stage.matching({})).toEqual([1]);
    expect(await stage.matching({ state: 'live' })).toEqual([1]);
    expect(await stage.matching({ state: 'trashed' })).toEqual([2, 3]);
    expect(await stage.matching({ state: 'any' })).toEqual([1, 2, 3]);
  },

  'an empty list holds for nothing': async (stage) => {
    const context = { projectPath: 'p', languages: ['l'], frameworks: ['f'] };
    await stage.keep(makeMemory({ id: 1, tags: ['t'], context }), makeMemory({ id: 2 }));
    const empty: readonly MemoryFilter[] = [
      { ids: [] },
      { types: [] },
      tagged([], 'any'),
      tagged([], 'all'),
      { projects: [] },
      { languages: [] },
      { frameworks: [] },
      { relatedBy: [] },
      { notRelatedBy: [] },
    ];
    for (const filter of empty) expect(await stage.matching(filter), JSON.stringify(filter)).toEqual([]);
  },

  'ids, also absent ones': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }), makeMemory({ id: 3, deletedAt: day(1) }));
    const ids = [3, 2, 9, 2].map(memoryId);
    expect(await stage.matching({ ids })).toEqual([2]);
    expect(await stage.matching({ ids, state: 'any' })).toEqual([2, 3]);
  },

  'types, one or several': async (stage) => {
    await stage.keep(...memoryTypes.map((type, index) => makeMemory({ id: index + 1, type })));
    const numbered = (types: readonly MemoryType[]): readonly number[] =>
      types.map((type) => memoryTypes.indexOf(type) + 1).toSorted((a, b) => a - b);
    for (const type of memoryTypes) expect(await stage.matching({ types: [type] })).toEqual(numbered([type]));
    expect(await stage.matching({ types: ['fix', 'task', 'fix'] })).toEqual(numbered(['fix', 'task']));
    expect(await stage.matching({ types: memoryTypes })).toHaveLength(memoryTypes.length);
  },

  'any or all of some tags, whole and exact': async (stage) => {
    await keepTagged(stage);
    expect(await stage.matching(tagged(['a'], 'any'))).toEqual([1, 4]);
    expect(await stage.matching(tagged(['a', 'c'], 'any'))).toEqual([1, 2, 4]);
    expect(await stage.matching(tagged(['a', 'b'], 'all'))).toEqual([1]);
    expect(await stage.matching(tagged(['a', 'zzz'], 'all'))).toEqual([]);
    expect(await stage.matching(tagged(['zzz', 'c'], 'any'))).toEqual([2]);
    expect(await stage.matching(tagged(['A'], 'any'))).toEqual([]);
  },

  'a tag asked for twice counts once': async (stage) => {
    await keepTagged(stage);
    expect(await stage.matching(tagged(['a', 'a'], 'all'))).toEqual([1, 4]);
    expect(await stage.matching(tagged(['b', 'a', 'b'], 'all'))).toEqual([1]);
    expect(await stage.matching(tagged(['a', 'b', 'a'], 'any'))).toEqual([1, 2, 4]);
  },

  'projects are exact, and no project is none of them': async (stage) => {
    const paths = ['/a', '/a/b', '/A', '/a%', '/a_', '', null];
    await stage.keep(...paths.map((projectPath, index) => makeMemory({ id: index + 1, context: { projectPath } })));
    expect(await stage.matching({ projects: ['/a'] })).toEqual([1]);
    expect(await stage.matching({ projects: ['/a%', '/A'] })).toEqual([3, 4]);
    expect(await stage.matching({ projects: [''] })).toEqual([6]);
    expect(await stage.matching({ projects: ['null', '/'] })).toEqual([]);
  },

  'languages and frameworks do not mind ASCII case, other letters do': async (stage) => {
    const lists = [['TypeScript', 'Go'], ['typescript'], ['Ärlang'], ['ärlang', 'K'], ['\u212a'], []];
    await stage.keep(
      ...lists.map((list, index) => makeMemory({ id: index + 1, context: { languages: list } })),
      ...lists.map((list, index) => makeMemory({ id: index + 11, context: { frameworks: list } })),
    );
    const expected = [
      [['TYPESCRIPT'], [1, 2]],
      [['go', 'rust'], [1]],
      [['ärlang'], [4]],
      [['ÄRLANG'], [3]],
      [['k'], [4]],
      [['type'], []],
      [['type%', '_o', ''], []],
    ] as const;
    for (const [values, numbers] of expected) {
      expect(await stage.matching({ languages: values }), values.join()).toEqual(numbers);
      expect(await stage.matching({ frameworks: values }), values.join()).toEqual(numbers.map((number) => number + 10));
    }
  },

  'thresholds hold at the value itself': async (stage) => {
    const values = [0, 0.3, 0.1 + 0.2, 0.5, 1];
    await stage.keep(
      ...values.map((importance, index) => makeMemory({ id: index + 1, importance, confidence: 1 - importance })),
    );
    expect(await stage.matching({ minImportance: 0 })).toEqual([1, 2, 3, 4, 5]);
    expect(await stage.matching({ minImportance: 0.1 + 0.2 })).toEqual([3, 4, 5]);
    expect(await stage.matching({ minImportance: 1 })).toEqual([5]);
    expect(await stage.matching({ minConfidence: 0.5 })).toEqual([1, 2, 3, 4]);
    expect(await stage.matching({ minConfidence: 1 })).toEqual([1]);
    expect(await stage.matching({ minImportance: 0.3, minConfidence: 0.6 })).toEqual([2, 3]);
  },

  'created after is inclusive, created before is not': async (stage) => {
    await stage.keep(...[1, 2, 3].map((id) => makeMemory({ id, createdAt: day(id), updatedAt: day(10 - id) })));
    expect(await stage.matching({ createdAfter: day(2) })).toEqual([2, 3]);
    expect(await stage.matching({ createdAfter: day(2) + 1 })).toEqual([3]);
    expect(await stage.matching({ createdBefore: day(2) })).toEqual([1]);
    expect(await stage.matching({ createdBefore: day(2) + 1 })).toEqual([1, 2]);
    expect(await stage.matching({ createdAfter: day(2), createdBefore: day(2) })).toEqual([]);
    expect(await stage.matching({ updatedAfter: day(8) })).toEqual([1, 2]);
    expect(await stage.matching({ updatedAfter: day(8), createdAfter: day(2) })).toEqual([2]);
  },

  'in the trash since before a time, exclusive': async (stage) => {
    await stage.keep(
      makeMemory({ id: 1, deletedAt: day(2), updatedAt: day(9) }),
      makeMemory({ id: 2, deletedAt: day(3), type: 'fix' }),
      makeMemory({ id: 3, deletedAt: day(4) }),
      makeMemory({ id: 4 }),
      makeMemory({ id: 5, mergedInto: 4 }),
      makeMemory({ id: 6, mergedInto: 4, deletedAt: day(2) }),
    );
    const before = (deletedBefore: number): MemoryFilter => ({ state: 'trashed', deletedBefore });
    expect(await stage.matching(before(day(2)))).toEqual([]);
    expect(await stage.matching(before(day(2) + 1))).toEqual([1, 6]);
    expect(await stage.matching(before(day(4)))).toEqual([1, 2, 6]);
    expect(await stage.matching(before(day(30)))).toEqual([1, 2, 3, 6]);
    expect(await stage.matching({ ...before(day(4)), types: ['fix'] })).toEqual([2]);
    await stage.write(replaces(makeMemory({ id: 2, deletedAt: day(3) }), { deletedAt: null }, 'restored'));
    expect(await stage.matching(before(day(30)))).toEqual([1, 3, 6]);
  },

  'every text of every script is found by itself alone': async (stage) => {
    const texts = treacherousTexts;
    await stage.keep(
      ...texts.map((text, index) =>
        makeMemory({
          id: index + 1,
          tags: [text],
          context: { projectPath: text, languages: [text], frameworks: [text] },
        }),
      ),
    );
    for (const [index, text] of texts.entries()) {
      expect(await stage.matching(tagged([text], 'all')), text).toEqual([index + 1]);
      expect(await stage.matching({ projects: [text] }), text).toEqual([index + 1]);
      expect(await stage.matching({ languages: [text], frameworks: [text] }), text).toEqual([index + 1]);
    }
  },

  'every part must hold': async (stage) => {
    const fitting = makeMemory({
      id: 1,
      type: 'fix',
      tags: ['a', 'b'],
      importance: 0.7,
      confidence: 0.9,
      createdAt: day(5),
      updatedAt: day(6),
      context: { projectPath: '/p', languages: ['Go'], frameworks: ['Gin'] },
    });
    const { context } = fitting;
    const misfits = [
      { type: 'task' },
      { tags: ['a'] },
      { importance: 0.6 },
      { confidence: 0.8 },
      { createdAt: day(4), updatedAt: day(6) },
      { createdAt: day(6), updatedAt: day(6) },
      { updatedAt: day(5) },
      { context: { ...context, projectPath: '/q' } },
      { context: { ...context, languages: [] } },
      { context: { ...context, frameworks: ['Echo'] } },
      { deletedAt: day(6) },
    ] as const;
    await stage.keep(fitting, ...misfits.map((part, index) => ({ ...fitting, ...part, id: memoryId(index + 2) })));
    const filter: MemoryFilter = {
      state: 'live',
      ids: Array.from({ length: 20 }, (_, index) => memoryId(index)),
      types: ['fix', 'error'],
      tags: { values: ['a', 'b'], mode: 'all' },
      projects: ['/p'],
      languages: ['go'],
      frameworks: ['GIN'],
      minImportance: 0.7,
      minConfidence: 0.9,
      createdAfter: day(5),
      createdBefore: day(6),
      updatedAfter: day(6),
      notRelatedBy: ['SOLVES'],
    };
    expect(await stage.matching(filter)).toEqual([1]);
    await stage.write(trashes(fitting));
    expect(await stage.matching(filter)).toEqual([]);
  },

  'long lists of values are taken': async (stage) => {
    await stage.keep(makeMemory({ id: 1, tags: ['t500'], context: { projectPath: 'p500' } }), makeMemory({ id: 2 }));
    const many = (letter: string): string[] => Array.from({ length: 1000 }, (_, index) => `${letter}${index}`);
    expect(await stage.matching({ ...tagged(many('t'), 'any'), projects: many('p') })).toEqual([1]);
    expect(await stage.matching({ ids: Array.from({ length: 5000 }, (_, index) => memoryId(index + 2)) })).toEqual([2]);
  },
});
