import { expect, it } from 'vitest';
import type { MemoryId } from '../../src/domain/ids.ts';
import { exportPages } from '../../src/service/transfer/export-pages.ts';
import { type RecordKind, tallyLines } from '../../src/service/transfer/format.ts';
import { edgesOf, keep, seen, share } from './people.ts';
import { exported, imported, linesOf } from './transfers.ts';
import { onEverySharedStore, shop } from './workbench.ts';

const records = (file: string, kind: string): readonly Record<string, unknown>[] =>
  linesOf(file).filter(({ record }) => record === kind);

const totals = ({ created, unchanged, conflicting }: Awaited<ReturnType<typeof imported>>) => ({
  created: Object.values(created),
  unchanged: Object.values(unchanged),
  conflicting: Object.values(conflicting),
});

/** The same file with other records, counted and sealed as if it had been written so; null leaves one out. */
const edited = (file: string, edit: (line: Record<string, unknown>) => object | null): string => {
  const [header, ...records] = linesOf(file).slice(0, -1);
  const tally = tallyLines();
  const lines = records.flatMap((record) => {
    const line = edit(record);
    return line === null ? [] : [JSON.stringify(line)];
  });
  for (const line of lines) tally.add((JSON.parse(line) as { record: RecordKind }).record, line);
  return [JSON.stringify(header), ...lines, JSON.stringify(tally.footer()), ''].join('\n');
};

onEverySharedStore('an export of one of many', (open) => {
  it('has what he may read and no trace of the rest', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [plain, secret] = [await keep(ann, 'plain'), await keep(ann, 'canary', 'private')];
    const [twin, kept] = [await keep(ann, 'twin'), await keep(ann, 'kept')];
    await keep(as({ user: 'bob', tenant: 'other' }), 'canary');
    await ann.relate(plain, 'CAUSES', secret, { description: 'canary' });
    const { id } = await ann.relate(plain, 'SOLVES', kept);
    const next = await ann.facts('update_relationship', { relationship_id: id, to_memory_id: secret });
    await ann.facts('merge_memories', { from_memory_id: twin, into_memory_id: kept });
    const freed = await keep(ann, 'freed');
    await ann.facts('merge_memories', { from_memory_id: freed, into_memory_id: kept });
    await ann.facts('restore_memory', { memory_id: freed });
    await share(ann, kept, 'private');
    const file = await exported(bob);
    expect(records(file, 'memory').map((line) => line.id)).toEqual(
      [plain, twin, freed].sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(records(file, 'memory').find((line) => line.id === twin)).not.toHaveProperty('merged_into');
    expect(records(file, 'relationship')).toEqual([]);
    const restored = records(file, 'change').find((line) => line.kind === 'restored');
    expect(restored).toMatchObject({ id: freed, before: { id: freed } });
    expect(restored?.before).not.toHaveProperty('merged_into');
    for (const hidden of ['canary', secret, String(next.id)]) expect(file).not.toContain(hidden);
    expect(await exported(ann)).toContain(`"merged_into":"${kept}"`);

    let pages = '';
    for await (const { path, text } of exportPages(bob.context, { project: null, onProgress: () => undefined })) {
      pages += path + text;
    }
    expect(pages).toContain('plain');
    expect(pages).not.toContain('canary');
  });

  it('says nothing of where a relationship went that is out of sight', async () => {
    const as = await open();
    const ann = as('ann');
    const [plain, kept, secret] = [await keep(ann, 'plain'), await keep(ann, 'kept'), await keep(ann, 's', 'private')];
    const { id } = await ann.relate(plain, 'SOLVES', kept);
    const next = await ann.facts('update_relationship', { relationship_id: id, to_memory_id: secret });
    const file = await exported(as('bob'));
    expect(records(file, 'relationship')).toMatchObject([{ id }]);
    expect(file).not.toContain(String(next.id));
    expect(await exported(ann)).toContain(`"invalidated_by":"${next.id}"`);
    expect(totals(await imported(as('bob'), file))).toMatchObject({ created: [0, 0, 0], conflicting: [0, 0, 0] });
  });
});

