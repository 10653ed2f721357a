import { expect } from 'vitest';
import type { Facet } from '../../src/storage/query.ts';
import {
  day,
  importsRelationship,
  makeMemory,
  makeRelationship,
  memoryId,
  relates,
  replaces,
  trashes,
} from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';
import { treacherousTexts } from './treacherous-texts.ts';

export const statistics = makeConcern('statistics', {
  'an empty store counts nothing': async (stage) => {
    expect(await stage.store.statistics(stage.scope, 10)).toStrictEqual({
      memories: 0,
      trashed: 0,
      relationships: 0,
      byType: {},
      byRelationshipType: {},
      tags: [],
      projects: [],
    });
  },

  'what is live is counted by type, tag and project': async (stage) => {
    const [a, b] = [{ projectPath: '/a' }, { projectPath: '/b' }];
    await stage.keep(
      makeMemory({ id: 1, type: 'fix', tags: ['x', 'y'], context: a }),
      makeMemory({ id: 2, type: 'fix', tags: ['y'], context: b }),
      makeMemory({ id: 3, type: 'error', tags: ['z', 'y'], context: b }),
      makeMemory({ id: 4, type: 'error', tags: ['x', 'x2'], deletedAt: day(1), context: a }),
      makeMemory({ id: 5, type: 'task', tags: ['y'], mergedInto: 1, context: a }),
    );
    await stage.write(
      relates(makeRelationship({ id: 1, from: 1, to: 2, type: 'SOLVES' })),
      relates(makeRelationship({ id: 2, from: 1, to: 3, type: 'SOLVES' })),
      relates(makeRelationship({ id: 3, from: 2, to: 3, type: 'CAUSES' })),
      relates(makeRelationship({ id: 4, from: 3, to: 2, type: 'CAUSES', validUntil: day(2) })),
      relates(makeRelationship({ id: 5, from: 3, to: 2, type: 'BLOCKS', removedAt: day(2) })),
      importsRelationship(makeRelationship({ id: 6, from: 1, to: 4, type: 'BLOCKS' })),
    );
    expect(await stage.store.statistics(stage.scope, 10)).toStrictEqual({
      memories: 3,
      trashed: 2,
      relationships: 3,
      byType: { fix: 2, error: 1 },
      byRelationshipType: { SOLVES: 2, CAUSES: 1 },
      tags: [
        { value: 'y', count: 3 },
        { value: 'x', count: 1 },
        { value: 'z', count: 1 },
      ],
      projects: [
        { value: '/b', count: 2 },
        { value: '/a', count: 1 },
      ],
    });
  },

  'at most the top of each list is given': async (stage) => {
    const tags = ['d', 'b', 'c', 'a'];
    await stage.keep(...tags.map((tag, id) => makeMemory({ id, tags: [tag, 'all'], context: { projectPath: tag } })));
    const { tags: topTags, projects } = await stage.store.statistics(stage.scope, 3);
    expect(topTags.map(({ value }) => value)).toEqual(['all', 'a', 'b']);
    expect(projects.map(({ value }) => value)).toEqual(['a', 'b', 'c']);
  },

  'a replacement moves the counts': async (stage) => {
    const memory = makeMemory({ tags: ['old', 'kept'], type: 'task' });
    await stage.keep(memory);
    await stage.write(replaces(memory, { tags: ['kept', 'new'], type: 'fix' }));
    const after = await stage.store.statistics(stage.scope, 10);
    expect(after).toMatchObject({ memories: 1, byType: { fix: 1 } });
    expect(after.tags.map(({ value }) => value)).toEqual(['kept', 'new']);
    expect(after.byType).toStrictEqual({ fix: 1 });
  },
});

const values = async ({ store, scope }: Stage, facet: Facet, prefix = '', limit = 100): Promise<readonly string[]> =>
  (await store.facet(scope, facet, prefix, limit)).map(({ value, count }) => `${value} ${count}`);

