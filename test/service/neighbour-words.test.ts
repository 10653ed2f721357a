import { expect, it } from 'vitest';
import { onEveryStore } from './workbench.ts';

const found = (text: string): string[] => [...text.matchAll(/^\w+ (\S{8}-\S{27}) "/gm)].map((match) => match[1] ?? '');

onEveryStore('words of related memories', (open) => {
  it('find a memory by what is related to it, and follow every change', async () => {
    const bench = await open();
    const recall = async (query: string): Promise<string[]> => found(await bench.text('recall_memories', { query }));
    const [a, b] = [await bench.store('Alpha'), await bench.store('Bravo')];
    expect(await recall('bravo')).toEqual([b]);
    const { id } = await bench.relate(a, 'CAUSES', b);
    expect(await recall('bravo')).toEqual([b, a]);
    await bench.facts('update_memory', { memory_id: b, title: 'Zulu', content: 'About Zulu' });
    expect(await recall('zulu')).toEqual([b, a]);
    expect(await recall('bravo')).toEqual([]);
    await bench.facts('delete_memory', { memory_id: b });
    expect(await recall('zulu')).toEqual([]);
    await bench.facts('restore_memory', { memory_id: b });
    expect(await recall('zulu')).toEqual([b, a]);
    await bench.facts('delete_relationship', { relationship_id: id });
    expect(await recall('zulu')).toEqual([b]);
    const c = await bench.store('Charlie', { links: [{ memory_id: b, type: 'SOLVES' }] });
    expect(await recall('zulu')).toEqual([b, c]);
    expect(await recall('charlie')).toEqual([c, b]);
    await bench.facts('merge_memories', { from_memory_id: c, into_memory_id: a });
    expect((await recall('charlie')).sort()).toEqual([a, b].sort());
  });

  it('repairs words that no memory holds, and only those', async () => {
    const bench = await open();
    const id = await bench.store('Authentication middleware', { content: 'checks the bearer token' });
    await bench.store('Other', { content: 'tokem is a word of its own' });
    expect(found(await bench.text('recall_memories', { query: 'authetnication midleware' }))).toEqual([id]);
    expect(found(await bench.text('recall_memories', { query: 'tokem' }))).not.toContain(id);
    expect(found(await bench.text('search_memories', { query: 'authetnication', search_tolerance: 'strict' }))).toEqual(
      [],
    );
  });
});

onEveryStore('automatic links', (open) => {
  it('join what one session stores in a row, weakly, marked, and out of the way of what people say', async () => {
    const bench = await open({ session: 's' });
    const [a, b] = [await bench.store('First'), await bench.store('Second')];
    const [edge] = await bench.context.store.relationships(bench.context.scope, { of: [a], limit: 10 });
    expect(edge).toMatchObject({ from: b, to: a, type: 'FOLLOWS', origin: 'automatic', strength: 0.2 });
    expect(await bench.text('get_memory', { memory_id: a })).toContain('"Second" (automatic)');
    expect(await bench.relate(a, 'FOLLOWS', b)).toMatchObject({ version: 1 });
    expect(await bench.relate(b, 'FOLLOWS', a).catch((error: { code: string }) => error.code)).toBe('cycle');
    bench.now += 31 * 60_000;
    const c = await bench.store('Much later');
    expect(await bench.context.store.relationships(bench.context.scope, { of: [c], limit: 10 })).toEqual([]);
    await bench.facts('delete_memory', { memory_id: c });
    const d = await bench.store('After a deleted one');
    expect(await bench.context.store.relationships(bench.context.scope, { of: [d], limit: 10 })).toEqual([]);
  });

  it('are not made where the caller linked the two', async () => {
    const bench = await open({ session: 's' });
    const a = await bench.store('First');
    const b = await bench.store('Second', { links: [{ memory_id: a, type: 'SOLVES' }] });
    const edges = await bench.context.store.relationships(bench.context.scope, { of: [b], limit: 10 });
    expect(edges.map((edge) => edge.type)).toEqual(['SOLVES']);
  });

  it('are not made without a session', async () => {
    const bench = await open();
    const [a] = [await bench.store('First'), await bench.store('Second')];
    expect(await bench.context.store.relationships(bench.context.scope, { of: [a], limit: 10 })).toEqual([]);
  });
});
