import { expect } from 'vitest';
import type { Memory } from '../../src/domain/memory.ts';
import type { MemoryFilter, Sort, SortField, SortKey } from '../../src/storage/query.ts';
import {
  day,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  replaces,
  trashes,
  wordsQuery,
} from '../support/builders.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const keyOf = (memory: Memory, field: SortField): SortKey => {
  const { id, title, createdAt, updatedAt, importance, confidence } = memory;
  const values = { title, created_at: createdAt, updated_at: updatedAt, importance, confidence };
  return { value: values[field], id };
};

const page = async (
  stage: Stage,
  sort: Sort,
  limit: number,
  after?: SortKey,
  filter: MemoryFilter = {},
): Promise<readonly Memory[]> =>
  stage.store.listMemories(stage.scope, { filter, sort, limit, ...(after === undefined ? {} : { after }) });

/** All pages of this size, each asked for with the last row of the one before. */
const leaf = async (stage: Stage, sort: Sort, limit: number, filter: MemoryFilter = {}): Promise<readonly number[]> => {
  const all: Memory[] = [];
  for (;;) {
    const last = all.at(-1);
    const rows = await page(stage, sort, limit, last === undefined ? undefined : keyOf(last, sort.field), filter);
    all.push(...rows);
    if (rows.length < limit) return numbersOf(all);
    if (all.length > 1000) throw new Error('the pages never end');
  }
};

/** Sorted by each field in another order, with ties in each. */
const assorted: readonly Memory[] = [
  makeMemory({ id: 1, title: 'b', createdAt: day(3), updatedAt: day(9), importance: 0.5, confidence: 0.1 }),
  makeMemory({ id: 2, title: 'a', createdAt: day(1), updatedAt: day(8), importance: 0.5, confidence: 0.3 }),
  makeMemory({ id: 3, title: 'c', createdAt: day(3), updatedAt: day(9), importance: 0.9, confidence: 0.3 }),
  makeMemory({ id: 4, title: 'a', createdAt: day(2), updatedAt: day(7), importance: 0.1, confidence: 0.3 }),
  makeMemory({ id: 5, title: 'a', createdAt: day(1), updatedAt: day(9), importance: 0.5, confidence: 0.2 }),
];

const orders: readonly (readonly [SortField, readonly number[], readonly number[]])[] = [
  ['created_at', [2, 5, 4, 1, 3], [1, 3, 4, 2, 5]],
  ['updated_at', [4, 2, 1, 3, 5], [1, 3, 5, 2, 4]],
  ['importance', [4, 1, 2, 5, 3], [3, 1, 2, 5, 4]],
  ['confidence', [1, 5, 2, 3, 4], [2, 3, 4, 5, 1]],
  ['title', [2, 4, 5, 1, 3], [3, 1, 2, 4, 5]],
];

const newestFirst: Sort = { field: 'created_at', direction: 'desc' };

