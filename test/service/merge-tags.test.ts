import { expect, it } from 'vitest';
import type { MemoryId } from '../../src/domain/ids.ts';
import { type MemoryChanges, updateMemory } from '../../src/service/update-memory.ts';
import { keep, seen, share } from './people.ts';
import { onEverySharedStore, onEveryStore, type Workbench } from './workbench.ts';

const mergeTags = (bench: Workbench, id: MemoryId, changes: MemoryChanges, version: number | null) =>
  updateMemory(bench.context, id, changes, version, ['tags']);

onEveryStore('update_memory that merges tags', (open) => {
  it('does to the newest version what was meant for an older one', async () => {
    const bench = await open();
    const id = await bench.store('A', { tags: ['a', 'b', 'c'] });
    await bench.facts('update_memory', { memory_id: id, tags: ['b', 'c', 'theirs'], content: 'theirs' });
    expect(await mergeTags(bench, id, { tags: ['a', 'b', 'Mine'] }, 1)).toEqual({ id, version: 3, changed: true });
    expect(await seen(bench, id)).toMatchObject({ tags: ['b', 'theirs', 'mine'], content: 'theirs' });
    expect(await mergeTags(bench, id, { tags: ['a', 'b', 'c', 'mine'] }, 1)).toEqual({
      id,
      version: 3,
      changed: false,
    });
  });

  it('refuses what it cannot merge, with the current record', async () => {
    const bench = await open();
    const id = await bench.store('A', { tags: ['a'] });
    await bench.facts('update_memory', { memory_id: id, tags: ['b'] });
    const conflict = { code: 'version_conflict', details: { current: { version: 2, tags: ['b'] } } };
    await expect(mergeTags(bench, id, { tags: ['c'], content: 'mine' }, 1)).rejects.toMatchObject(conflict);
    await expect(mergeTags(bench, id, { tags: ['c'] }, 7)).rejects.toMatchObject(conflict);
    await expect(updateMemory(bench.context, id, { tags: ['c'] }, 1)).rejects.toMatchObject(conflict);
    await expect(mergeTags(bench, id, { tags: ['c'] }, null)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await seen(bench, id)).toMatchObject({ tags: ['b'], version: 2 });
  });
});

onEverySharedStore('update_memory that merges tags', (open) => {
  it('does not take a version for a base that the caller could not have read', async () => {
    const as = await open();
    const boss = as({ user: 'eva', role: 'admin' });
    const id = await keep(as('ann'), 'A', 'private');
    await share(as('ann'), id, 'public');
    await expect(mergeTags(boss, id, { tags: ['x'] }, 1)).rejects.toMatchObject({ code: 'version_conflict' });
    expect(await mergeTags(as('ann'), id, { tags: ['x'] }, 1)).toMatchObject({ version: 3 });
  });
});
