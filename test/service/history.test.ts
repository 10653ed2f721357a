import { expect, it } from 'vitest';
import { noon, onEveryStore } from './workbench.ts';

onEveryStore('get_memory_history and restore_memory', (open) => {
  it('lists versions, tells what differs between any two, and reverts as a new version', async () => {
    const bench = await open();
    const id = await bench.store('Deploy', { content: 'one\ntwo\nthree' });
    bench.now += 1_000;
    await bench.facts('update_memory', { memory_id: id, content: 'one\n2\nthree', tags: ['ops'] });
    bench.now += 1_000;
    await bench.facts('update_memory', { memory_id: id, title: 'Deploy it' });
    const history = await bench.text('get_memory_history', { memory_id: id });
    expect(history).toMatch(/v3 .*updated \(title\)\nv2 .*updated \(content, tags\)\nv1 .*created/);
    const difference = await bench.text('get_memory_history', { memory_id: id, from_version: 1, to_version: 2 });
    expect(difference).toContain('tags: [] -> ["ops"]');
    expect(difference).toContain('  - two\n  + 2');
    expect(difference).not.toContain('three');
    const reverted = await bench.facts('get_memory_history', { memory_id: id, revert_to: 1 });
    expect(reverted).toEqual({ id, version: 4, reverted_to: 1 });
    const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(memory).toMatchObject({
      version: 4,
      title: 'Deploy',
      content: 'one\ntwo\nthree',
      tags: [],
      createdAt: noon,
    });
    expect(await bench.text('get_memory_history', { memory_id: id })).toContain(
      'reverted (content, title, tags) because "to version 1"',
    );
    expect(await bench.text('recall_memories', { query: 'two' })).toContain(id);
  });

  it('counts deleting and restoring as versions, and brings relationships back', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A'), await bench.store('B')];
    await bench.relate(a, 'SOLVES', b);
    await bench.facts('delete_memory', { memory_id: b, reason: 'was wrong' });
    expect(await bench.text('get_memory_history', { memory_id: b })).toMatch(
      /\(in the trash\)[\s\S]*v2 .*deleted .*because "was wrong"/,
    );
    expect(await bench.facts('restore_memory', { memory_id: b })).toEqual({ id: b, version: 3 });
    expect(await bench.facts('restore_memory', { memory_id: b })).toEqual({ id: b, version: 3, changed: false });
    expect(await bench.text('get_related_memories', { memory_id: a })).toContain(b);
    expect(await bench.text('recall_memories', { query: 'B' })).toContain(b);
  });

  it('refuses a version that is not kept, and one of the time in the trash', async () => {
    const bench = await open();
    const id = await bench.store('A');
    await bench.facts('delete_memory', { memory_id: id });
    await bench.facts('restore_memory', { memory_id: id });
    await expect(bench.call('get_memory_history', { memory_id: id, revert_to: 9 })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('versions 1 to 3 are kept'),
    });
    await expect(bench.call('get_memory_history', { memory_id: id, revert_to: 2 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const absent = '00000000-0000-4000-8000-000000000000';
    await expect(bench.call('get_memory_history', { memory_id: absent })).rejects.toMatchObject({ code: 'not_found' });
    await expect(bench.call('restore_memory', { memory_id: absent })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('writes nothing in a read-only server, and reads all the same', async () => {
    const bench = await open({ readOnly: true });
    await expect(bench.store('A')).rejects.toMatchObject({ code: 'read_only' });
    expect(await bench.text('search_memories', {})).toMatch(/^Nothing matches/);
  });
});

onEveryStore('merge_memories', (open) => {
  it('folds text, tags and relationships, keeps the old id as an alias, and is undone by restore', async () => {
    const bench = await open();
    const [from, into] = [
      await bench.store('Old note', { tags: ['a', 'b'], importance: 0.9, content: 'old words' }),
      await bench.store('New note', { tags: ['b', 'c'], content: 'new words' }),
    ];
    const [x, y] = [await bench.store('X'), await bench.store('Y')];
    await bench.relate(from, 'SOLVES', x);
    await bench.relate(y, 'CAUSES', from);
    await bench.relate(into, 'SOLVES', x);
    await bench.relate(from, 'RELATED_TO', into);
    bench.now += 1_000;
    const merged = await bench.facts('merge_memories', { from_memory_id: from, into_memory_id: into });
    expect(merged).toEqual({ id: into, version: 2, alias: from, moved_relationships: 2 });

    const opened = await bench.text('get_memory', { memory_id: from });
    expect(opened).toContain(`${into} v2 "New note"`);
    expect(opened).toContain(`(${from} was merged into it)`);
    expect(opened).toContain('  new words\n  \n  Old note\n  old words');
    expect(opened).toContain('tags: b, c, a');
    expect(opened).toContain('importance: 0.9');
    expect(opened.match(/^- /gm)).toHaveLength(2);
    expect(await bench.text('search_memories', {})).toMatch(/^3 of 3/);
    const solves = (await bench.context.store.relationships(bench.context.scope, { of: [x], limit: 10 }))[0];
    expect(solves).toMatchObject({ from: into, evidenceCount: 2 });
    expect(await bench.text('get_memory_history', { memory_id: from })).toContain('merged');

    bench.now += 1_000;
    expect(await bench.facts('restore_memory', { memory_id: from })).toMatchObject({ id: from, version: 3 });
    const back = await bench.text('get_memory', { memory_ids: [from, into] });
    expect(back).toContain(`${from} v3 "Old note"`);
    expect(back).toContain(`${into} v3 "New note"`);
    expect(back).not.toContain('  new words\n  \n');
    for (const [here, there, type] of [
      [from, x, 'SOLVES ->'],
      [from, y, '<- CAUSES'],
      [from, into, 'RELATED_TO --'],
      [into, x, 'SOLVES ->'],
    ] as const) {
      const text = await bench.text('get_related_memories', { memory_id: here });
      expect(text).toContain(`1 ${type} general ${there}`);
    }
    const restored = (await bench.context.store.relationships(bench.context.scope, { of: [x], limit: 10 })).find(
      (edge) => edge.from === into,
    );
    expect(restored).toMatchObject({ evidenceCount: 1 });
  });

  it('keeps what was written to the other one since, when it is undone', async () => {
    const bench = await open();
    const [from, into] = [await bench.store('Old', { content: 'old' }), await bench.store('New', { content: 'new' })];
    await bench.facts('merge_memories', { from_memory_id: from, into_memory_id: into });
    await bench.facts('update_memory', { memory_id: into, content: 'written since' });
    await bench.facts('restore_memory', { memory_id: from });
    const [memory] = await bench.context.store.memories(bench.context.scope, [into], 'live');
    expect(memory?.content).toBe('written since');
  });

  it('follows an alias of an alias, and refuses a merge with itself or into a chain that would close', async () => {
    const bench = await open();
    const [a, b, c, d] = [
      await bench.store('A'),
      await bench.store('B'),
      await bench.store('C'),
      await bench.store('D'),
    ];
    await bench.facts('merge_memories', { from_memory_id: a, into_memory_id: b });
    await bench.facts('merge_memories', { from_memory_id: b, into_memory_id: c });
    expect(await bench.text('get_memory', { memory_id: a })).toContain(`${c} v2`);
    await expect(bench.call('merge_memories', { from_memory_id: a, into_memory_id: c })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    const e = await bench.store('E');
    await bench.relate(c, 'DEPENDS_ON', d);
    await bench.relate(d, 'DEPENDS_ON', e);
    await expect(bench.call('merge_memories', { from_memory_id: c, into_memory_id: e })).rejects.toMatchObject({
      code: 'cycle',
    });
    expect(await bench.facts('merge_memories', { from_memory_id: c, into_memory_id: d })).toMatchObject({ id: d });
  });
});
