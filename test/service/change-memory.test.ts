import { expect, it } from 'vitest';
import { noon, onEveryStore } from './workbench.ts';

onEveryStore('update_memory and delete_memory', (open, mode) => {
  it('changes only what is given and counts versions', async () => {
    const bench = await open();
    const id = await bench.store('Deploy', { content: 'Run make deploy', tags: ['ops'], summary: 'how' });
    bench.now += 1000;
    expect(await bench.facts('update_memory', { memory_id: id, content: 'Run make ship' })).toEqual({ id, version: 2 });
    expect(await bench.facts('update_memory', { memory_id: id, summary: null, tags: ['Ops', 'release'] })).toEqual({
      id,
      version: 3,
    });
    const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(memory).toMatchObject({
      title: 'Deploy',
      content: 'Run make ship',
      summary: null,
      tags: ['ops', 'release'],
      version: 3,
      createdAt: noon,
      updatedAt: noon + 1000,
    });
  });

  it('adds no version when nothing changes, and refuses an empty change', async () => {
    const bench = await open();
    const id = await bench.store('Same', { importance: 0.7 });
    expect(await bench.facts('update_memory', { memory_id: id, importance: 0.7 })).toEqual({
      id,
      version: 1,
      changed: false,
    });
    await expect(bench.facts('update_memory', { memory_id: id })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('merges context field by field', async () => {
    const bench = await open();
    const id = await bench.store('C', { context: { languages: ['Go'], git_branch: 'main' } });
    await bench.facts('update_memory', { memory_id: id, context: { git_branch: 'next' } });
    const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(memory?.context).toMatchObject({
      languages: ['Go'],
      gitBranch: 'next',
      projectPath: 'github.com/acme/shop',
    });
  });

  it('answers a stale expected_version with the current record', async () => {
    const bench = await open();
    const id = await bench.store('Race');
    await bench.facts('update_memory', { memory_id: id, content: 'first', expected_version: 1 });
    const stale = bench.facts('update_memory', { memory_id: id, content: 'second', expected_version: 1 });
    await expect(stale).rejects.toMatchObject({
      code: 'version_conflict',
      details: { current: { id, version: 2, content: 'first' } },
    });
    const staleDelete = bench.facts('delete_memory', { memory_id: id, expected_version: 1 });
    await expect(staleDelete).rejects.toMatchObject({ code: 'version_conflict' });
  });

  it.runIf(mode === 'single')(
    'lets one of ten racing writers win each version, and loses no field without one',
    async () => {
      const bench = await open();
      const id = await bench.store('Race');
      const tries = Array.from({ length: 10 }, (_, i) =>
        bench.facts('update_memory', { memory_id: id, content: `writer ${i}`, expected_version: 1 }).then(
          () => 'won',
          (error: { code: string }) => error.code,
        ),
      );
      expect((await Promise.all(tries)).sort()).toEqual([...Array(9).fill('version_conflict'), 'won']);
      await Promise.all([
        bench.facts('update_memory', { memory_id: id, title: 'New title' }),
        bench.facts('update_memory', { memory_id: id, importance: 0.9 }),
        bench.facts('update_memory', { memory_id: id, tags: ['x'] }),
      ]);
      const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
      expect(memory).toMatchObject({ version: 5, title: 'New title', importance: 0.9, tags: ['x'] });
    },
  );

  it('does not run backwards when the clock does', async () => {
    const bench = await open();
    const id = await bench.store('Clock');
    bench.now = noon - 60_000;
    await bench.facts('update_memory', { memory_id: id, content: 'later' });
    const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(memory).toMatchObject({ createdAt: noon, updatedAt: noon, version: 2 });
  });

  it('moves a deleted memory to the trash, out of every answer', async () => {
    const bench = await open();
    const [kept, gone] = [await bench.store('Kept zebra'), await bench.store('Gone zebra')];
    await bench.relate(kept, 'SOLVES', gone);
    expect(await bench.facts('delete_memory', { memory_id: gone })).toEqual({ id: gone, version: 2, trashed: true });
    expect(await bench.text('recall_memories', { query: 'zebra' })).not.toContain(gone);
    expect(await bench.text('search_memories', {})).toMatch(/^1 of 1/);
    expect(await bench.text('get_memory', { memory_id: kept })).not.toContain(gone);
    expect(await bench.text('get_related_memories', { memory_id: kept })).toMatch(/^Nothing is related/);
    expect(await bench.text('get_recent_activity', {})).not.toContain(gone);
    for (const tool of ['get_memory', 'update_memory', 'delete_memory']) {
      const more = tool === 'update_memory' ? { title: 'x' } : {};
      await expect(bench.call(tool, { memory_id: gone, ...more })).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await bench.context.store.memories(bench.context.scope, [gone], 'trashed')).toHaveLength(1);
  });

  it('names a bad id and an absent one', async () => {
    const bench = await open();
    await expect(bench.call('get_memory', { memory_id: '17' })).rejects.toMatchObject({ code: 'invalid_input' });
    const absent = '00000000-0000-4000-8000-000000000000';
    await expect(bench.call('get_memory', { memory_id: absent })).rejects.toMatchObject({ code: 'not_found' });
    const there = await bench.store('There');
    expect(await bench.text('get_memory', { memory_ids: [there, absent] })).toContain(`not found: ${absent}`);
  });
});

onEveryStore('a conflict', (open, mode) => {
  it.runIf(mode === 'single')('shows the current record under the names of the wire', async () => {
    const bench = await open();
    const id = await bench.store('Race', { tags: ['x'] });
    const stale = bench.facts('update_memory', { memory_id: id, content: 'second', expected_version: 9 });
    const conflict = await stale.catch((error: { details: object }) => error.details);
    expect(conflict).toEqual({
      current: {
        id,
        type: 'general',
        title: 'Race',
        content: 'About Race',
        tags: ['x'],
        importance: 0.5,
        confidence: 0.8,
        usage_count: 0,
        created_at: new Date(noon).toISOString(),
        updated_at: new Date(noon).toISOString(),
        version: 1,
        context_project_path: 'github.com/acme/shop',
      },
    });
  });
});