onEverySharedStore('an import by one of many', (open) => {
  it('belongs to the tenant and to him, history included, and is read by no more people than before', async () => {
    const as = await open();
    const ann = as({ user: 'ann', teams: ['red'], projects: [shop, 'p2'] });
    const elsewhere = { type: 'general', title: 'e', content: 'e', context: { project_path: 'p2' } };
    const ids = {
      project: await keep(ann, 'project'),
      red: await keep(ann, 'red', 'team', 'red'),
      public: await keep(ann, 'public', 'public'),
      private: await keep(ann, 'private', 'private'),
      elsewhere: (await ann.facts('store_memory', elsewhere)).id as MemoryId,
    };
    await ann.relate(ids.public, 'CAUSES', ids.project);
    await ann.facts('update_memory', { memory_id: ids.public, content: 'new', expected_version: 1 });
    const file = await exported(ann);

    const carl = as({ user: 'carl', tenant: 'other' });
    expect(totals(await imported(carl, file))).toMatchObject({ created: [5, 1, 7], conflicting: [0, 0, 0] });
    const audiences = Object.entries(ids).map(async ([name, id]) => {
      const { tenantId, createdBy, visibility, teamId } = (await seen(carl, id))?.context ?? {};
      return [name, `${tenantId} ${createdBy} ${visibility} ${teamId}`];
    });
    expect(Object.fromEntries(await Promise.all(audiences))).toEqual({
      project: 'other carl project null',
      red: 'other carl private null',
      public: 'other carl public null',
      private: 'other carl private null',
      elsewhere: 'other carl private null',
    });
    expect(await edgesOf(carl, ids.public)).toMatchObject([{ tenantId: 'other', createdBy: 'carl' }]);
    const history = await carl.text('get_memory_history', { memory_id: ids.public });
    expect(history).toMatch(/v2 .* by carl\nv1 .* by carl/);
    expect(history + (await carl.text('what_changed', { since: '2026-01-01' }))).not.toContain('ann');
    expect(await seen(carl, ids.public)).toMatchObject({ updatedBy: 'carl' });
    expect(await seen(as({ user: 'dora', tenant: 'other' }), ids.red)).toBeUndefined();
    expect(await carl.text('recall_memories', { query: 'project' })).toContain(ids.public);
  });

  it('of his own export changes nothing, and adds nothing to the history of others', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [ofAnn, ofBob] = [await keep(ann, 'ofann'), await keep(bob, 'ofbob')];
    await ann.relate(ofAnn, 'CAUSES', ofBob);
    const file = await exported(bob);
    expect(totals(await imported(bob, file))).toEqual({
      created: [0, 0, 0],
      unchanged: [2, 1, 3],
      conflicting: [0, 0, 0],
    });
    const forged = edited(file, (line) =>
      line.record === 'change' ? { ...line, version: 7, by: 'ann', reason: 'forged' } : line,
    );
    expect((await imported(bob, forged)).created.change).toBe(1);
    expect(await ann.text('what_changed', { since: '2026-01-01' })).toMatch(/ofbob.* by bob because "forged"/);
    expect(await ann.text('get_memory_history', { memory_id: ofAnn })).not.toContain('forged');
  });

  it('links nothing from what others made', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [ofAnn, ofBob] = [await keep(ann, 'ofann'), await keep(bob, 'ofbob')];
    const { id } = await bob.relate(ofBob, 'CAUSES', ofAnn);
    const file = edited(await exported(bob), (line) =>
      line.record === 'relationship' || line.entity === 'relationship'
        ? { ...line, id: '7b7b7b7b-0000-4000-8000-000000000000', from_memory_id: ofAnn, to_memory_id: ofBob }
        : line,
    );
    const report = await imported(bob, file);
    expect(report.conflicts).toMatchObject([
      { kind: 'relationship', fields: ['from_memory_id', 'type', 'to_memory_id'] },
    ]);
    expect(await edgesOf(ann, ofAnn)).toMatchObject([{ id }]);
  });

  it('goes on as if an id were free that something unseen has', async () => {
    const as = await open();
    const [ann, bob] = [as('ann'), as('bob')];
    const [a, b] = [await keep(ann, 'aaa'), await keep(ann, 'bbb')];
    const { id } = await ann.relate(a, 'CAUSES', b);
    await ann.facts('update_memory', { memory_id: a, title: 'aaaa', expected_version: 1 });
    const file = await exported(bob);
    for (const memory of [a, b]) await share(ann, memory, 'private');
    const nobody = as({ user: 'bob', tenant: 'empty' });
    const report = await imported(bob, file);
    expect(totals(report)).toEqual(totals(await imported(nobody, file)));
    expect(await seen(bob, a)).toBeUndefined();
    const found = await bob.context.store.listMemories(bob.context.scope, {
      filter: {},
      sort: { field: 'title', direction: 'asc' },
      limit: 10,
    });
    expect(found.map(({ title }) => title)).toEqual(['aaaa', 'bbb']);
    const [first] = found;
    expect(await edgesOf(bob, first?.id ?? a)).toMatchObject([{ type: 'CAUSES', from: first?.id, to: found[1]?.id }]);
    expect(await bob.text('get_memory_history', { memory_id: first?.id })).toMatch(/v2 .*\nv1 /);
    expect(await edgesOf(ann, a)).toMatchObject([{ id }]);
    expect(totals(await imported(bob, file))).toMatchObject({ created: [0, 0, 0], conflicting: [0, 0, 0] });
    expect(await imported(bob, file, { dryRun: true })).toMatchObject({ unchanged: { memory: 2, relationship: 1 } });
  });

  it.each(['theirs', 'his'])(
    'gives no rights over what others made by undoing a merge into what is %s',
    async (whose) => {
      const as = await open();
      const [ann, bob] = [as('ann'), as('bob')];
      const [x, theirs] = [await keep(ann, 'x'), await keep(ann, 'y')];
      const victim = await ann.relate(x, 'CAUSES', theirs);
      const [mine, his] = [await keep(bob, 'mine'), await keep(bob, 'his')];
      await bob.relate(his, 'SOLVES', mine);
      await bob.facts('delete_memory', { memory_id: mine, expected_version: 1 });
      const at = new Date((await seen(bob, mine))?.deletedAt ?? 0).toISOString();
      const fresh = (id: unknown): string => String(id).replace(/^.{8}/, '7b7b7b7b');
      const file = edited(await exported(bob), (line) => {
        if (line.record === 'change') return null;
        if (line.id === mine) return { ...line, id: fresh(mine), merged_into: whose === 'his' ? his : theirs };
        if (line.record !== 'relationship' || line.id === victim.id) return line;
        return { ...line, id: fresh(line.id), to_memory_id: fresh(mine), valid_until: at, invalidated_by: victim.id };
      });
      expect((await imported(bob, file)).created).toMatchObject({ memory: 1, relationship: 1 });
      await bob.facts('restore_memory', { memory_id: fresh(mine) });
      expect(await edgesOf(ann, x)).toMatchObject([{ id: victim.id, version: 1, removedAt: null }]);
    },
  );
});