export const facets = makeConcern('facets', {
  'values of each facet come most frequent first, ties by value': async (stage) => {
    const context = { projectPath: '/p', languages: ['Go', 'C'], frameworks: ['Gin'] };
    await stage.keep(
      makeMemory({ id: 1, type: 'fix', tags: ['b', 'a'], context }),
      makeMemory({ id: 2, type: 'fix', tags: ['b'], context: { ...context, languages: ['Go'], frameworks: ['Echo'] } }),
      makeMemory({ id: 3, type: 'code_pattern', tags: ['c'], context: { frameworks: ['Echo'], projectPath: '/o' } }),
    );
    expect(await values(stage, 'tags')).toEqual(['b 2', 'a 1', 'c 1']);
    expect(await values(stage, 'projects')).toEqual(['/p 2', '/o 1']);
    expect(await values(stage, 'types')).toEqual(['fix 2', 'code_pattern 1']);
    expect(await values(stage, 'languages')).toEqual(['Go 2', 'C 1']);
    expect(await values(stage, 'frameworks')).toEqual(['Echo 2', 'Gin 1']);
    expect(await values(stage, 'tags', '', 2)).toEqual(['b 2', 'a 1']);
  },

  'a prefix does not mind ASCII case, other letters do': async (stage) => {
    const tags = ['Deploy', 'deploy', 'depot', 'xdep', 'Äpfel', 'äpfel'];
    await stage.keep(makeMemory({ tags, context: { languages: tags, frameworks: tags, projectPath: 'Deploy' } }));
    for (const facet of ['tags', 'languages', 'frameworks'] as const) {
      expect(await values(stage, facet, 'dEp')).toEqual(['Deploy 1', 'deploy 1', 'depot 1']);
      expect(await values(stage, facet, 'ä')).toEqual(['äpfel 1']);
    }
    expect(await values(stage, 'projects', 'DEPLOY')).toEqual(['Deploy 1']);
    expect(await values(stage, 'types', 'GEN')).toEqual(['general 1']);
  },

  'a prefix is a text, never a pattern': async (stage) => {
    const tags = ['100%', '100x', 'a_b', 'axb', 'x[1]', 'x1', '\\', '*', '?', "'"];
    await stage.keep(makeMemory({ tags }));
    for (const [prefix, found] of [
      ['100%', '100%'],
      ['a_', 'a_b'],
      ['x[', 'x[1]'],
      ['\\', '\\'],
      ['*', '*'],
      ['?', '?'],
      ["'", "'"],
    ] as const) {
      expect(await values(stage, 'tags', prefix), prefix).toEqual([`${found} 1`]);
    }
    expect(await values(stage, 'tags', '%')).toEqual([]);
    expect(await values(stage, 'tags', '_')).toEqual([]);
  },

  'texts of every script are counted and found': async (stage) => {
    await stage.keep(makeMemory({ id: 1, tags: treacherousTexts }), makeMemory({ id: 2, tags: treacherousTexts }));
    expect(await values(stage, 'tags')).toHaveLength(treacherousTexts.length);
    for (const text of treacherousTexts) expect(await values(stage, 'tags', text), text).toContain(`${text} 2`);
  },

  'ties are in the order of UTF-8 bytes': async (stage) => {
    const tags = ['\u{1f600}', '\uff21', 'é', 'z', 'Z'];
    await stage.keep(makeMemory({ tags }));
    expect(await values(stage, 'tags')).toEqual(['Z 1', 'z 1', 'é 1', '\uff21 1', '\u{1f600} 1']);
  },

  'only live memories count': async (stage) => {
    const memory = makeMemory({ id: 1, tags: ['t'], context: { languages: ['Go'], projectPath: '/p' } });
    await stage.keep(memory, makeMemory({ id: 2, tags: ['t'], mergedInto: 1 }));
    expect(await values(stage, 'tags')).toEqual(['t 1']);
    await stage.write(trashes(memory));
    for (const facet of ['tags', 'projects', 'types', 'languages', 'frameworks', 'teams'] as const) {
      expect(await values(stage, facet), facet).toEqual([]);
    }
  },
});

export const idPrefixes = makeConcern('ids by their beginning', {
  'live ids come in ascending order, up to the limit': async (stage) => {
    await stage.keep(
      ...[0x2b, 0x1a, 0x2a, 0x2c].map((id) => makeMemory({ id })),
      makeMemory({ id: 0x2d, deletedAt: day(1) }),
    );
    const find = (prefix: string, limit = 10): Promise<unknown> => stage.store.idsByPrefix(stage.scope, prefix, limit);
    expect(await find('0000002')).toEqual([0x2a, 0x2b, 0x2c].map(memoryId));
    expect(await find('0000002', 2)).toEqual([0x2a, 0x2b].map(memoryId));
    expect(await find('')).toEqual([0x1a, 0x2a, 0x2b, 0x2c].map(memoryId));
    expect(await find(memoryId(0x1a))).toEqual([memoryId(0x1a)]);
    expect(await find(`${memoryId(0x1a)}0`)).toEqual([]);
    expect(await find('f')).toEqual([]);
  },

  'a prefix of other signs finds nothing': async (stage) => {
    await stage.keep(makeMemory());
    for (const prefix of ['%', '_', '0000000_', '*', "'", '\u{10ffff}', '\\']) {
      expect(await stage.store.idsByPrefix(stage.scope, prefix, 10), prefix).toEqual([]);
    }
  },
});
