import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { MemoryId } from '../../src/domain/ids.ts';
import { exportLines } from '../../src/service/transfer/export-lines.ts';
import { creates, makeMemory, makeRelationship, relates } from '../support/builders.ts';
import { behindHeader, exported, fillWithEverything, imported, linesOf } from './transfers.ts';
import { noon, onEveryStore } from './workbench.ts';

onEveryStore('export', (open, mode) => {
  it('writes a header, memories, relationships, changes and a footer that counts and digests them', async () => {
    const bench = await open();
    await fillWithEverything(bench);
    const file = await exported(bench);
    const [header, ...rest] = linesOf(file);
    expect(header).toEqual({ format: 'graph-memory', version: 1, exported_at: '2026-11-23T12:00:00.000Z' });
    const footer = rest.pop();
    const counted = (record: string) => rest.filter((line) => line.record === record).length;
    expect([counted('memory'), counted('relationship')]).toEqual([4, 5]);
    expect(counted('change')).toBeGreaterThan(15);
    const body = behindHeader(file).split('\n').slice(0, -2).join('\n');
    expect(footer).toEqual({
      record: 'end',
      memories: counted('memory'),
      relationships: counted('relationship'),
      changes: counted('change'),
      sha256: createHash('sha256').update(`${body}\n`).digest('hex'),
    });
    const kinds = rest.map((line) => ['memory', 'relationship', 'change'].indexOf(String(line.record)));
    expect(kinds).toEqual([...kinds].sort());
    const ids = rest.filter((line) => line.record === 'relationship').map((line) => String(line.id));
    expect(ids).toEqual([...ids].sort());
    expect(rest.filter((line) => line.merged_into !== undefined)).not.toHaveLength(0);
    expect(rest.find((line) => line.title === 'Old way')).toMatchObject({ deleted_at: expect.stringMatching(/Z$/) });
    expect(rest.filter((line) => line.before !== undefined)).not.toHaveLength(0);
    expect(file).not.toMatch(/[\u0085\u2028]/);
  });

  it('gives the same bytes behind the header at another time', async () => {
    const bench = await open();
    await fillWithEverything(bench);
    const [first, second] = [await exported(bench), await exported(bench, { exportedAt: noon + 86_400_000 })];
    expect(first.split('\n')[0]).not.toBe(second.split('\n')[0]);
    expect(behindHeader(second)).toBe(behindHeader(first));
  });

  it('keeps a project to itself, and what it writes can be imported', async () => {
    const bench = await open();
    const a = await bench.store('Inside', { context: { project_path: 'p' } });
    const b = await bench.store('Inside too', { context: { project_path: 'p' } });
    const c = await bench.store('Outside', { context: { project_path: 'q' } });
    const inside = await bench.relate(a, 'SOLVES', b);
    await bench.relate(a, 'SOLVES', c);
    const file = await exported(bench, { project: 'p' });
    expect(file).not.toContain('Outside');
    const lines = linesOf(file);
    expect(lines.map(({ record, id }) => [record, id])).toEqual([
      [undefined, undefined],
      ...[a, b].sort().map((id) => ['memory', id]),
      ['relationship', inside.id],
      ['change', a],
      ['change', b],
      ['change', inside.id],
      ['end', undefined],
    ]);
    const target = await open();
    expect(await imported(target, file)).toMatchObject({
      created: { memory: 2, relationship: 1, change: 3 },
      conflicts: [],
    });
  });

  it('shows the moment at which it began, whatever is written meanwhile', async () => {
    const bench = await open();
    await fillWithEverything(bench);
    const before = await exported(bench);
    const options = { exportedAt: noon, project: null, onProgress: () => undefined };
    const lines = exportLines(bench.context, options);
    let text = (await lines.next()).value as string;
    const [changed] = await bench.context.store.listMemories(bench.context.scope, {
      filter: {},
      sort: { field: 'created_at', direction: 'asc' },
      limit: 1,
    });
    const id = changed?.id as MemoryId;
    await bench.facts('update_memory', { memory_id: id, content: 'Written meanwhile' });
    await bench.facts('delete_memory', { memory_id: id });
    await bench.relate(await bench.store('New'), 'SOLVES', await bench.store('New too'));
    for await (const piece of lines) text += piece;
    expect(behindHeader(text)).toBe(behindHeader(before));
    expect(behindHeader(await exported(bench))).not.toBe(behindHeader(before));
  });

  it.runIf(mode === 'single')('pages through more than one page in the order of creation, ties by id', async () => {
    const { context, ...bench } = await open();
    const memories = Array.from({ length: 1_203 }, (_, id) => makeMemory({ id: id + 1, createdAt: noon + (id % 3) }));
    const edges = Array.from({ length: 1_100 }, (_, id) =>
      makeRelationship({ id: id + 1, from: id + 2, to: 1, type: 'SOLVES' }),
    );
    await context.store.write(context.scope, {
      operations: [...memories.map((memory) => creates(memory)), ...edges.map((edge) => relates(edge))],
      at: noon,
      by: null,
    });
    const lines = linesOf(await exported({ context, ...bench }));
    const stored = lines.filter(({ record }) => record === 'memory');
    const expected = [...memories].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    expect(stored.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(lines.at(-1)).toMatchObject({ memories: 1_203, relationships: 1_100, changes: 2_303 });
  });
});
