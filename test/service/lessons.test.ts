import { expect, it } from 'vitest';
import { onEveryStore } from './workbench.ts';

const idsIn = (text: string): string[] => [...text.matchAll(/^\w+ (\S{8}-\S{27}) "/gm)].map((match) => match[1] ?? '');

/** What other memory servers got wrong, one case each. */
onEveryStore('lessons from other servers', (open) => {
  it('decision and pattern are types', async () => {
    const bench = await open();
    for (const type of ['decision', 'pattern']) expect(await bench.store(type, { type })).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('a title that is too long is refused on update as on create, and the memory stays readable', async () => {
    const bench = await open();
    const id = await bench.store('Short');
    for (const change of [{ title: 'x'.repeat(201) }, { summary: 'x'.repeat(501) }]) {
      await expect(bench.call('update_memory', { memory_id: id, ...change })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    expect(await bench.text('get_memory', { memory_id: id })).toContain('v1 "Short"');
  });

  it('tags are found by text and by filter in any script', async () => {
    const bench = await open();
    const id = await bench.store('A', { tags: ['Überprüfung', '東京', 'jwt'] });
    await bench.store('B');
    for (const tag of ['überprüfung', 'ÜBERPRÜFUNG', '東京', 'JWT']) {
      expect(idsIn(await bench.text('search_memories', { tags: [tag] })), tag).toEqual([id]);
      expect(idsIn(await bench.text('recall_memories', { query: tag })), tag).toEqual([id]);
    }
  });

  it('a filter by relationship holds for hits without any, and knows the types in capitals and small', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('topic one'), await bench.store('topic two')];
    await bench.store('topic three');
    await bench.relate(a, 'SOLVES', b);
    for (const relationship_filter of [['SOLVES'], ['solves']]) {
      const text = await bench.text('search_memories', { query: 'topic', relationship_filter });
      expect(idsIn(text).sort()).toEqual([a, b].sort());
    }
  });

  it('an ended relationship is in no answer about today, and a problem whose solution was taken back is open again', async () => {
    const bench = await open();
    const [problem, fix] = [
      await bench.store('Crash', { type: 'problem' }),
      await bench.store('Fix', { type: 'solution' }),
    ];
    const { id } = await bench.relate(fix, 'SOLVES', problem, { context: 'verified by the nightly run' });
    expect(await bench.text('get_recent_activity', {})).not.toContain('unresolved');
    await bench.facts('delete_relationship', { relationship_id: id });
    expect(await bench.text('get_recent_activity', {})).toContain('unresolved problems (any age): 1');
    expect(await bench.text('search_relationships_by_context', { query: 'nightly' })).toMatch(/^No relationship/);
    expect(await bench.text('get_memory', { memory_id: problem })).not.toContain('SOLVES');
  });

  it('opening a memory shows its relationships from either end', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A'), await bench.store('B')];
    await bench.relate(a, 'CAUSES', b);
    expect(await bench.text('get_memory', { memory_id: a })).toContain('CAUSES ->');
    expect(await bench.text('get_memory', { memory_id: b })).toContain('<- CAUSES');
    expect(await bench.text('get_memory', { memory_id: a, include_relationships: false })).not.toContain('CAUSES');
  });

  it('an activity report without a project named is about the one the server runs in', async () => {
    const bench = await open();
    const id = await bench.store('Here');
    expect(await bench.text('get_recent_activity', {})).toContain(id);
  });

  it('says which relationship is in the way of one that would be there twice', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A'), await bench.store('B')];
    const { id: there } = await bench.relate(a, 'CAUSES', b);
    const { id } = await bench.relate(a, 'SOLVES', b);
    await expect(
      bench.call('update_relationship', { relationship_id: id, relationship_type: 'CAUSES' }),
    ).rejects.toMatchObject({
      code: 'duplicate',
      message: expect.stringContaining(String(there)),
    });
    expect(await bench.text('get_memory', { memory_id: a })).toContain('SOLVES ->');
  });

  it('an unrelated memory takes no match away, and a filter adds none', async () => {
    const bench = await open();
    const ids = await Promise.all(
      ['cache timeout', 'timeout of the proxy', 'proxy cache'].map((title) => bench.store(title)),
    );
    const recall = async (more = {}): Promise<string[]> =>
      idsIn(await bench.text('search_memories', { query: 'proxy timeout cache', ...more })).sort();
    expect(await recall()).toEqual([...ids].sort());
    for (let i = 0; i < 20; i += 1) await bench.store(`unrelated ${i}`, { content: 'nothing of the kind' });
    expect(await recall()).toEqual([...ids].sort());
    for (const filter of [{ tags: ['none'] }, { min_importance: 0.9 }, { memory_types: ['general'] }]) {
      for (const id of await recall(filter)) expect(ids).toContain(id);
    }
  });

  it('a question of 4 kB in any characters is answered', async () => {
    const bench = await open();
    await bench.store('Needle');
    const query = `${'каталог 検索 "quoted* OR (x) '.repeat(140)}needle`.slice(-4096);
    expect(idsIn(await bench.text('search_memories', { query }))).toHaveLength(1);
  });
});
