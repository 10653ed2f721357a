import { expect, it } from 'vitest';
import { mergeMemories } from '../../src/service/merge-memories.ts';
import { edgesOf, keep, seen, share } from './people.ts';
import { onEverySharedStore } from './workbench.ts';

onEverySharedStore('merge_memories among many readers', (open) => {
  it('is refused for two that are not read by the same people', async () => {
    const as = await open();
    const ann = as('ann');
    const [mine, ours] = [await keep(ann, 'mine', 'private'), await keep(ann, 'ours')];
    for (const [from, into] of [
      [mine, ours],
      [ours, mine],
    ]) {
      await expect(ann.call('merge_memories', { from_memory_id: from, into_memory_id: into })).rejects.toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('share_memory'),
      });
    }
    await share(ann, mine, 'project');
    expect(await ann.facts('merge_memories', { from_memory_id: mine, into_memory_id: ours })).toMatchObject({
      id: ours,
    });
    expect(await as('bob').text('get_memory', { memory_id: mine })).toContain(`${mine} was merged into it`);
  });

  it('moves what others linked, seen or not, tells only of what is seen, and brings all of it back', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [twin, kept] = [await keep(ann, 'twin'), await keep(ann, 'kept')];
    const [ofBob, secretOfBob] = [await keep(bob, 'ofbob'), await keep(bob, 'secret', 'private')];
    await bob.relate(ofBob, 'SOLVES', twin);
    await bob.relate(secretOfBob, 'CAUSES', twin, { context: 'only bob knows' });
    await bob.relate(secretOfBob, 'SOLVES', twin);
    await bob.relate(secretOfBob, 'SOLVES', kept);
    expect(await edgesOf(ann, twin)).toHaveLength(1);

    const merged = await ann.facts('merge_memories', { from_memory_id: twin, into_memory_id: kept });
    expect(merged).toMatchObject({ id: kept, alias: twin, moved_relationships: 1 });
    expect(await edgesOf(ann, kept)).toMatchObject([{ from: ofBob, type: 'SOLVES', createdBy: 'bob' }]);
    const byBob = await edgesOf(bob, kept);
    expect(
      byBob
        .map(({ from, type, evidenceCount }) => `${from === ofBob ? 'open' : 'secret'} ${type} ${evidenceCount}`)
        .sort(),
    ).toEqual(['open SOLVES 1', 'secret CAUSES 1', 'secret SOLVES 2']);
    expect(byBob.find(({ type }) => type === 'CAUSES')).toMatchObject({
      context: { text: 'only bob knows' },
      createdBy: 'bob',
    });
    expect(JSON.stringify(await ann.text('what_changed', { since: '2026-01-01' }))).not.toContain(secretOfBob);

    await ann.facts('restore_memory', { memory_id: twin });
    expect(await edgesOf(ann, twin)).toMatchObject([{ from: ofBob, type: 'SOLVES' }]);
    expect((await edgesOf(bob, twin)).map(({ type }) => type).sort()).toEqual(['CAUSES', 'SOLVES', 'SOLVES']);
    expect(await edgesOf(bob, kept)).toMatchObject([{ from: secretOfBob, type: 'SOLVES', evidenceCount: 1 }]);
    expect(await seen(ann, kept)).toMatchObject({ content: 'kept', version: 3 });
  });

  it('goes on when somebody changes meanwhile what the caller does not see, and never tells of it', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [twin, kept] = [await keep(ann, 'twin'), await keep(ann, 'kept')];
    const secret = await keep(bob, 'secret', 'private');
    const { id } = await bob.relate(secret, 'CAUSES', twin);
    const { store } = ann.context;
    const meanwhile = (times: number): typeof store => {
      let left = times;
      return {
        ...store,
        write: async (scope, batch) => {
          left -= 1;
          if (left >= 0) await bob.facts('update_relationship', { relationship_id: id, outcome: 'success' });
          return store.write(scope, batch);
        },
      };
    };
    const busy = mergeMemories({ ...ann.context, store: meanwhile(99) }, twin, kept, true);
    await expect(busy).rejects.toMatchObject({ code: 'store_busy', details: {} });
    await mergeMemories({ ...ann.context, store: meanwhile(2) }, twin, kept, true);
    expect(await edgesOf(bob, kept)).toMatchObject([{ from: secret, evidenceCount: 23 }]);
  });

  it('gives back a merged memory when the other one is out of reach by now', async () => {
    const as = await open();
    const ann = as({ user: 'ann', teams: ['red'] });
    const [twin, kept] = [await keep(ann, 'twin', 'team', 'red'), await keep(ann, 'kept', 'team', 'red')];
    await ann.facts('merge_memories', { from_memory_id: twin, into_memory_id: kept });
    const boss = as({ user: 'eva', teams: ['red', 'blue'], role: 'admin' });
    await share(boss, kept, 'team', 'blue');
    expect(await seen(ann, kept)).toBeUndefined();
    await expect(ann.call('get_memory', { memory_id: twin })).rejects.toMatchObject({ code: 'not_found' });
    expect(await ann.facts('restore_memory', { memory_id: twin })).toMatchObject({ id: twin, version: 3 });
    expect(await ann.text('get_memory', { memory_id: twin })).toContain('twin');
    expect(await seen(boss, kept)).toMatchObject({ version: 3, content: expect.stringContaining('twin') });
  });
});

onEverySharedStore('a circle', (open) => {
  it('is refused where the caller sees it, names only what he sees, and is not looked for where he does not', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [a, b] = [await keep(ann, 'a', 'public'), await keep(bob, 'b', 'public')];
    const hidden = await keep(ann, 'hidden', 'private');
    await ann.relate(a, 'DEPENDS_ON', hidden);
    await ann.relate(hidden, 'DEPENDS_ON', b);
    expect(await bob.relate(b, 'DEPENDS_ON', a)).toMatchObject({ version: 1 });
    const another = await keep(bob, 'another', 'public');
    await bob.relate(another, 'DEPENDS_ON', b);
    await expect(ann.relate(a, 'DEPENDS_ON', another)).rejects.toMatchObject({
      code: 'cycle',
      details: { path: [a, another, b, a] },
    });
  });
});
