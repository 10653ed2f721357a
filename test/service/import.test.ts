import { expect, it } from 'vitest';
import { day, makeMemory, makeRelationship, memoryId } from '../support/builders.ts';
import { behindHeader, exported, fillWithEverything, imported, linesOf } from './transfers.ts';
import { noon, onEveryStore, type Workbench } from './workbench.ts';

const nothing = { memory: 0, relationship: 0, change: 0 };

const write = ({ context }: Workbench, ...operations: Parameters<typeof context.store.write>[1]['operations']) =>
  context.store.write(context.scope, { operations, at: noon, by: null });

const put = (bench: Workbench, memories: readonly number[], edges: readonly Parameters<typeof makeRelationship>[0][]) =>
  write(
    bench,
    ...memories.map((id) => {
      const document = { title: [], tags: [], content: [], identifiers: [], context: [] };
      return { op: 'create_memory', memory: makeMemory({ id }), document, note: null } as const;
    }),
    ...edges.map((edge) => {
      const relationship = makeRelationship(edge);
      return { op: 'create_relationship', relationship, words: [], note: null, imported: true } as const;
    }),
  );

onEveryStore('import', (open, mode) => {
  it('gives a store whose export is the same to the byte', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const file = await exported(source);
    const report = await imported(target, file);
    expect(report).toMatchObject({ unchanged: nothing, conflicting: nothing, conflicts: [] });
    expect(report.created).toMatchObject({ memory: 4, relationship: 5 });
    expect(behindHeader(await exported(target, { exportedAt: noon + 1 }))).toBe(behindHeader(file));
  });

  it('gives a store that answers like the first one', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    await imported(target, await exported(source));
    target.now = source.now;
    const [alias] = linesOf(await exported(source)).filter((line) => line.merged_into !== undefined);
    const questions = [
      ['recall_memories', { query: 'login loop' }],
      ['get_memory', { memory_id: alias?.id }],
      ['get_memory_history', { memory_id: alias?.merged_into }],
      ['search_relationships_by_context', { query: 'cookies' }],
      ['what_changed', { since: '2026-11-23T00:00:00Z' }],
      ['get_memory_statistics', {}],
    ] as const;
    for (const [tool, input] of questions) {
      expect(await target.text(tool, input)).toBe(await source.text(tool, input));
    }
  });

  it('does nothing the second time, though memories were read meanwhile', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const file = await exported(source);
    const { created } = await imported(target, file);
    const id = linesOf(file)[1]?.id as ReturnType<typeof memoryId>;
    await write(target, { op: 'count_usage', ids: [id], at: noon });
    const again = await imported(target, file);
    expect(again).toMatchObject({ created: nothing, unchanged: created, conflicting: nothing, conflicts: [] });
  });

  it('takes up what was interrupted, between the records and inside the history', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const file = await exported(source);
    const { store, scope } = target.context;
    let writes = 0;
    const failing: Workbench = {
      ...target,
      context: {
        ...target.context,
        store: {
          ...store,
          write: (to, batch) => {
            writes += 1;
            if (writes > 2)
              return store
                .write(to, { ...batch, operations: batch.operations.slice(0, 5) })
                .then(() => Promise.reject(new Error('killed')));
            return store.write(to, batch);
          },
        },
      },
    };
    await expect(imported(failing, file)).rejects.toThrow('killed');
    expect(await store.changes(scope, { order: 'oldest_first', limit: 10 })).toHaveLength(5);
    const rest = await imported(target, file);
    expect(rest.unchanged).toEqual({ memory: 4, relationship: 5, change: 5 });
    expect(behindHeader(await exported(target))).toBe(behindHeader(file));
  });

  it('writes nothing in a dry run, and counts the same', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const [file, empty] = [await exported(source), await exported(target)];
    const dry = await imported(target, file, { dryRun: true });
    expect(await exported(target)).toBe(empty);
    const { created, unchanged, conflicting } = await imported(target, file);
    expect(dry).toMatchObject({ created, unchanged, conflicting });
  });

  it('leaves what is there alone, names what differs and imports the rest', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const file = await exported(source);
    await imported(target, file);
    target.now = source.now + day(2) - day(1);
    const own = await target.store('Only here');
    const fix = linesOf(file).find((line) => line.title === 'Fix the login loop for good')?.id;
    await target.facts('update_memory', { memory_id: fix, content: 'Changed here', tags: ['here'] });
    const newcomer = await source.store('Only there');
    await source.relate(newcomer, 'SOLVES', fix as typeof newcomer);
    const before = linesOf(await exported(target));
    const report = await imported(target, await exported(source));
    expect(report.conflicts).toEqual([
      { kind: 'memory', id: fix, fields: ['content', 'tags', 'updated_at', 'version'] },
    ]);
    expect(report).toMatchObject({ created: { memory: 1, relationship: 1, change: 2 }, conflicting: { memory: 1 } });
    const after = await exported(target);
    for (const line of before.slice(1, -1)) expect(linesOf(after)).toContainEqual(line);
    expect(after).toContain(own);
  });

  it.runIf(mode === 'single')(
    'keeps parallel relationships, hubs, cycles and a live relationship to the trash',
    async () => {
      const [source, target] = [await open(), await open()];
      const leaves = Array.from({ length: 60 }, (_, i) => i + 10);
      await put(
        source,
        [1, 2, 3, ...leaves],
        [
          { id: 1, from: 1, to: 2, type: 'DEPENDS_ON' },
          { id: 2, from: 2, to: 3, type: 'DEPENDS_ON' },
          { id: 3, from: 3, to: 1, type: 'DEPENDS_ON' },
          { id: 4, from: 1, to: 2, type: 'SOLVES', validUntil: day(2) },
          { id: 5, from: 1, to: 2, type: 'SOLVES', removedAt: day(3) },
          { id: 6, from: 1, to: 2, type: 'SOLVES', extra: { of: 'tomorrow' } },
          ...leaves.map((leaf) => ({ id: leaf, from: leaf, to: 1, type: 'USED_IN' }) as const),
        ],
      );
      await source.facts('delete_memory', { memory_id: memoryId(12) });
      const file = await exported(source);
      expect(linesOf(file).at(-1)).toMatchObject({ relationships: 66 });
      await imported(target, file);
      expect(behindHeader(await exported(target))).toBe(behindHeader(file));
      const { store, scope } = target.context;
      expect(await store.guardRevision(scope, 'acyclic_graph')).toBe(1);
    },
  );

  it.runIf(mode === 'single')('does not make a second live relationship where another one is', async () => {
    const [source, target] = [await open(), await open()];
    await put(
      source,
      [1, 2, 3],
      [
        { id: 1, from: 1, to: 2, type: 'SOLVES' },
        { id: 2, from: 1, to: 3, type: 'SOLVES' },
      ],
    );
    await put(target, [1, 2], [{ id: 9, from: 1, to: 2, type: 'SOLVES' }]);
    const file = await exported(source);
    const conflicts = [
      { kind: 'relationship', id: makeRelationship({ id: 1 }).id, fields: ['from_memory_id', 'type', 'to_memory_id'] },
    ];
    expect(await imported(target, file, { dryRun: true })).toMatchObject({ conflicts });
    await target.facts('delete_memory', { memory_id: memoryId(2) });
    const report = await imported(target, file);
    expect(report.conflicts.filter(({ kind }) => kind === 'relationship')).toEqual(conflicts);
    expect(report).toMatchObject({ created: { memory: 1, relationship: 1 }, unchanged: { memory: 1 } });
  });

  it('finds imported memories by the words of what they are related to', async () => {
    const [source, target] = [await open(), await open()];
    const [a, b] = [await source.store('Zebra'), await source.store('Giraffe')];
    await source.relate(a, 'SOLVES', b);
    await imported(target, await exported(source));
    const query = { groups: [[{ text: 'giraff', prefix: true }]], mode: 'any' } as const;
    const hits = await target.context.store.search(target.context.scope, query, {}, 10);
    expect(hits.map(({ memory }) => memory.id).sort()).toEqual([a, b].sort());
  });
});

