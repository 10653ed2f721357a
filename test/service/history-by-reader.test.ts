import { expect, it } from 'vitest';
import { isoTime } from '../../src/service/record.ts';
import { edgesOf, keep, seen, share } from './people.ts';
import { noon, onEverySharedStore } from './workbench.ts';

const minute = 60_000;

onEverySharedStore('versions that the caller could not have read', (open) => {
  /** v1 private, v2 shared, v3 rewritten, v4 private again, v5 shared: one a minute. */
  const openHistory = async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const id = await keep(ann, 'draftofann', 'private');
    const steps = [
      () => share(ann, id, 'public'),
      () =>
        ann.facts('update_memory', { memory_id: id, title: 'rewritten', content: 'rewritten', expected_version: 2 }),
      () => share(ann, id, 'private'),
      () => share(ann, id, 'public'),
    ];
    for (const step of steps) {
      ann.now += minute;
      await step();
    }
    return { as, ann, bob, id };
  };

  it('are in history, diff and revert as little as if they had never been', async () => {
    const { ann, bob, id } = await openHistory();
    const lines = (text: string): string[] =>
      text
        .split('\n')
        .slice(1)
        .map((line) => line.split(' ')[0] ?? '');
    expect(lines(await ann.text('get_memory_history', { memory_id: id }))).toEqual(['v5', 'v4', 'v3', 'v2', 'v1']);
    const history = await bob.text('get_memory_history', { memory_id: id });
    expect(lines(history)).toEqual(['v5', 'v3', 'v2']);
    expect(history).toMatch(/v5 2026-11-23T12:04:00.000Z stored .*by ann/);
    expect(history).toMatch(/v3 2026-11-23T12:02:00.000Z updated .*by ann/);
    for (const version of [1, 4]) {
      const message = `There is no version ${version} of this memory; versions 2, 3, 5 are kept.`;
      await expect(bob.call('get_memory_history', { memory_id: id, from_version: version })).rejects.toMatchObject({
        message,
      });
    }
  });

  it('are not shown as of their time, nor is a later one in their place', async () => {
    const { ann, bob, id } = await openHistory();
    const titles = async (bench: typeof ann): Promise<string[]> =>
      Promise.all(
        [0, 1, 2, 3, 4].map(async (minutes) => {
          const text = await bench
            .text('query_as_of', { memory_ids: [id], as_of: isoTime(noon + minutes * minute + 1) })
            .catch((error: { code: string }) => error.code);
          return /"(\w+)"/.exec(text)?.[1] ?? text;
        }),
      );
    expect(await titles(ann)).toEqual(['draftofann', 'draftofann', 'rewritten', 'rewritten', 'rewritten']);
    expect(await titles(bob)).toEqual(['not_found', 'draftofann', 'rewritten', 'not_found', 'rewritten']);
    const listed = await bob.text('query_as_of', { as_of: isoTime(noon + 1) });
    expect(listed).toMatch(/^Nothing of this was there/);
  });

  it('take their relationships out of the past with them', async () => {
    const { as, ann, bob, id } = await openHistory();
    const other = await keep(as('ann'), 'other', 'public');
    await ann.relate(id, 'CAUSES', other);
    const edge = await edgesOf(bob, id);
    expect(edge).toHaveLength(1);
    await share(ann, id, 'private');
    ann.now += minute;
    await share(ann, id, 'public');
    const then = { memory_ids: [other], as_of: isoTime(ann.now - 1), basis: 'known' };
    expect(await ann.text('query_as_of', then)).toContain('CAUSES');
    expect(await bob.text('query_as_of', then)).not.toContain('CAUSES');
  });

  it('are not told of by what_changed', async () => {
    const { ann, bob, id } = await openHistory();
    const versions = async (bench: typeof ann): Promise<string[]> =>
      [...(await bench.text('what_changed', { since: '2026-01-01' })).matchAll(/ (v\d) /g)].map(
        (match) => match[1] ?? '',
      );
    expect(await versions(ann)).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
    // The line that made version 4 replaced one that bob could read.
    expect(await versions(bob)).toEqual(['v1', 'v3', 'v4']);
    await share(ann, id, 'private');
    expect(await versions(bob)).toEqual([]);
  });
});

onEverySharedStore('reverting', (open) => {
  it('brings back what a version said, never who could read it', async () => {
    const as = await open();
    const ann = as('ann');
    const id = await keep(ann, 'first', 'public');
    await ann.facts('update_memory', { memory_id: id, title: 'second', expected_version: 1 });
    await share(ann, id, 'private');
    await ann.facts('get_memory_history', { memory_id: id, revert_to: 1 });
    expect(await seen(ann, id)).toMatchObject({
      title: 'first',
      version: 4,
      updatedBy: 'ann',
      context: { visibility: 'private', createdBy: 'ann' },
    });
    expect(await seen(as('bob'), id)).toBeUndefined();
  });

  it('of an admin keeps the maker, and is refused to others', async () => {
    const as = await open();
    const id = await keep(as('ann'), 'first', 'public');
    await as('ann').facts('update_memory', { memory_id: id, title: 'second', expected_version: 1 });
    const revert = { memory_id: id, revert_to: 1 };
    await expect(as('bob').call('get_memory_history', revert)).rejects.toMatchObject({ code: 'forbidden' });
    await as({ user: 'eva', role: 'admin' }).facts('get_memory_history', revert);
    expect(await seen(as('bob'), id)).toMatchObject({
      title: 'first',
      updatedBy: 'eva',
      context: { createdBy: 'ann' },
    });
  });
});
