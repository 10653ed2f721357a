import { expect } from 'vitest';
import type { Change, ChangeKind, ChangeQuery } from '../../src/storage/query.ts';
import {
  batchOf,
  creates,
  day,
  importsRelationship,
  makeDocument,
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
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const ask = ({ store, scope }: Stage, query: Partial<ChangeQuery> = {}): Promise<readonly Change[]> =>
  store.changes(scope, { order: 'oldest_first', limit: 1000, ...query });

const withoutSeq = (changes: readonly Change[]): readonly unknown[] => changes.map(({ seq: _seq, ...rest }) => rest);

export const changeLog = makeConcern('the change log', {
  'a line says what, when, by whom and why, and keeps the record before': async (stage) => {
    const { store, scope } = stage;
    const memory = makeMemory({ tags: ['t'], context: { additionalMetadata: { a: 1 } } });
    await store.write(scope, batchOf([creates(memory)], { at: day(1), by: 'ada' }));
    const note = { kind: 'reverted', reason: 'was wrong — größer %' } as const;
    const operation = {
      op: 'replace_memory',
      memory: nextVersion(memory, { title: 'new' }),
      expectedVersion: 1,
      document: makeDocument(),
      note,
    } as const;
    await store.write(scope, batchOf([operation], { at: day(2), by: null }));
    const { id } = memory;
    expect(withoutSeq(await ask(stage))).toStrictEqual([
      { entity: 'memory', id, at: day(1), kind: 'created', by: 'ada', reason: null, version: 1, before: null },
      { entity: 'memory', id, at: day(2), by: null, version: 2, before: memory, ...note },
    ]);
  },

  'relationships are logged the same way': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    const first = makeRelationship({ context: { text: 'why', evidence: ['a'] } });
    await stage.write(relates(first), reshapes(first, { validUntil: day(3), strength: 0.1 }, 'invalidated'));
    const common = { entity: 'relationship', id: first.id, at: day(1), by: null, reason: null };
    expect(withoutSeq(await ask(stage, { entity: 'relationship' }))).toStrictEqual([
      { ...common, kind: 'created', version: 1, before: null },
      { ...common, kind: 'invalidated', version: 2, before: first },
    ]);
  },

  'every kind of change is kept': async (stage) => {
    const kinds: readonly ChangeKind[] = [
      'updated',
      'deleted',
      'restored',
      'merged',
      'reverted',
      'shared',
      'reinforced',
      'superseded',
      'invalidated',
      'removed',
    ];
    let memory = makeMemory();
    await stage.keep(memory);
    for (const kind of kinds) {
      await stage.write(replaces(memory, {}, kind));
      memory = nextVersion(memory);
    }
    const changes = await ask(stage);
    expect(changes.map(({ kind }) => kind)).toEqual(['created', ...kinds]);
    expect(changes.map(({ version }) => version)).toEqual(changes.map((_, index) => index + 1));
  },

  'lines are numbered upwards in the order of the operations, and a write answers with the last': async (stage) => {
    const memory = makeMemory({ id: 1 });
    const { seq: first } = await stage.write(creates(makeMemory({ id: 2 })), creates(memory));
    const { seq: second } = await stage.write(replaces(memory), relates(makeRelationship({ from: 1, to: 2 })));
    const changes = await ask(stage);
    expect(changes.map(({ id }) => id)).toEqual([memoryId(2), memoryId(1), memoryId(1), relationshipId(1)]);
    const numbers = changes.map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(4);
    expect([numbers[1], numbers[3]]).toEqual([first, second]);
  },

  'what changes no version writes no line': async (stage) => {
    const { seq } = await stage.write(creates(makeMemory()));
    const quiet = await stage.write(
      { op: 'count_usage', ids: [memoryId(1)], at: day(2) },
      { op: 'index_memory', id: memoryId(1), document: makeDocument() },
      { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
      { op: 'remember_key', key: 'k', record: { fingerprint: 'f', answer: {}, at: day(1) } },
    );
    expect(quiet).toEqual({ seq });
    expect(await ask(stage)).toHaveLength(1);
  },

  'a creation without a note writes no line': async (stage) => {
    const memory = makeMemory({ version: 7 });
    await stage.write({ op: 'create_memory', memory, document: makeDocument(), note: null });
    expect(await ask(stage)).toEqual([]);
    expect(await stage.memory(memory.id)).toStrictEqual(memory);
  },

  'time never goes back, whatever the writers’ clocks say': async (stage) => {
    const { store, scope } = stage;
    const clocks = [day(5), day(3), day(5) + 1, day(1), day(9)];
    for (const [index, at] of clocks.entries()) {
      await store.write(scope, batchOf([creates(makeMemory({ id: index + 1, createdAt: at }))], { at }));
    }
    const changes = await ask(stage);
    expect(changes.map(({ at }) => at)).toEqual([day(5), day(5), day(5) + 1, day(5) + 1, day(9)]);
    expect((await stage.memory(memoryId(4)))?.createdAt, 'records keep their own times').toBe(day(1));
  },

  'imported lines are numbered anew, in their order': async (stage) => {
    await stage.keep(makeMemory({ id: 1 }), makeMemory({ id: 2 }));
    await stage.write(importsRelationship(makeRelationship({ id: 5 })));
    const before = makeMemory({ id: 2, title: 'as it was' });
    const lines: readonly Change[] = [
      {
        entity: 'memory',
        id: memoryId(2),
        seq: 900,
        at: day(4),
        kind: 'updated',
        by: 'bob',
        reason: 'why',
        version: 2,
        before,
      },
      {
        entity: 'relationship',
        id: relationshipId(5),
        seq: 3,
        at: day(5),
        kind: 'created',
        by: null,
        reason: null,
        version: 1,
        before: null,
      },
    ];
    const { seq } = await stage.write(...lines.map((change) => ({ op: 'import_change', change }) as const));
    const changes = await ask(stage);
    expect(withoutSeq(changes.slice(2))).toStrictEqual(withoutSeq(lines));
    expect(changes.at(-1)?.seq).toBe(seq);
    expect(seq).toBeLessThan(900);
  },

  'an imported line is no earlier than the one before it': async (stage) => {
    await stage.store.write(stage.scope, batchOf([creates(makeMemory())], { at: day(5) }));
    const change: Change = {
      entity: 'memory',
      id: memoryId(1),
      seq: 1,
      at: day(2),
      kind: 'updated',
      by: null,
      reason: null,
      version: 2,
      before: null,
    };
    await stage.write({ op: 'import_change', change });
    expect((await ask(stage)).map(({ at }) => at)).toEqual([day(5), day(5)]);
  },
});

const tell = async (stage: Stage): Promise<readonly Change[]> => {
  const { store, scope } = stage;
  const [one, two] = [makeMemory({ id: 1 }), makeMemory({ id: 2 })];
  await store.write(scope, batchOf([creates(one), creates(two)], { at: day(1) }));
  await store.write(scope, batchOf([relates(makeRelationship())], { at: day(2) }));
  await store.write(scope, batchOf([replaces(one), trashes(two)], { at: day(3) }));
  return ask(stage);
};

export const changeQueries = makeConcern('reading the change log', {
  'both orders, with a limit': async (stage) => {
    const all = await tell(stage);
    expect(all).toHaveLength(5);
    expect(await ask(stage, { limit: 2 })).toStrictEqual(all.slice(0, 2));
    expect(await ask(stage, { order: 'newest_first' })).toStrictEqual(all.toReversed());
    expect(await ask(stage, { order: 'newest_first', limit: 2 })).toStrictEqual(all.toReversed().slice(0, 2));
  },

  'numbers bound on both sides, exclusive': async (stage) => {
    const all = await tell(stage);
    const [first, , , fourth] = all as readonly [Change, Change, Change, Change, Change];
    expect(await ask(stage, { afterSeq: first.seq })).toStrictEqual(all.slice(1));
    expect(await ask(stage, { beforeSeq: fourth.seq })).toStrictEqual(all.slice(0, 3));
    expect(await ask(stage, { afterSeq: first.seq, beforeSeq: fourth.seq })).toStrictEqual(all.slice(1, 3));
    expect(await ask(stage, { afterSeq: 0 })).toStrictEqual(all);
    expect(await ask(stage, { afterSeq: all.at(-1)?.seq ?? 0 })).toEqual([]);
    expect(await ask(stage, { beforeSeq: fourth.seq, order: 'newest_first', limit: 1 })).toStrictEqual([all[2]]);
  },

  'since is inclusive': async (stage) => {
    const all = await tell(stage);
    expect(await ask(stage, { since: day(2) })).toStrictEqual(all.slice(2));
    expect(await ask(stage, { since: day(2) + 1 })).toStrictEqual(all.slice(3));
    expect(await ask(stage, { since: day(9) })).toEqual([]);
  },

  'entity and ids narrow, together too': async (stage) => {
    const all = await tell(stage);
    expect(await ask(stage, { entity: 'memory' })).toStrictEqual(all.filter(({ entity }) => entity === 'memory'));
    expect(await ask(stage, { entity: 'relationship' })).toStrictEqual([all[2]]);
    expect(await ask(stage, { ids: [memoryId(1)] })).toStrictEqual([all[0], all[3]]);
    expect(await ask(stage, { ids: [memoryId(1), relationshipId(1), memoryId(77)] })).toStrictEqual([
      all[0],
      all[2],
      all[3],
    ]);
    expect(await ask(stage, { ids: [memoryId(2)], entity: 'relationship' })).toEqual([]);
    expect(await ask(stage, { ids: [] })).toEqual([]);
    expect(await ask(stage, { ids: [memoryId(1)], since: day(2), order: 'newest_first' })).toStrictEqual([all[3]]);
  },

  'an empty log is read as such': async (stage) => {
    expect(await ask(stage)).toEqual([]);
    expect(await ask(stage, { order: 'newest_first', afterSeq: 0 })).toEqual([]);
  },
});