onEveryStore('import of a file that is not sound', (open) => {
  const refused = async (target: Workbench, file: string, problem: RegExp): Promise<void> => {
    let begun = false;
    const beforeWriting = async (): Promise<void> => {
      begun = true;
    };
    await expect(imported(target, file, { beforeWriting })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(problem),
    });
    expect(begun).toBe(false);
    expect(await target.context.store.countMemories(target.context.scope, { state: 'any' })).toBe(0);
  };

  it('writes nothing of what was cut off, edited, reordered or made by others', async () => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const file = await exported(source);
    const lines = file.trimEnd().split('\n');
    const cut = `${lines.slice(0, -1).join('\n')}\n`;
    await refused(target, cut, /ends after line \d+ without its last line/);
    await refused(target, file.slice(0, 2_000), /^Line \d+: this is not JSON/);
    await refused(target, file.replace('Better words', 'Bitter words'), /edited or damaged/);
    await refused(target, lines.toSpliced(1, 1).join('\n'), /not in the file|edited or damaged/);
    await refused(target, [...lines, lines[1]].join('\n'), /more behind the end/);
    await refused(target, lines.slice(1).join('\n'), /^Line 1: this is not an export/);
    await refused(target, file.replace('"version":1', '"version":2'), /^Line 1: this is version 2/);
    await refused(target, '', /cut off/);
    await refused(target, '{"type":"entity","name":"x","entityType":"y","observations":[]}', /not an export/);
  });

  it.each([
    ['"type":"problem"', '"type":"riddle"', /type must be one of/],
    ['"title":"Login loops"', `"title":"${'x'.repeat(201)}"`, /title has 201 characters/],
    ['"importance":0.5', '"importance":7', /importance must be from 0 to 1/],
    ['"created_at":"2026', '"created_at":"20x6', /created_at must be a time/],
    ['"content":"About Old way"', '"content":"half \\ud800"', /content must be text without/],
    ['"content":"About Old way",', '', /content is missing/],
    ['"type":"SOLVES"', '"type":"SOLVED"', /type must be one of/],
    ['"strength":0.5', '"strength":2', /strength must be from 0 to 1/],
    ['"kind":"deleted"', '"kind":"eaten"', /kind must be one of/],
  ])('refuses %s → %s by its line', async (good, bad, problem) => {
    const [source, target] = [await open(), await open()];
    await fillWithEverything(source);
    const file = await exported(source);
    expect(file).toContain(good);
    await refused(target, file.replace(good, bad), new RegExp(`^Line \\d+: .*${problem.source}`));
  });

  it('is read-only where the store is', async () => {
    const [source, target] = [await open(), await open({ readOnly: true })];
    await fillWithEverything(source);
    await expect(imported(target, await exported(source))).rejects.toMatchObject({ code: 'read_only' });
  });
});

onEveryStore('fields that this version does not know', (open, mode) => {
  it.runIf(mode === 'single')('are kept, and defaults stand where old files have nothing', async () => {
    const [source, target] = [await open(), await open()];
    await put(source, [1], []);
    const [header, memory] = (await exported(source)).split('\n');
    const { importance, confidence, usage_count, version, updated_at, ...old } = JSON.parse(memory ?? '{}');
    expect([importance, confidence, usage_count, version, updated_at]).not.toContain(undefined);
    const { createHash } = await import('node:crypto');
    const line = JSON.stringify({ ...old, mood: 'blue', tags: [' Ops ', 'ops'] });
    const sha256 = createHash('sha256').update(`${line}\n`).digest('hex');
    const footer = JSON.stringify({ record: 'end', memories: 1, relationships: 0, changes: 0, sha256 });
    await imported(target, `${header}\n${line}\n${footer}\n`);
    const [found] = await target.context.store.memories(target.context.scope, [memoryId(1)], 'live');
    expect(found).toStrictEqual(makeMemory({ tags: ['ops'], extra: { mood: 'blue' } }));
    expect(linesOf(await exported(target))[1]).toMatchObject({ extra: { mood: 'blue' } });
  });
});
