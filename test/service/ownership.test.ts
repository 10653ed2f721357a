import { expect, it } from 'vitest';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Visibility } from '../../src/domain/memory.ts';
import { listTeams } from '../../src/service/list-teams.ts';
import { sessionTrails } from '../../src/service/session-trail.ts';
import { shareMemory } from '../../src/service/share-memory.ts';
import { storeMemory } from '../../src/service/store-memory.ts';
import { updateMemory } from '../../src/service/update-memory.ts';
import { whoAmI } from '../../src/service/who-am-i.ts';
import { keep, seen } from './people.ts';
import { type As, onEverySharedStore, onEveryStore, shop, type Workbench } from './workbench.ts';

const draft = (more: object = {}) => ({
  memory: {
    type: 'general' as const,
    title: 'T',
    content: 'C',
    summary: null,
    tags: [],
    importance: 0.5,
    confidence: 0.8,
    context: {},
    ...more,
  },
  links: [],
  idempotencyKey: null,
});

const share = (bench: Workbench, id: MemoryId, visibility: Visibility, team: string | null = null, version = 1) =>
  shareMemory(bench.context, id, visibility, team, version);

onEverySharedStore('a new memory', (open) => {
  it('belongs to the tenant and the caller, and is read by its project', async () => {
    const as = await open();
    const ann = as('ann');
    const receipt = await ann.facts('store_memory', { type: 'general', title: 'A', content: 'B' });
    expect(receipt).toEqual({ id: receipt.id, version: 1, visibility: 'project' });
    expect(await seen(ann, receipt.id as MemoryId)).toMatchObject({
      updatedBy: null,
      context: { tenantId: 'acme', createdBy: 'ann', visibility: 'project', teamId: null, projectPath: shop },
    });
    expect(await seen(as('bob'), receipt.id as MemoryId)).toBeDefined();
    expect(await seen(as({ user: 'eve', projects: [] }), receipt.id as MemoryId)).toBeUndefined();
    expect(await seen(as({ user: 'ann', tenant: 'other' }), receipt.id as MemoryId)).toBeUndefined();
  });

  it('that no project of the caller could read is kept private, and the receipt says so', async () => {
    const as = await open();
    const elsewhere = await as('ann').facts('store_memory', {
      type: 'general',
      title: 'A',
      content: 'B',
      context: { project_path: 'github.com/acme/secret' },
    });
    expect(elsewhere).toMatchObject({ visibility: 'private', because: 'its project is not one of yours' });
    expect(await seen(as('ann'), elsewhere.id as MemoryId)).toBeDefined();
    const nomad = as('ann');
    const context = { ...nomad.context, currentProject: async () => null };
    expect((await storeMemory(context, draft())).audience).toEqual({
      visibility: 'private',
      teamId: null,
      because: 'it has no project',
    });
  });

  it('has the audience that was asked for, of those that the caller belongs to', async () => {
    const as = await open();
    const ann = as({ user: 'ann', teams: ['platform'] });
    const audience = async (more: object) => (await storeMemory(ann.context, draft(more))).audience;
    expect(await audience({ visibility: 'team' })).toMatchObject({ visibility: 'team', teamId: '_everyone' });
    expect(await audience({ teamId: 'platform' })).toMatchObject({ visibility: 'team', teamId: 'platform' });
    expect(await audience({ visibility: 'public' })).toMatchObject({ visibility: 'public', teamId: null });
    for (const refused of [
      { visibility: 'team', teamId: 'board' },
      { visibility: 'private', teamId: 'platform' },
      { visibility: 'project', context: { projectPath: 'elsewhere' } },
    ]) {
      await expect(audience(refused), JSON.stringify(refused)).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });

  it('keeps its audience in the answer to a repeated key', async () => {
    const ann = (await open())('ann');
    const request = { ...draft({ visibility: 'private' }), idempotencyKey: 'k' };
    const first = await storeMemory(ann.context, request);
    expect(await storeMemory(ann.context, request)).toEqual({ ...first, replayed: true });
  });

  it('is linked by its maker, and the link belongs to the same tenant and maker', async () => {
    const as = await open();
    const ann = as('ann', { session: 's' });
    const [a] = [await ann.store('A'), await ann.store('B')];
    const [edge] = await ann.context.store.relationships(ann.context.scope, { of: [a], limit: 10 });
    expect(edge).toMatchObject({ origin: 'automatic', tenantId: 'acme', createdBy: 'ann', updatedBy: null });
  });
});

onEverySharedStore('a session', (open) => {
  it('that two callers share has a trail for each of them', async () => {
    const as = await open();
    const trails = sessionTrails();
    const inSession = (bench: Workbench): Workbench => {
      Object.assign(bench.context, { trail: trails('s', bench.context.scope) });
      return bench;
    };
    const [ann, bob, other] = [as('ann'), as('bob'), as({ user: 'ann', tenant: 'other' })].map(inSession);
    const ids = [await ann?.store('A'), await bob?.store('B'), await other?.store('O'), await ann?.store('A again')];
    const edges = await ann?.context.store.relationships(ann.context.upkeepScope, { limit: 10 });
    expect(edges?.map(({ from, to }) => [from, to])).toEqual([[ids[3], ids[0]]]);
    expect(await other?.context.store.relationships(other.context.upkeepScope, { limit: 10 })).toEqual([]);
  });
});

onEverySharedStore('an automatic link', (open) => {
  it('is left out when the memory before went out of sight', async () => {
    const as = await open();
    const ann = as({ user: 'ann', teams: ['red'] }, { session: 's' });
    const first = await keep(ann, 'first', 'team', 'red');
    const boss = as({ user: 'eva', teams: ['red', 'blue'], role: 'admin' });
    await share(boss, first, 'team', 'blue');
    const second = await keep(ann, 'second', 'team', 'red');
    expect(await seen(ann, second)).toMatchObject({ version: 1 });
    expect(await ann.context.store.relationships(ann.context.upkeepScope, { limit: 10 })).toEqual([]);
  });
});

onEverySharedStore('a change', (open) => {
  it('is signed by who made it, in the record, in history and in the log', async () => {
    const as = await open();
    const id = await as('ann').store('A');
    const boss = as({ user: 'eva', role: 'admin' });
    await updateMemory(boss.context, id, { content: 'better' }, 1);
    expect(await seen(boss, id)).toMatchObject({ updatedBy: 'eva', context: { createdBy: 'ann' } });
    expect(await as('bob').text('get_memory_history', { memory_id: id })).toMatch(/v2 .* by eva\nv1 .* by ann/);
    expect(await as('bob').text('what_changed', { since: '2026-01-01' })).toMatch(
      /created .* by ann\n.* updated .* by eva/,
    );
  });

  it('needs the right to write, and the refusal says what to do', async () => {
    const as = await open();
    const [mine, theirs] = [await as('bob').store('Mine'), await as('ann').store('Theirs')];
    const bob = as('bob');
    const refused: readonly [string, object][] = [
      ['update_memory', { memory_id: theirs, content: 'x', expected_version: 1 }],
      ['delete_memory', { memory_id: theirs, expected_version: 1 }],
      ['create_relationship', { from_memory_id: theirs, to_memory_id: mine, relationship_type: 'SOLVES' }],
      ['merge_memories', { from_memory_id: theirs, into_memory_id: mine }],
      ['merge_memories', { from_memory_id: mine, into_memory_id: theirs }],
    ];
    for (const [tool, input] of refused) {
      await expect(bob.call(tool, { ...input }), tool).rejects.toMatchObject({
        code: 'forbidden',
        message: expect.stringMatching(/store your own/),
        details: { id: theirs },
      });
    }
    await expect(share(bob, theirs, 'public')).rejects.toMatchObject({ code: 'forbidden' });
    await as('ann').call('delete_memory', { memory_id: theirs, expected_version: 1 });
    await expect(bob.call('restore_memory', { memory_id: theirs })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await seen(bob, theirs)).toMatchObject({ version: 2 });
  });

  it('of a relationship is for who made it or may write the memory it leaves', async () => {
    const as = await open();
    const [a, b] = [await as('ann').store('A'), await as('bob').store('B')];
    const { id } = await as('ann').relate(a, 'SOLVES', b);
    const change = { relationship_id: id, strength: 0.9 };
    await expect(as('bob').call('update_relationship', change)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(as('bob').call('delete_relationship', { relationship_id: id })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await as('ann').facts('update_relationship', change)).toEqual({ id, version: 2 });
    const symmetric = await as('bob').relate(a, 'RELATED_TO', b);
    expect(await as('ann').facts('update_relationship', { relationship_id: symmetric.id, strength: 1 })).toMatchObject({
      version: 2,
    });
  });

  it('says which version it was made of', async () => {
    const as = await open();
    const id = await as('ann').store('A');
    for (const [tool, input] of [
      ['update_memory', { content: 'x' }],
      ['delete_memory', {}],
    ] as const) {
      await expect(as('ann').call(tool, { memory_id: id, ...input })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('expected_version is required'),
      });
    }
    await expect(shareMemory(as('ann').context, id, 'public', null, null)).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('may narrow the readers of a memory, and never lets in others', async () => {
    const as = await open();
    const ann = as({ user: 'ann', projects: [shop, 'p2'] });
    const id = await ann.store('A');
    for (const changes of [
      { visibility: 'public' },
      { teamId: '_everyone' },
      { context: { projectPath: 'p2' } },
    ] as const) {
      await expect(updateMemory(ann.context, id, changes, 1)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('share_memory'),
      });
    }
    expect(
      await updateMemory(ann.context, id, { visibility: 'private', context: { projectPath: 'p2' } }, 1),
    ).toMatchObject({ version: 2 });
    expect(await seen(as('bob'), id)).toBeUndefined();
    expect(await seen(ann, id)).toMatchObject({ context: { visibility: 'private', projectPath: 'p2' } });
  });
});

onEverySharedStore('sharing', (open) => {
  const openShared = async (): Promise<{ as: As; ann: Workbench; id: MemoryId }> => {
    const as = await open();
    const ann = as({ user: 'ann', teams: ['platform'] });
    const { id } = await storeMemory(ann.context, draft({ visibility: 'private' }));
    return { as, ann, id };
  };

  it('is a version that lets in exactly those named, and takes them out again', async () => {
    const { as, ann, id } = await openShared();
    const readers = async (): Promise<string[]> => {
      const people = [
        as('bob'),
        as({ user: 'cid', teams: ['platform'], projects: [] }),
        as({ user: 'dee', projects: [] }),
      ];
      const found = await Promise.all(people.map((person) => seen(person, id)));
      return ['bob', 'cid', 'dee'].filter((_, index) => found[index] !== undefined);
    };
    expect(await readers()).toEqual([]);
    expect(await share(ann, id, 'project')).toEqual({
      id,
      version: 2,
      changed: true,
      visibility: 'project',
      teamId: null,
    });
    expect(await readers()).toEqual(['bob']);
    expect(await share(ann, id, 'team', 'platform', 2)).toMatchObject({ version: 3, teamId: 'platform' });
    expect(await readers()).toEqual(['cid']);
    expect(await share(ann, id, 'team', null, 3)).toMatchObject({ version: 4, teamId: '_everyone' });
    expect(await readers()).toEqual(['bob', 'cid', 'dee']);
    expect(await share(ann, id, 'team', '_everyone', 4)).toMatchObject({ version: 4, changed: false });
    expect(await share(ann, id, 'private', null, 4)).toMatchObject({ version: 5, teamId: null });
    expect(await readers()).toEqual([]);
    expect(await ann.text('get_memory_history', { memory_id: id })).toMatch(
      /v2 .* shared \(updated_by, context_visibility\)|v2 .* shared/,
    );
  });

  it('is refused for an audience that the caller is not of, and names those there are', async () => {
    const { as, ann, id } = await openShared();
    await expect(share(ann, id, 'team', 'board')).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'You are in no team "board"; your teams: "_everyone", "platform".',
    });
    await expect(share(ann, id, 'public', 'platform')).rejects.toMatchObject({ code: 'invalid_input' });
    await share(ann, id, 'public');
    const eva = as({ user: 'eva', role: 'admin', projects: [] });
    await expect(share(eva, id, 'private', null, 2)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Only who made'),
    });
    await expect(share(eva, id, 'project', null, 2)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(share(ann, id, 'team', null, 1)).rejects.toMatchObject({ code: 'version_conflict' });
  });

  it('counts what each team of the caller reads', async () => {
    const { as, ann, id } = await openShared();
    expect(await listTeams(ann.context)).toEqual([
      { team: '_everyone', memories: 0 },
      { team: 'platform', memories: 0 },
    ]);
    await share(ann, id, 'team', 'platform');
    await storeMemory(as('bob').context, draft({ visibility: 'team' }));
    await storeMemory(as({ user: 'ann', tenant: 'other' }).context, draft({ visibility: 'team' }));
    expect(await listTeams(ann.context)).toEqual([
      { team: '_everyone', memories: 1 },
      { team: 'platform', memories: 1 },
    ]);
    expect(await listTeams(as('bob').context)).toEqual([{ team: '_everyone', memories: 1 }]);
  });

  it('begins with knowing who one is', async () => {
    const { ann } = await openShared();
    expect(whoAmI(ann.context)).toEqual({
      tenant: 'acme',
      user: 'ann',
      teams: ['_everyone', 'platform'],
      projects: [shop],
      role: 'member',
    });
  });
});

onEveryStore('in single-tenant mode', (open, mode) => {
  it.runIf(mode === 'single')('nothing is stamped, nobody is known, and nothing is shared', async () => {
    const bench = await open();
    const receipt = await bench.facts('store_memory', { type: 'general', title: 'A', content: 'B' });
    expect(receipt).toEqual({ id: receipt.id, version: 1 });
    const id = receipt.id as MemoryId;
    await bench.facts('update_memory', { memory_id: id, content: 'C' });
    expect(await seen(bench, id)).toMatchObject({
      updatedBy: null,
      context: { tenantId: null, createdBy: null, visibility: null, teamId: null },
    });
    expect([whoAmI(bench.context), await listTeams(bench.context)]).toEqual([null, []]);
    await expect(share(bench, id, 'public', null, 2)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
