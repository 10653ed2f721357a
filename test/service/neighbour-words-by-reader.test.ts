import { expect, it } from 'vitest';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Visibility } from '../../src/domain/memory.ts';
import { idsIn, keep, share } from './people.ts';
import { onEverySharedStore, type Workbench } from './workbench.ts';

const found = async (bench: Workbench, query: string): Promise<string[]> =>
  idsIn(await bench.text('search_memories', { query, search_tolerance: 'strict' }));

/** Of each memory, what words its index holds of its neighbours. */
const wordsNear = async (
  { context }: Workbench,
  id: MemoryId,
  words: readonly string[],
): Promise<readonly string[]> => {
  const hits = await Promise.all(
    words.map(async (text) => {
      const query = { groups: [[{ text, prefix: false }]], mode: 'any' } as const;
      const found = await context.store.search(context.upkeepScope, query, { ids: [id] }, 1);
      return found.length > 0;
    }),
  );
  return words.filter((_, index) => hits[index]);
};

onEverySharedStore('words of a neighbour', (open) => {
  it('find a memory only while all who may read it may read the neighbour', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [alpha, zulu] = [await keep(ann, 'alpha', 'public'), await keep(ann, 'zulu', 'private')];
    await ann.relate(zulu, 'CAUSES', alpha);
    expect(await found(bob, 'zulu')).toEqual([]);
    expect(await found(ann, 'zulu')).toEqual([zulu]);
    // The other way round nothing is told: who reads the private one reads the public one.
    expect(await found(ann, 'alpha')).toEqual([alpha, zulu]);
    await share(ann, zulu, 'public');
    expect(await found(bob, 'zulu')).toEqual([zulu, alpha]);
    await share(ann, zulu, 'private');
    expect(await found(bob, 'zulu')).toEqual([]);
    expect(await found(ann, 'zulu')).toEqual([zulu]);
    await share(ann, zulu, 'team');
    expect(await found(bob, 'zulu')).toEqual([zulu, alpha]);
  });

  it('are those of the audience, for every pair of audiences', async () => {
    const as = await open();
    const ann = as({ user: 'ann', teams: ['red', 'blue'] });
    const audiences: readonly [string, Visibility, string?][] = [
      ['zab', 'public'],
      ['zeb', 'team', '_everyone'],
      ['zib', 'team', 'red'],
      ['zob', 'team', 'blue'],
      ['zub', 'project'],
      ['zyb', 'private'],
    ];
    const held: Record<string, readonly string[]> = {};
    for (const [name, visibility, team] of audiences) {
      const here = await keep(ann, 'here', visibility, team);
      for (const [near, ...audience] of audiences) await ann.relate(here, 'CAUSES', await keep(ann, near, ...audience));
      held[name] = await wordsNear(
        ann,
        here,
        audiences.map(([near]) => near),
      );
    }
    expect(held).toEqual({
      zab: ['zab', 'zeb'],
      zeb: ['zab', 'zeb'],
      zib: ['zab', 'zeb', 'zib'],
      zob: ['zab', 'zeb', 'zob'],
      zub: ['zab', 'zeb', 'zub'],
      zyb: ['zab', 'zeb', 'zyb'],
    });
  });

  it('are kept true in memories that the writer does not see', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const plain = await keep(bob, 'oldword', 'public');
    const secret = await keep(ann, 'secret', 'private');
    await ann.relate(secret, 'CAUSES', plain);
    await bob.facts('update_memory', { memory_id: plain, title: 'newword', content: 'newword', expected_version: 1 });
    expect(await found(ann, 'newword')).toEqual([plain, secret]);
    expect(await found(ann, 'oldword')).toEqual([]);
    await bob.facts('delete_memory', { memory_id: plain, expected_version: 2 });
    expect(await found(ann, 'newword')).toEqual([]);
    await bob.facts('restore_memory', { memory_id: plain });
    expect(await found(ann, 'newword')).toEqual([plain, secret]);
  });

  it('are the same whether hidden neighbours are there or not, however many and strong', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const hub = await keep(ann, 'hub', 'public');
    for (let number = 0; number < 45; number += 1) {
      const hidden = await keep(ann, `hidden${number}`, 'private');
      await ann.relate(hub, 'CAUSES', hidden, { strength: 1 });
    }
    const weak = await keep(ann, 'weakneighbour', 'public');
    await ann.relate(hub, 'CAUSES', weak, { strength: 0.1 });
    expect(await found(bob, 'weakneighbour')).toEqual([weak, hub]);
    expect(await found(bob, 'hidden7')).toEqual([]);
    await ann.facts('update_memory', { memory_id: weak, title: 'weakened', content: 'weakened', expected_version: 1 });
    expect(await found(bob, 'weakened')).toEqual([weak, hub]);
  });

  it('of a memory with very many hidden neighbours are renewed for those of each audience', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const hub = await keep(ann, 'hub', 'public');
    for (let number = 0; number < 101; number += 1) {
      await ann.relate(await keep(ann, `h${number}`, 'private'), 'CAUSES', hub, { strength: 1 });
    }
    const leaf = await keep(ann, 'leaf', 'public');
    await ann.relate(leaf, 'CAUSES', hub, { strength: 0.1 });
    await ann.facts('update_memory', { memory_id: hub, title: 'renamed', content: 'renamed', expected_version: 1 });
    expect(await found(bob, 'renamed')).toEqual([hub, leaf]);
  });
});
