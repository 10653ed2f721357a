import { expect, it } from 'vitest';
import { noon, onEveryStore } from './workbench.ts';

const iso = (at: number): string => new Date(at).toISOString();
const hour = 3_600_000;
const titles = (text: string): string[] => [...text.matchAll(/ "(topic \d+)/g)].map((match) => match[1] ?? '');

onEveryStore('answers and their budgets', (open) => {
  it('a small budget with a large limit shows what fits, and its cursors lead to the end', async () => {
    const bench = await open();
    for (let i = 0; i < 30; i += 1) await bench.store(`topic ${i}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 30; page += 1) {
      const more = cursor === undefined ? {} : { cursor };
      const text = await bench.text('recall_memories', { query: 'topic', limit: 30, max_tokens: 250, ...more });
      expect(text.length).toBeLessThanOrEqual(1_000);
      seen.push(...titles(text));
      cursor = /more: cursor (\S+)/.exec(text)?.[1];
      if (cursor === undefined) break;
    }
    expect(seen.length).toBe(30);
    expect(new Set(seen).size).toBe(30);
  });

  it('says which budget is enough where not one item fits, and gives no cursor to the same place', async () => {
    const bench = await open();
    const tags = Array.from({ length: 4 }, (_, index) => `${index}${'x'.repeat(99)}`);
    await bench.store(`topic ${'y'.repeat(190)}`, { tags });
    const text = await bench.text('search_memories', { query: 'topic', max_tokens: 200 });
    expect(text).not.toContain('cursor');
    const enough = Number(/repeat the call with max_tokens (\d+)/.exec(text)?.[1]);
    expect(await bench.text('search_memories', { query: 'topic', max_tokens: enough })).toContain('yyy');
  });

  it('get_memory keeps to its budget, with many memories and many relationships', async () => {
    const bench = await open();
    const hub = await bench.store('hub', { content: 'line\n'.repeat(900) });
    const ids = [hub];
    for (let i = 0; i < 12; i += 1) {
      const id = await bench.store(`spoke ${i}`, { content: 'some words\n'.repeat(50), summary: 's'.repeat(400) });
      await bench.relate(id, 'CAUSES', hub, { context: 'because '.repeat(40) });
      ids.push(id);
    }
    for (const max_tokens of [200, 333, 700, 1_500, 4_000]) {
      const text = await bench.text('get_memory', { memory_ids: ids, max_tokens });
      expect(text.length).toBeLessThanOrEqual(max_tokens * 4);
    }
  });

  it('statistics keep to their budget and say how many were left out', async () => {
    const bench = await open();
    for (let i = 0; i < 3; i += 1) {
      await bench.store(`topic ${i}`, { tags: Array.from({ length: 16 }, (_, tag) => `${tag}${'t'.repeat(90)}${i}`) });
    }
    const text = await bench.text('get_memory_statistics', { top: 50, max_tokens: 300 });
    expect(text.length).toBeLessThanOrEqual(1_200);
    expect(text).toMatch(/tags, the 50 most used: "0t+0" 1, .* … truncated: 38 more/);
  });

  it('a path never has a hole: reasons go first, then its end', async () => {
    const bench = await open();
    const ids = [await bench.store('topic 0')];
    for (let i = 1; i <= 5; i += 1) {
      const title = `topic ${i} ${i === 3 ? 'long '.repeat(35) : ''}`;
      ids.push(await bench.store(title));
      await bench.relate(ids[i - 1] as never, 'LEADS_TO', ids[i] as never, { context: 'why '.repeat(30) });
    }
    const ask = { from_memory_id: ids[0], to_memory_id: ids[5] };
    expect(await bench.text('find_path', ask)).toContain('because "why');
    for (const max_tokens of [200, 250, 300]) {
      const text = await bench.text('find_path', { ...ask, max_tokens });
      expect(text.length).toBeLessThanOrEqual(max_tokens * 4);
      const shown = titles(text);
      expect(shown).toEqual(Array.from({ length: shown.length }, (_, index) => `topic ${index}`));
      expect(text).toContain('truncated: ');
    }
  });

  it('a long reason of a change does not keep the rest of the log away', async () => {
    const bench = await open();
    const id = await bench.store('topic 1');
    await bench.facts('delete_memory', { memory_id: id, reason: 'because '.repeat(120) });
    const history = await bench.text('get_memory_history', { memory_id: id, max_tokens: 200 });
    expect(history).toMatch(/v2 .* deleted because "because .*…"\nv1 /);
    expect(await bench.text('what_changed', { since: '2020-01-01', max_tokens: 250 })).toContain('deleted v2');
  });

  it('what changed names the memories at the ends of a relationship', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('topic 1'), await bench.store('topic 2')];
    await bench.relate(a, 'SOLVES', b);
    expect(await bench.text('what_changed', { since: iso(noon) })).toContain(`${a} "topic 1" SOLVES ${b} "topic 2"`);
  });

  it('the briefing says how many of each it shows, and counts nothing twice', async () => {
    const bench = await open();
    for (let i = 0; i < 4; i += 1) await bench.store(`problem ${i}`, { type: 'problem' });
    for (let i = 0; i < 3; i += 1) await bench.store(`note ${i}`);
    const text = await bench.text('get_recent_activity', { limit: 2 });
    expect(text).toContain('unresolved problems (any age): 4, the 2 most important\n');
    expect(text).toContain('also new: 5, the 2 newest\n');
    expect(text).toMatch(/more: limit above 2, or search_memories/);
    const all = await bench.text('get_recent_activity', { limit: 10 });
    expect(all).toContain('unresolved problems (any age): 4\n');
    expect(all).toContain('also new: 3\n');
    expect(all).not.toContain('more:');
    const other = await bench.text('get_recent_activity', { project: 'elsewhere' });
    expect(other).toContain("Nothing is stored for this project yet; project 'all'");
    expect(await bench.text('get_recent_activity', { project: ' ' })).toBe(await bench.text('get_recent_activity', {}));
  });
});

onEveryStore('inputs that a model gets nearly right', (open, mode) => {
  it('takes types in any case where they are stored, too', async () => {
    const bench = await open();
    const id = await bench.store('A', { type: 'Problem' });
    const other = await bench.store('B', { links: [{ memory_id: id, type: 'solves' }] });
    expect(await bench.relate(other, 'causes', id)).toMatchObject({ version: 1 });
    expect(await bench.text('get_memory', { memory_id: id })).toMatch(/^problem /m);
  });

  it.runIf(mode === 'single')('an empty text is none, and takes a memory out of its project', async () => {
    const bench = await open();
    const id = await bench.store('A', { summary: ' ', context: { git_branch: '', project_path: '' } });
    const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(memory).toMatchObject({ summary: null, context: { gitBranch: null, projectPath: 'github.com/acme/shop' } });
    await bench.facts('update_memory', { memory_id: id, summary: 'S', context: { project_path: '' } });
    await bench.facts('update_memory', { memory_id: id, summary: '' });
    const [updated] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(updated).toMatchObject({ summary: null, context: { projectPath: null } });
  });

  it.each(['2026-02-30', '2026-13-01', '2026-11', 'yesterday', '2026-11-23T25:00Z'])('%s is no time', async (text) => {
    const bench = await open();
    await expect(bench.call('search_memories', { created_after: text })).rejects.toThrow('ISO 8601');
  });

  it('a memory in the trash is told from one that never was', async () => {
    const bench = await open();
    const [id, other] = [await bench.store('A'), await bench.store('B')];
    await bench.facts('delete_memory', { memory_id: id });
    for (const [tool, input] of [
      ['get_memory', { memory_id: id }],
      ['update_memory', { memory_id: id, title: 'C' }],
      ['delete_memory', { memory_id: id }],
      ['get_related_memories', { memory_id: id }],
      ['create_relationship', { from_memory_id: other, to_memory_id: id, relationship_type: 'SOLVES' }],
      ['merge_memories', { from_memory_id: id, into_memory_id: other }],
    ] as const) {
      await expect(bench.call(tool, input), tool).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('is in the trash; restore_memory'),
      });
    }
  });

  it('reverting to what it says already adds no version', async () => {
    const bench = await open();
    const id = await bench.store('A');
    await bench.facts('update_memory', { memory_id: id, title: 'B' });
    const revert = (): Promise<unknown> => bench.facts('get_memory_history', { memory_id: id, revert_to: 1 });
    expect(await revert()).toEqual({ id, version: 3, reverted_to: 1 });
    expect(await revert()).toEqual({ id, version: 3, changed: false });
  });
});

onEveryStore('history and time at their edges', (open) => {
  it('a long history is listed in pages and reverted to its beginning', async () => {
    const bench = await open();
    const id = await bench.store('A', { content: 'the first' });
    const updates = 230;
    for (let i = 0; i < updates; i += 1) await bench.facts('update_memory', { memory_id: id, content: `text ${i}` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? {} : { cursor };
      const text = await bench.text('get_memory_history', { memory_id: id, limit: 90, max_tokens: 5_000, ...more });
      seen.push(...[...text.matchAll(/^v(\d+) .*$/gm)].map((match) => match[1] ?? ''));
      cursor = /more: cursor (\S+)/.exec(text)?.[1];
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: updates + 1 }, (_, index) => String(updates + 1 - index)));
    await bench.facts('get_memory_history', { memory_id: id, revert_to: 1 });
    expect(await bench.text('get_memory', { memory_id: id })).toContain('  the first');
  });

  it('a merged memory is answered for as of a time after the merge, and by itself before', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('Old'), await bench.store('New')];
    bench.now += hour;
    await bench.facts('merge_memories', { from_memory_id: a, into_memory_id: b });
    const ask = (at: number): Promise<string> => bench.text('query_as_of', { as_of: iso(at), memory_ids: [a] });
    expect(await ask(noon + 1)).toContain(`general ${a} "Old"`);
    expect(await ask(noon + hour)).toContain(`general ${b} "New"`);
    await expect(ask(noon - 1)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(`it was stored at ${iso(noon)}`),
    });
    expect(await bench.text('get_memory_history', { memory_id: a })).toContain(`(merged into ${b})`);
  });

  it('undoes the merge that was asked for, though a clock that stands still gives all of them one time', async () => {
    const bench = await open();
    const into = await bench.store('Kept', { content: 'kept' });
    const [a, b, x] = [
      await bench.store('First', { content: 'first' }),
      await bench.store('Second', { content: 'second' }),
      await bench.store('X'),
    ];
    const { id: ended } = await bench.relate(a, 'CAUSES', x);
    await bench.facts('delete_relationship', { relationship_id: ended, reason: 'over' });
    await bench.relate(a, 'SOLVES', x);
    await bench.facts('merge_memories', { from_memory_id: a, into_memory_id: into });
    await bench.facts('merge_memories', { from_memory_id: b, into_memory_id: into });
    await bench.facts('restore_memory', { memory_id: a });
    const kept = await bench.text('get_memory', { memory_id: into });
    expect(kept).toContain('  second');
    const related = await bench.text('get_related_memories', { memory_id: a });
    expect(related).toContain('SOLVES');
    expect(related).not.toContain('CAUSES');
  });

  it('merges of merges are undone one by one, the last one first', async () => {
    const bench = await open();
    const [a, b, c] = [await bench.store('A'), await bench.store('B'), await bench.store('C')];
    await bench.facts('merge_memories', { from_memory_id: a, into_memory_id: b });
    await bench.facts('merge_memories', { from_memory_id: b, into_memory_id: c });
    await bench.facts('restore_memory', { memory_id: b });
    await bench.facts('restore_memory', { memory_id: a });
    const memories = await bench.context.store.memories(bench.context.scope, [a, b, c], 'live');
    expect(memories.map(({ content }) => content)).toEqual(['About A', 'About B', 'About C']);
  });

  it('undoing a merge keeps the text that was written since and takes back its tags', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A', { tags: ['old'] }), await bench.store('B', { tags: ['new'] })];
    await bench.facts('merge_memories', { from_memory_id: a, into_memory_id: b });
    await bench.facts('update_memory', { memory_id: b, content: 'written since' });
    await bench.facts('restore_memory', { memory_id: a });
    const [memory] = await bench.context.store.memories(bench.context.scope, [b], 'live');
    expect(memory).toMatchObject({ content: 'written since', tags: ['new'] });
  });

  it('counts as moved what now leads to the other memory', async () => {
    const bench = await open();
    const [a, b, x] = [await bench.store('A'), await bench.store('B'), await bench.store('X')];
    await bench.relate(a, 'SOLVES', b);
    await bench.relate(a, 'CAUSES', x);
    expect(await bench.facts('merge_memories', { from_memory_id: a, into_memory_id: b })).toMatchObject({
      moved_relationships: 1,
    });
  });
});
