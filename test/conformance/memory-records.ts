import { expect } from 'vitest';
import { limits } from '../../src/domain/limits.ts';
import type { JsonObject, Memory } from '../../src/domain/memory.ts';
import { memoryTypes } from '../../src/domain/memory.ts';
import { creates, day, makeDocument, makeMemory, memoryId, trashes } from '../support/builders.ts';
import { numbersOf } from './caller.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';
import { treacherousTexts } from './treacherous-texts.ts';

const expectBack = async (stage: Stage, ...memories: readonly Memory[]): Promise<void> => {
  await stage.keep(...memories);
  const ids = memories.map(({ id }) => id);
  const back = await stage.store.memories(stage.scope, ids, 'any');
  expect(back).toStrictEqual(memories);
  // The text too, since matchers overlook some own keys.
  expect(back.map((each) => JSON.stringify(sortKeys(each)))).toEqual(
    memories.map((each) => JSON.stringify(sortKeys(each))),
  );
};

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, part]) => [key, sortKeys(part)]);
};

export const memoryRecords = makeConcern('memory records', {
  'a memory with every field filled comes back as it was': async (stage) => {
    const full = makeMemory({
      id: 7,
      type: 'decision',
      title: 'Use WAL',
      content: 'Because readers do not block',
      summary: 'WAL it is',
      tags: ['sqlite', 'wal', 'a b c'],
      importance: 0.9,
      confidence: 0.1,
      effectiveness: 0.3,
      usageCount: 12,
      lastAccessed: day(3),
      createdAt: day(1),
      updatedAt: day(2),
      version: 4,
      updatedBy: 'ada',
      extra: { old_field: [1, 'two', null] },
      context: {
        projectPath: 'github.com/acme/shop',
        filesInvolved: ['src/a.ts', 'src/b.ts'],
        languages: ['TypeScript'],
        frameworks: ['Hono', 'React'],
        technologies: ['SQLite'],
        gitCommit: 'abc123',
        gitBranch: 'main',
        workingDirectory: '/home/ada/shop',
        timestamp: day(1),
        sessionId: 's-1',
        userId: 'u-1',
        additionalMetadata: { deep: { list: [{ on: true }] } },
      },
    });
    await expectBack(stage, full);
  },

  'every memory type is kept': async (stage) => {
    await expectBack(stage, ...memoryTypes.map((type, index) => makeMemory({ id: index + 1, type })));
  },

  'null, the empty text, the empty list and the empty object stay apart': async (stage) => {
    await expectBack(
      stage,
      makeMemory({ id: 1, summary: null, extra: null, context: { projectPath: null, additionalMetadata: null } }),
      makeMemory({ id: 2, summary: '', extra: {}, context: { projectPath: '', additionalMetadata: {} } }),
      makeMemory({
        id: 3,
        updatedBy: '',
        context: { gitBranch: '', filesInvolved: [''], additionalMetadata: { '': '' } },
      }),
    );
  },

  'zero is kept apart from null': async (stage) => {
    await expectBack(
      stage,
      makeMemory({ id: 1, effectiveness: 0, importance: 0, confidence: 0, lastAccessed: 0, context: { timestamp: 0 } }),
      makeMemory({ id: 2, effectiveness: null, importance: 1, confidence: 1, createdAt: 0, updatedAt: 0 }),
    );
  },

  'texts of every script and syntax come back to the letter': async (stage) => {
    const memories = treacherousTexts.map((text, index) =>
      makeMemory({
        id: index + 1,
        title: text,
        content: `${text}\n\t${text}`,
        summary: text,
        tags: [text],
        updatedBy: text,
        context: { projectPath: text, languages: [text, `${text}2`], additionalMetadata: { [text]: text } },
      }),
    );
    await expectBack(stage, ...memories);
  },

  'composed and decomposed letters are not made one': async (stage) => {
    await expectBack(
      stage,
      makeMemory({ id: 1, title: '\u00e9', tags: ['\u00e9', 'e\u0301'] }),
      makeMemory({ id: 2, title: 'e\u0301', tags: ['e\u0301'] }),
    );
  },

  'space at the ends and line ends of every kind are kept': async (stage) => {
    await expectBack(stage, makeMemory({ title: '  a  ', content: '\r\n\n\ra\t\u2028 \u00a0', tags: [' x '] }));
  },

  'values at the limits are kept': async (stage) => {
    const tags = Array.from({ length: limits.tags }, (_, index) => `${index}`.padEnd(limits.tag, 'ü'));
    const list = Array.from({ length: limits.contextList }, (_, index) => `${index}`.padEnd(limits.contextItem, '漢'));
    await expectBack(
      stage,
      makeMemory({
        title: 'ß'.repeat(limits.title),
        content: '😀'.repeat(limits.content / 2),
        summary: 'é'.repeat(limits.summary),
        tags,
        context: {
          projectPath: '/'.repeat(limits.contextText),
          filesInvolved: list,
          languages: list,
          additionalMetadata: { text: 'x'.repeat(limits.metadataBytes - 20) },
        },
      }),
    );
  },

  'numbers are exact': async (stage) => {
    const fractions = [0.1 + 0.2, 1 / 3, 5e-324, Number.EPSILON, 0.30000000000000004, 1 - Number.EPSILON / 2];
    const memories = fractions.map((importance, index) =>
      makeMemory({ id: index + 1, importance, confidence: importance }),
    );
    const greatest = makeMemory({
      id: 50,
      createdAt: 8_640_000_000_000_000,
      updatedAt: 8_640_000_000_000_000,
      usageCount: 2 ** 31,
      version: 2 ** 31 + 1,
      extra: { whole: Number.MAX_SAFE_INTEGER, least: -Number.MAX_SAFE_INTEGER, large: 1e300, small: 1e-300, one: 1.5 },
    });
    await expectBack(stage, ...memories, greatest);
  },

  'metadata with odd keys is kept': async (stage) => {
    const odd = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": 2, "": 3, "a.b": {"c": [[], {}]}, "$where": "1", "ключ": null, "1": true, "a b": "\\u0001"}',
    ) as JsonObject;
    await expectBack(stage, makeMemory({ extra: odd, context: { additionalMetadata: odd } }));
  },

  'deep metadata is kept': async (stage) => {
    let deep: JsonObject = { end: true };
    for (let depth = 1; depth < limits.metadataDepth; depth += 1) deep = { next: deep };
    await expectBack(stage, makeMemory({ context: { additionalMetadata: deep } }));
  },

  'lists keep their order': async (stage) => {
    const tags = ['zebra', 'apple', '10', '9', 'Ä', 'mango'];
    await expectBack(stage, makeMemory({ tags, context: { filesInvolved: tags, technologies: [...tags].reverse() } }));
  },

  'what a caller does to its records afterwards changes nothing': async (stage) => {
    const tags = ['kept'];
    await stage.write(creates(makeMemory({ tags }), makeDocument({ title: 'kept' })));
    tags.push('slipped in');
    expect((await stage.memory(memoryId(1)))?.tags).toEqual(['kept']);
  },
});

