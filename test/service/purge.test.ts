import { expect, it } from 'vitest';
import type { MemoryId } from '../../src/domain/ids.ts';
import { purgeTrash } from '../../src/service/purge-trash.ts';
import { exported } from './transfers.ts';
import { onEveryStore, type Workbench } from './workbench.ts';

const day = 86_400_000;

const purge = ({ context }: Workbench, deletedBefore: number, dryRun = false): Promise<number> =>
  purgeTrash(context, { deletedBefore, dryRun, onProgress: () => undefined });

onEveryStore('purge', (open) => {
  it('destroys what was deleted longer ago, with relationships and history, and nothing else', async () => {
    const bench = await open();
    const [old, recent, kept, alias] = [
      await bench.store('Old trash'),
      await bench.store('Recent trash'),
      await bench.store('Kept'),
      await bench.store('Folded'),
    ];
    await bench.relate(old, 'SOLVES', kept);
    await bench.facts('merge_memories', { from_memory_id: alias, into_memory_id: kept, append_content: false });
    await bench.facts('delete_memory', { memory_id: old });
    bench.now += 40 * day;
    await bench.facts('delete_memory', { memory_id: recent });
    const before = await exported(bench);
    expect(await purge(bench, bench.now - 30 * day, true)).toBe(1);
    expect(await exported(bench)).toBe(before);
    expect(await purge(bench, bench.now - 30 * day)).toBe(1);
    const after = await exported(bench);
    expect(after).not.toContain(old);
    const there = await bench.context.store.memories(bench.context.scope, [old, recent, kept, alias], 'any');
    expect(there.map(({ id }) => id)).toEqual([recent, kept, alias]);
    expect(await bench.text('get_memory', { memory_id: alias })).toContain('Kept');
    expect(await purge(bench, bench.now - 30 * day)).toBe(0);
  });

  it('goes through more than one batch', async () => {
    const bench = await open();
    const ids: MemoryId[] = [];
    for (let number = 0; number < 450; number += 1) ids.push(await bench.store(`Trash ${number}`));
    for (const id of ids) await bench.facts('delete_memory', { memory_id: id });
    const kept = await bench.store('Kept');
    expect(await purge(bench, bench.now + 1, true)).toBe(450);
    expect(await purge(bench, bench.now + 1)).toBe(450);
    const { store, scope } = bench.context;
    expect(await store.countMemories(scope, { state: 'any' })).toBe(1);
    expect(await store.memories(scope, [kept], 'live')).toHaveLength(1);
  });
});
