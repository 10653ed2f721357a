import { expect, it } from 'vitest';
import { onEveryStore } from './workbench.ts';

onEveryStore('create_relationship', (open) => {
  it('adds evidence instead of a second edge', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A'), await bench.store('B')];
    const first = await bench.relate(a, 'SOLVES', b, { strength: 0.5, context: 'because it was measured' });
    const second = await bench.relate(a, 'SOLVES', b);
    expect(second).toEqual({ id: first.id, version: 2, reinforced: true, evidence_count: 2 });
    const edges = await bench.context.store.relationships(bench.context.scope, { of: [a], limit: 10 });
    expect(edges).toHaveLength(1);
    expect(edges[0]).toMatchObject({ strength: 0.55, evidenceCount: 2, context: { text: 'because it was measured' } });
  });

  it('stores a symmetric type once and shows it from both ends', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A'), await bench.store('B')];
    const first = await bench.relate(a, 'RELATED_TO', b);
    expect(await bench.relate(b, 'RELATED_TO', a)).toMatchObject({ id: first.id, reinforced: true });
    for (const [here, there] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const direction of ['outgoing', 'incoming', 'both']) {
        const text = await bench.text('get_related_memories', { memory_id: here, direction });
        expect(text).toContain(`1 RELATED_TO -- general ${there}`);
      }
    }
  });

  it('refuses a cycle of a type that has none, names the path, and lifts that on request', async () => {
    const bench = await open();
    const [a, b, c] = [await bench.store('First'), await bench.store('Second'), await bench.store('Third')];
    await bench.relate(a, 'DEPENDS_ON', b);
    await bench.relate(b, 'DEPENDS_ON', c);
    await expect(bench.relate(c, 'DEPENDS_ON', a)).rejects.toMatchObject({
      code: 'cycle',
      message: expect.stringMatching(
        /"Third" -DEPENDS_ON-> .*"First" -DEPENDS_ON-> .*"Second" -DEPENDS_ON-> .*"Third"/,
      ),
      details: { path: [c, a, b, c] },
    });
    await bench.relate(c, 'CAUSES', a);
    await bench.relate(c, 'REQUIRES', a);
    const lax = await open({ allowCycles: true });
    const [x, y] = [await lax.store('X'), await lax.store('Y')];
    await lax.relate(x, 'BLOCKS', y);
    expect(await lax.relate(y, 'BLOCKS', x)).toMatchObject({ version: 1 });
  });

  it('does not let two writers close a cycle together', async () => {
    const bench = await open();
    const ids = await Promise.all(Array.from({ length: 4 }, (_, i) => bench.store(`node ${i}`)));
    const ring = ids.map((id, i) =>
      bench.relate(id, 'BLOCKS', ids[(i + 1) % 4] ?? id).then(
        () => 'stored',
        (e: { code: string }) => e.code,
      ),
    );
    const outcomes = (await Promise.all(ring)).sort();
    expect(outcomes).toEqual(['cycle', 'stored', 'stored', 'stored']);
  });

  it('refuses a memory related to itself and an end that is not there', async () => {
    const bench = await open();
    const a = await bench.store('A');
    await expect(bench.relate(a, 'SOLVES', a)).rejects.toMatchObject({ code: 'invalid_input' });
    const absent = '00000000-0000-4000-8000-000000000000' as typeof a;
    await expect(bench.relate(a, 'SOLVES', absent)).rejects.toMatchObject({ code: 'not_found' });
  });
});

onEveryStore('get_related_memories', (open) => {
  it('follows relationships to depth five, nearest first', async () => {
    const bench = await open();
    const ids = await Promise.all(Array.from({ length: 7 }, (_, i) => bench.store(`node ${i}`)));
    for (let i = 0; i < 6; i += 1) await bench.relate(ids[i] as never, 'LEADS_TO', ids[i + 1] as never);
    const text = await bench.text('get_related_memories', { memory_id: ids[0], max_depth: 5, direction: 'outgoing' });
    expect(text).toMatch(/^5 of 5 related/);
    const order = ids.map((id) => text.indexOf(` general ${id} `));
    expect(order[6]).toBe(-1);
    expect(order.slice(1, 6)).toEqual([...order.slice(1, 6)].sort((a, b) => a - b));
    expect(await bench.text('get_related_memories', { memory_id: ids[6], max_depth: 1 })).toContain('<- LEADS_TO');
    const none = await bench.text('get_related_memories', { memory_id: ids[6], direction: 'outgoing', max_depth: 5 });
    expect(none).toMatch(/^Nothing is related/);
  });

  it('pages through a neighbourhood without repeating or skipping while others write', async () => {
    const bench = await open();
    const hub = await bench.store('Hub');
    const ids = await Promise.all(Array.from({ length: 25 }, (_, i) => bench.store(`leaf ${i}`)));
    for (const [i, id] of ids.entries()) await bench.relate(hub, 'CAUSES', id, { strength: (i + 1) / 30 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const text = await bench.text('get_related_memories', {
        memory_id: hub,
        limit: 7,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...[...text.matchAll(/general (\S{36})/g)].map((match) => match[1] ?? '').filter((id) => id !== hub));
      cursor = /more: cursor (\S+)/.exec(text)?.[1];
      if (seen.length === 7) await bench.relate(hub, 'CAUSES', await bench.store('late and strong'), { strength: 1 });
    } while (cursor);
    expect(seen.length).toBe(26);
    expect(new Set(seen).size).toBe(26);
    for (const id of ids) expect(seen).toContain(id);
  });

  it('filters by type in any case and refuses a cursor of another call', async () => {
    const bench = await open();
    const [a, b, c] = [await bench.store('A'), await bench.store('B'), await bench.store('C')];
    await bench.relate(a, 'CAUSES', b);
    await bench.relate(a, 'SOLVES', c);
    const text = await bench.text('get_related_memories', { memory_id: a, relationship_types: ['solves'] });
    expect(text).toContain(c);
    expect(text).not.toContain(b);
    const page = await bench.text('get_related_memories', { memory_id: a, limit: 1 });
    const cursor = /more: cursor (\S+)/.exec(page)?.[1];
    const foreign = bench.call('get_related_memories', { memory_id: b, limit: 1, cursor });
    await expect(foreign).rejects.toMatchObject({ code: 'cursor_invalid' });
  });
});