export const memoryLookup = makeConcern('memory look-up', {
  'memories come in the order asked, and what is absent is left out': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }), makeMemory({ id: 3 }));
    const found = await stage.store.memories(stage.scope, [3, 9, 1, 2].map(memoryId), 'live');
    expect(numbersOf(found)).toEqual([3, 1, 2]);
  },

  'an id asked for twice is given once, at its first place': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    const found = await stage.store.memories(stage.scope, [2, 1, 9, 2, 9].map(memoryId), 'live');
    expect(numbersOf(found)).toEqual([2, 1]);
  },

  'no ids find nothing': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }));
    expect(await stage.store.memories(stage.scope, [], 'any')).toEqual([]);
  },

  'text that is no id finds nothing': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }));
    const ids = ["' OR 1=1 --", '%', '', '*', `${memoryId(1)} `].map((text) => text as Memory['id']);
    expect(await stage.store.memories(stage.scope, ids, 'any')).toEqual([]);
  },

  'state tells the live from what is in the trash or merged away': async (stage) => {
    const trashed = makeMemory({ id: 2 });
    await stage.keep(makeMemory({ id: 1 }), trashed, makeMemory({ id: 3, mergedInto: 1 }));
    await stage.write(trashes(trashed));
    const ids = [1, 2, 3].map(memoryId);
    expect(numbersOf(await stage.store.memories(stage.scope, ids, 'live'))).toEqual([1]);
    expect(numbersOf(await stage.store.memories(stage.scope, ids, 'trashed'))).toEqual([2, 3]);
    expect(numbersOf(await stage.store.memories(stage.scope, ids, 'any'))).toEqual([1, 2, 3]);
  },

  'a merged memory keeps the alias': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2, mergedInto: 1, deletedAt: day(2) }));
    expect((await stage.memory(memoryId(2)))?.mergedInto).toBe(memoryId(1));
  },

  'a thousand ids are looked up at once': async (stage) => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index + 1);
    await stage.keep(...numbers.map((id) => makeMemory({ id })));
    const found = await stage.store.memories(stage.scope, numbers.toReversed().map(memoryId), 'live');
    expect(numbersOf(found)).toEqual(numbers.toReversed());
  },
});
