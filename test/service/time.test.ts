import { expect, it } from 'vitest';
import { noon, onEveryStore } from './workbench.ts';

const iso = (at: number): string => new Date(at).toISOString();

onEveryStore('relationships with reasons', (open) => {
  it('reads the parts of a reason and finds relationships by them', async () => {
    const bench = await open();
    const [a, b, c] = [await bench.store('Cache'), await bench.store('Latency'), await bench.store('Memory use')];
    const first = await bench.relate(a, 'IMPROVES', b, {
      context: 'Partially, when the hit rate is above 80%, verified by load test, except for cold starts',
    });
    await bench.relate(a, 'CAUSES', c, {
      context: { conditions: ['large values'], evidence: ['heap dump'], scope: 'full' },
    });
    const [edge] = await bench.context.store.relationships(bench.context.scope, {
      ids: [first.id as never],
      limit: 1,
    });
    expect(edge?.context).toMatchObject({
      scope: 'partial',
      conditions: ['the hit rate is above 80%'],
      evidence: ['load test'],
      exceptions: ['cold starts'],
    });
    const find = (input: Record<string, unknown>): Promise<string> =>
      bench.text('search_relationships_by_context', input);
    expect(await find({ query: 'load tests' })).toContain(first.id);
    expect(await find({ conditions: ['hit rate'] })).toContain(first.id);
    expect(await find({ conditions: ['load test'] })).toMatch(/^No relationship/);
    expect(await find({ scope: 'full' })).not.toContain(first.id);
    expect(await find({ has_evidence: true })).toMatch(/^2 found/);
    expect(await find({ has_evidence: true, relationship_types: ['causes'] })).toMatch(/^1 found/);
    expect(await find({ components: ['nothing of the kind'], conditions: ['hit rate'] })).toMatch(/^No relationship/);
    await expect(find({})).rejects.toMatchObject({ code: 'invalid_input' });
    await bench.facts('delete_relationship', { relationship_id: first.id });
    expect(await find({ query: 'load tests' })).toMatch(/^No relationship/);
  });

  it('strengthens, weakens and tests a relationship', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('A'), await bench.store('B')];
    const { id } = await bench.relate(a, 'SOLVES', b);
    expect(
      await bench.facts('update_relationship', { relationship_id: id, strength: 0.9, expected_version: 1 }),
    ).toEqual({ id, version: 2 });
    await bench.facts('update_relationship', { relationship_id: id, outcome: 'success' });
    await bench.facts('update_relationship', { relationship_id: id, outcome: 'failure', reason: 'failed on Windows' });
    const [edge] = await bench.context.store.relationships(bench.context.scope, { ids: [id as never], limit: 1 });
    expect(edge).toMatchObject({
      strength: 0.9,
      evidenceCount: 2,
      counterEvidenceCount: 1,
      validationCount: 2,
      successRate: 0.666667,
      version: 4,
    });
    const stale = bench.call('update_relationship', { relationship_id: id, strength: 0.1, expected_version: 1 });
    await expect(stale).rejects.toMatchObject({ code: 'version_conflict', details: { current: { version: 4 } } });
    await expect(bench.call('update_relationship', { relationship_id: id, reason: 'none' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('supersedes: closes the old with the reason and opens the new', async () => {
    const bench = await open();
    const [a, b, c] = [await bench.store('A'), await bench.store('B'), await bench.store('C')];
    const { id } = await bench.relate(a, 'SOLVES', b);
    bench.now += 1_000;
    const next = await bench.facts('update_relationship', {
      relationship_id: id,
      to_memory_id: c,
      relationship_type: 'addresses',
      reason: 'it was C all along',
    });
    expect(next).toMatchObject({ version: 1, supersedes: id });
    const text = await bench.text('get_related_memories', { memory_id: a });
    expect(text).toContain(`ADDRESSES -> general ${c}`);
    expect(text).not.toContain(b);
    const [old] = await bench.context.store.relationships(bench.context.scope, {
      ids: [id as never],
      state: 'closed',
      limit: 1,
    });
    expect(old).toMatchObject({ validUntil: noon + 1_000, invalidatedBy: next.id });
    const changes = await bench.text('what_changed', { since: iso(noon + 1_000) });
    expect(changes).toMatch(/superseded v2 .*because "it was C all along"/);
    await expect(bench.call('update_relationship', { relationship_id: id, strength: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

onEveryStore('query_as_of and what_changed', (open) => {
  it('tells what was known then from what was true then', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('Service A', { content: 'listens on 8080' }), await bench.store('Service B')];
    const { id } = await bench.relate(a, 'DEPENDS_ON', b, {});
    const before = noon + 5_000;
    bench.now = noon + 10_000;
    await bench.facts('update_memory', { memory_id: a, content: 'listens on 9090' });
    await bench.facts('delete_relationship', {
      relationship_id: id,
      valid_until: iso(noon + 2_000),
      reason: 'it was cut',
    });
    const asOf = (input: Record<string, unknown>): Promise<string> => bench.text('query_as_of', input);
    const known = await asOf({ as_of: iso(before), memory_ids: [a] });
    expect(known).toContain('v1');
    expect(known).toContain('listens on 8080');
    expect(known).toContain(`DEPENDS_ON -> ${b} "Service B"`);
    expect(await asOf({ as_of: iso(before), memory_ids: [a], basis: 'true' })).not.toContain('DEPENDS_ON');
    expect(await asOf({ as_of: iso(noon + 1_000), memory_ids: [a], basis: 'true' })).toContain('DEPENDS_ON');
    const now = await asOf({ as_of: iso(noon + 20_000), memory_ids: [a] });
    expect(now).toContain('listens on 9090');
    expect(now).not.toContain('DEPENDS_ON');
    await expect(asOf({ as_of: iso(noon - 1), memory_ids: [a] })).rejects.toMatchObject({ code: 'not_found' });
    expect(await asOf({ as_of: iso(noon - 1) })).toMatch(/^Nothing of this was there/);
  });

  it('shows what was in the trash later, and not what was removed as a mistake when asked for the truth', async () => {
    const bench = await open();
    const [a, b] = [await bench.store('Alpha'), await bench.store('Beta')];
    const { id } = await bench.relate(a, 'CAUSES', b);
    bench.now = noon + 10_000;
    await bench.facts('delete_relationship', { relationship_id: id, mode: 'remove' });
    await bench.facts('delete_memory', { memory_id: b });
    const then = await bench.text('query_as_of', { as_of: iso(noon + 5_000) });
    expect(then).toContain(a);
    expect(then).toContain(b);
    expect(then).toContain('CAUSES');
    expect(await bench.text('query_as_of', { as_of: iso(noon + 5_000), basis: 'true' })).not.toContain('CAUSES');
    expect(await bench.text('query_as_of', { as_of: iso(noon + 15_000) })).not.toContain(b);
    expect(await bench.text('query_as_of', { as_of: iso(noon + 5_000), query: 'alpha' })).toContain(a);
  });

  it('goes on from a cursor, also later, and loses nothing when the clock runs back', async () => {
    const bench = await open();
    const a = await bench.store('A');
    const first = await bench.text('what_changed', { since: '2026-01-01' });
    expect(first).toContain(`memory ${a} created v1`);
    const cursor = /for later: cursor (\S+)/.exec(first)?.[1];
    expect(await bench.text('what_changed', { cursor })).toMatch(/^Nothing changed/);
    bench.now = noon - 3_600_000;
    const b = await bench.store('B');
    await bench.facts('update_memory', { memory_id: a, title: 'A2' });
    const next = await bench.text('what_changed', { cursor });
    expect(next.indexOf(`memory ${b} created`)).toBeGreaterThan(0);
    expect(next.indexOf(`memory ${a} updated v2`)).toBeGreaterThan(next.indexOf(`memory ${b} created`));
    expect(next).not.toContain(`${a} created`);
    for (const line of next.match(/^2026\S+/gm) ?? []) expect(line >= iso(noon)).toBe(true);
    await expect(bench.call('what_changed', {})).rejects.toMatchObject({ code: 'invalid_input' });
    const none = await bench.text('what_changed', { since: '2027-01-01' });
    const later = /cursor for later: (\S+)/.exec(none)?.[1];
    await bench.store('C');
    expect(await bench.text('what_changed', { cursor: later })).toMatch(/^1 change\b/);
  });
});

onEveryStore('find_path and contextual_search', (open) => {
  it('gives a shortest path and why each step is there', async () => {
    const bench = await open();
    const [a, b, c, d, far] = (await Promise.all(['A', 'B', 'C', 'D', 'Far'].map((title) => bench.store(title)))) as [
      never,
      never,
      never,
      never,
      never,
    ];
    await bench.relate(a, 'CAUSES', b, { strength: 0.9, context: 'because of the retry storm' });
    await bench.relate(b, 'CAUSES', d);
    await bench.relate(a, 'RELATED_TO', c);
    await bench.relate(c, 'LEADS_TO', d);
    await bench.relate(d, 'SOLVES', a, { strength: 0.1 });
    const path = await bench.text('find_path', { from_memory_id: a, to_memory_id: d, direction: 'outgoing' });
    expect(path).toMatch(/^2 steps/);
    expect(path).toContain('CAUSES -> general');
    expect(path).toContain('because "because of the retry storm"');
    expect(await bench.text('find_path', { from_memory_id: a, to_memory_id: d })).toMatch(/^1 step\b[\s\S]*<- SOLVES/);
    expect(await bench.text('find_path', { from_memory_id: a, to_memory_id: far })).toMatch(/^No path/);
    expect(
      await bench.text('find_path', { from_memory_id: a, to_memory_id: d, relationship_types: ['prevents'] }),
    ).toMatch(/^No path/);
  });

  it('searches only the neighbourhood', async () => {
    const bench = await open();
    const start = await bench.store('Start');
    const near = await bench.store('zebra near');
    const far = await bench.store('zebra far');
    await bench.store('zebra elsewhere');
    await bench.relate(start, 'RELATED_TO', near);
    await bench.relate(near, 'RELATED_TO', far);
    const text = await bench.text('contextual_search', { memory_id: start, query: 'zebra', max_depth: 1 });
    expect(text).toContain(near);
    expect(text).not.toContain(far);
    expect(await bench.text('contextual_search', { memory_id: start, query: 'zebra' })).toMatch(
      /^2 of 2 memories around "Start"/,
    );
  });

  it('counts by type, tag and project', async () => {
    const bench = await open();
    const [a, b] = [
      await bench.store('A', { type: 'problem', tags: ['x'] }),
      await bench.store('B', { tags: ['x', 'y'] }),
    ];
    await bench.relate(a, 'CAUSES', b);
    await bench.facts('delete_memory', { memory_id: await bench.store('C') });
    const text = await bench.text('get_memory_statistics', {});
    expect(text).toContain('memories: 2 (1 more in the trash)');
    expect(text).toContain('by type: general 1, problem 1');
    expect(text).toContain('relationships: 1\nby type: CAUSES 1');
    expect(text).toContain('"x" 2, "y" 1');
    expect(text).toContain('"github.com/acme/shop" 2');
  });

  it('counts what recall and get bring up, without a version', async () => {
    const bench = await open();
    const id = await bench.store('Zebra');
    await bench.text('recall_memories', { query: 'zebra' });
    await bench.text('get_memory', { memory_id: id });
    await bench.text('search_memories', {});
    expect(bench.used).toEqual([id, id]);
  });
});