export const sorting = makeConcern('sorting', {
  ...Object.fromEntries(
    orders.map(([field, ascending, descending]) => [
      `${field} sorts both ways, ties by id, in pages of every size`,
      async (stage: Stage): Promise<void> => {
        await stage.keep(...assorted);
        for (const limit of [1, 2, 3, 5, 100]) {
          expect(await leaf(stage, { field, direction: 'asc' }, limit)).toEqual(ascending);
          expect(await leaf(stage, { field, direction: 'desc' }, limit)).toEqual(descending);
        }
      },
    ]),
  ),

  'titles compare by UTF-8 bytes, whatever the case or language': async (stage) => {
    const ascending = [
      '',
      ' ',
      '10',
      '9',
      'B',
      'Z',
      'a',
      'a ',
      'aa',
      'b',
      'z',
      'ß',
      'é',
      'я',
      '漢',
      '\ue000',
      '\uff21',
      '\u{1f600}',
      '\u{10ffff}',
    ];
    const shuffled = ascending.map((title, index) => makeMemory({ id: ((index * 7) % ascending.length) + 1, title }));
    await stage.keep(...shuffled.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    const up = await page(stage, { field: 'title', direction: 'asc' }, 100);
    expect(up.map(({ title }) => title)).toEqual(ascending);
    const leafed = await leaf(stage, { field: 'title', direction: 'desc' }, 2);
    expect(leafed).toEqual(numbersOf(up).toReversed());
  },

  'fractions that differ in the last bit are told apart': async (stage) => {
    const values = [0.3, 0.1 + 0.2, 0.30000000000000016];
    await stage.keep(...values.map((importance, index) => makeMemory({ id: index + 1, importance })));
    expect(await leaf(stage, { field: 'importance', direction: 'asc' }, 1)).toEqual([1, 2, 3]);
    expect(await leaf(stage, { field: 'importance', direction: 'desc' }, 1)).toEqual([3, 2, 1]);
  },
});

export const paging = makeConcern('paging', {
  'a page begins after the key also when that row is gone': async (stage) => {
    await stage.keep(...assorted);
    const [first] = await page(stage, newestFirst, 1);
    await stage.write(trashes(first as Memory));
    const rest = await page(stage, newestFirst, 10, keyOf(first as Memory, 'created_at'));
    expect(numbersOf(rest)).toEqual([3, 4, 2, 5]);
  },

  'a key between the rows works': async (stage) => {
    await stage.keep(...assorted);
    const rest = await page(stage, newestFirst, 10, { value: day(2) + 1, id: memoryId(0) });
    expect(numbersOf(rest)).toEqual([4, 2, 5]);
    expect(await page(stage, newestFirst, 10, { value: 0, id: memoryId(0) })).toEqual([]);
  },

  'what is written between two pages neither repeats nor hides a row that stayed': async (stage) => {
    const memories = Array.from({ length: 30 }, (_, index) => makeMemory({ id: index + 1, createdAt: day(index % 5) }));
    await stage.keep(...memories);
    const seen: Memory[] = [];
    for (let round = 0; ; round += 1) {
      const last = seen.at(-1);
      const rows = await page(stage, newestFirst, 4, last && keyOf(last, 'created_at'));
      seen.push(...rows);
      if (rows.length === 0) break;
      if (round > 100) throw new Error('the pages never end');
      await stage.keep(makeMemory({ id: 100 + round, createdAt: day(50) }));
      await stage.write(replaces(memories[round] as Memory, { title: 'changed' }));
    }
    expect(
      numbersOf(seen)
        .filter((number) => number < 100)
        .toSorted((a, b) => a - b),
    ).toEqual(numbersOf(memories));
    expect(new Set(numbersOf(seen)).size).toBe(seen.length);
  },

  'pages of a filtered list are full': async (stage) => {
    const memories = Array.from({ length: 40 }, (_, index) =>
      makeMemory({ id: index + 1, tags: index % 4 === 0 ? ['rare'] : [], createdAt: day(1) }),
    );
    await stage.keep(...memories);
    const filter: MemoryFilter = { tags: { values: ['rare'], mode: 'any' } };
    expect(numbersOf(await page(stage, newestFirst, 5, undefined, filter))).toEqual([1, 5, 9, 13, 17]);
    expect(await leaf(stage, newestFirst, 3, filter)).toEqual([1, 5, 9, 13, 17, 21, 25, 29, 33, 37]);
  },

  'a limit of 0 finds nothing, whatever is asked': async (stage) => {
    const { store, scope } = stage;
    await stage.keep(makeMemory({ id: 1, title: 'word', tags: ['t'] }), makeMemory({ id: 2 }));
    await stage.write(relates(makeRelationship({ description: 'word' })));
    const query = wordsQuery('word');
    const asked = (limit: number): readonly Promise<readonly unknown[]>[] => [
      store.listMemories(scope, { filter: {}, sort: newestFirst, limit }),
      store.search(scope, query, {}, limit),
      store.search(scope, query, { minImportance: 0.1 }, limit),
      store.searchRelationships(scope, query, null, limit),
      store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 100, limit }),
      store.relationships(scope, { limit }),
      store.relationships(scope, { of: [memoryId(1)], limit }),
      store.facet(scope, 'tags', '', limit),
      store.facet(scope, 'types', '', limit),
      store.idsByPrefix(scope, '', limit),
      store.changes(scope, { order: 'newest_first', limit }),
      store.statistics(scope, limit).then(({ tags }) => tags),
    ];
    const nothing = asked(0).map(() => []);
    expect(await Promise.all(asked(0))).toEqual(nothing);
    expect((await Promise.all(asked(1))).map((rows) => rows.length)).toEqual(nothing.map(() => 1));
  },

  'an empty store lists nothing': async (stage) => {
    expect(await page(stage, newestFirst, 10)).toEqual([]);
    expect(await stage.store.countMemories(stage.scope, {})).toBe(0);
  },
});
