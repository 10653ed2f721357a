import { expect, it } from 'vitest';
import { onEveryStore } from './workbench.ts';

onEveryStore('store_memory', (open) => {
  it('keeps what it was given and reads it back in full', async () => {
    const bench = await open();
    const id = await bench.store('Raise proxy_read_timeout', {
      type: 'solution',
      content: 'Line one\nLine two — naïve 東京 👩‍💻',
      summary: 'Raise it',
      tags: [' Nginx ', 'nginx', 'AUTH'],
      importance: 0.9,
      context: {
        files_involved: ['etc/nginx.conf'],
        languages: ['Lua'],
        additional_metadata: { ticket: 7, nested: { ok: true } },
      },
    });
    const [memory] = await bench.context.store.memories(bench.context.scope, [id], 'live');
    expect(memory).toMatchObject({
      type: 'solution',
      content: 'Line one\nLine two — naïve 東京 👩‍💻',
      summary: 'Raise it',
      tags: ['nginx', 'auth'],
      importance: 0.9,
      confidence: 0.8,
      version: 1,
      context: {
        projectPath: 'github.com/acme/shop',
        filesInvolved: ['etc/nginx.conf'],
        languages: ['Lua'],
        additionalMetadata: { ticket: 7, nested: { ok: true } },
      },
    });
    const text = await bench.text('get_memory', { memory_id: id });
    expect(text).toContain('  Line two — naïve 東京 👩‍💻');
    expect(text).toContain('context_project_path: github.com/acme/shop');
  });

  it('links in the same transaction, and stores nothing if an end is missing', async () => {
    const bench = await open();
    const problem = await bench.store('Login times out', { type: 'problem' });
    const facts = await bench.facts('store_memory', {
      type: 'solution',
      title: 'Cache the keys',
      content: 'Ten minutes',
      links: [
        { memory_id: problem, type: 'solves' },
        { memory_id: problem, type: 'SOLVES' },
        { memory_id: problem, type: 'RELATED_TO' },
      ],
    });
    expect(facts).toMatchObject({ version: 1, linked: 2 });
    expect(await bench.text('get_memory', { memory_id: problem })).toContain('<- SOLVES solution');
    const missing = '00000000-0000-4000-8000-000000000000';
    const failed = bench.store('Orphan', { links: [{ memory_id: missing, type: 'SOLVES' }] });
    await expect(failed).rejects.toMatchObject({ code: 'not_found' });
    expect(await bench.text('search_memories', {})).toMatch(/^2 of 2/);
  });

  it('answers the same key and memory with the first answer, and refuses the key for another', async () => {
    const bench = await open();
    const request = { type: 'decision', title: 'Use SQLite', content: 'One file', idempotency_key: 'k-1' };
    const first = await bench.facts('store_memory', request);
    expect(await bench.facts('store_memory', request)).toEqual({ ...first, replayed: true });
    const another = bench.facts('store_memory', { ...request, content: 'Another' });
    await expect(another).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(await bench.text('search_memories', {})).toMatch(/^1 of 1/);
  });

  it('stores once when calls with one key overlap', async () => {
    const bench = await open();
    const request = { type: 'general', title: 'Once', content: 'only', idempotency_key: 'race' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => bench.facts('store_memory', request)));
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    expect(await bench.text('search_memories', {})).toMatch(/^1 of 1/);
  });

  it('reports near-duplicates and merges nothing', async () => {
    const bench = await open();
    const text = { content: 'Set proxy_read_timeout to 120s because the upstream is slow to answer on cold start' };
    const first = await bench.store('Raise the proxy timeout', text);
    await bench.store('Paint the shed', { content: 'Green, two coats' });
    const facts = await bench.facts('store_memory', {
      type: 'general',
      title: 'Raise the proxy timeout again',
      ...text,
    });
    expect(facts.near_duplicates).toEqual([
      { id: first, title: 'Raise the proxy timeout', similarity: expect.any(Number) },
    ]);
    expect(await bench.text('search_memories', {})).toMatch(/^3 of 3/);
  });

  it('refuses what no store could give back, naming every problem, and stores nothing', async () => {
    const bench = await open();
    const bad = {
      title: 'x'.repeat(201),
      content: 'half \ud800 pair',
      tags: Array.from({ length: 51 }, (_, i) => `t${i}`),
    };
    const refused = bench.store('unused', bad);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/title has 201 characters.*content holds a NUL or half.*tags has 51 entries/),
    });
    await expect(bench.store('t', { content: 'nul \0 byte' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await bench.text('search_memories', {})).toMatch(/^Nothing matches/);
  });

  it('takes the limits themselves, and 100 overlapping calls are all kept', async () => {
    const bench = await open();
    const id = await bench.store('t'.repeat(200), { content: 'c '.repeat(25_000), summary: 's'.repeat(500) });
    await bench.facts('update_memory', { memory_id: id, title: 'u'.repeat(200), summary: 'v'.repeat(500) });
    expect(await bench.text('get_memory', { memory_id: id })).toContain('u'.repeat(200));
    const ids = await Promise.all(Array.from({ length: 100 }, (_, i) => bench.store(`memory number ${i}`)));
    expect(new Set(ids).size).toBe(100);
    expect(await bench.text('search_memories', { limit: 1 })).toMatch(/^1 of 101/);
  });
});
