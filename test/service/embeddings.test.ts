import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { singleTenantScope } from '../../src/auth/policy.ts';
import { type Embeddings, type EmbeddingsParts, openEmbeddings } from '../../src/embeddings/embeddings.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts';
import { onEveryStore, type Workbench } from './workbench.ts';

let server: EmbeddingServer;
beforeAll(async () => {
  server = await startEmbeddingServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.fault = 'none';
  server.calls.length = 0;
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const told: string[] = [];

const attach = async (bench: Workbench, parts: Partial<EmbeddingsParts> = {}): Promise<Embeddings> => {
  told.length = 0;
  // What a server writes and what it looks for have one clock.
  bench.now = Date.now();
  const embeddings = await openEmbeddings({
    settings: { kind: 'http', url: server.url, model: 'use-lite', key: null },
    store: async () => bench.context.store,
    scope: bench.context.scope,
    now: Date.now,
    readOnly: false,
    restMs: 300,
    onOutage: () => void told.push('out'),
    onReturn: () => void told.push('back'),
    onStoreFault: (error) => void told.push(String(error)),
    ...parts,
  });
  closing.push(() => embeddings.close());
  Object.assign(bench.context, { meaningOf: embeddings.meaningOf });
  return embeddings;
};

const space = { model: 'use-lite', dimensions: 512 };
const embedded = (bench: Workbench, model = 'use-lite'): Promise<number> =>
  bench.context.store.countEmbedded(bench.context.scope, { ...space, model });

const waitFor = (bench: Workbench, count: number, model?: string): Promise<void> =>
  vi.waitFor(async () => expect(await embedded(bench, model)).toBe(count), { timeout: 15_000, interval: 50 });

/** On a busy machine the first answers may come late. */
const understood = (embeddings: Embeddings): Promise<void> =>
  vi.waitFor(async () => expect(await embeddings.meaningOf(question)).not.toBeNull(), { timeout: 10_000 });

const texts = [
  ['Recover access when the passphrase is lost', 'Mail a link with which the user chooses a new one.', 'solution'],
  ['Bread needs a hot oven', 'Bake it until the crust is brown.', 'general'],
  ['Nightly copies of the data', 'A timer makes them at three.', 'workflow'],
] as const;
const question = 'How do I reset a forgotten password?';

const fill = async (bench: Workbench): Promise<void> => {
  for (const [title, content, type] of texts) await bench.store(title, { content, type });
};

onEveryStore('embeddings', (open) => {
  test('what says it in other words is found with embeddings, and only with them', { timeout: 30_000 }, async () => {
    const bench = await open();
    await fill(bench);
    expect(await bench.text('recall_memories', { query: question })).toContain('No memory matches');
    const embeddings = await attach(bench);
    embeddings.wake();
    await waitFor(bench, texts.length);
    await understood(embeddings);
    const answer = await bench.text('recall_memories', { query: question });
    expect(answer).toMatch(/Recover access[^[]*\[meaning\]/s);
    expect(answer).not.toContain('Bread');
    expect(await bench.text('search_memories', { query: question })).toContain('[meaning]');
    const others = { query: question, memory_types: ['workflow'] };
    expect(await bench.text('recall_memories', others), 'the filter holds').toContain('No memory matches');
    expect(await bench.text('search_memories', { query: question, match_mode: 'all' })).toContain('Nothing matches');
    expect(await bench.text('recall_memories', { query: 'crust' })).toContain('[content: crust]');
  });

  test('each version is embedded once, by one process or by two', { timeout: 30_000 }, async () => {
    const bench = await open();
    await fill(bench);
    const id = await bench.store('Deploy on Fridays', { content: 'Never do it.' });
    const embeddings = await attach(bench);
    embeddings.wake();
    await waitFor(bench, 4);
    const calls = server.calls.length;
    const twin = await attach(bench, { now: () => Date.now() + 1 });
    twin.wake();
    embeddings.wake();
    await vi.waitFor(() => expect(server.calls.length).toBe(calls + 1), { timeout: 5_000 });
    expect(server.calls.at(-1)?.length, 'the second process gauges its model, and embeds nothing').toBe(8);
    await bench.call('update_memory', { memory_id: id, content: 'Do it in the morning.' });
    expect(await embedded(bench)).toBe(3);
    embeddings.wake();
    await waitFor(bench, 4);
    expect(server.calls.at(-1)).toEqual(['Deploy on Fridays\nDo it in the morning.']);
    expect(told).toEqual([]);
  });

  test('another model makes its own vectors', { timeout: 30_000 }, async () => {
    const bench = await open();
    await fill(bench);
    (await attach(bench)).wake();
    await waitFor(bench, 3);
    (await attach(bench, { settings: { kind: 'http', url: server.url, model: 'other', key: null } })).wake();
    await waitFor(bench, 3, 'other');
  });

  test('words go on while the model is dead, and it is used again when it is back', { timeout: 30_000 }, async () => {
    const bench = await open();
    await fill(bench);
    await server.stop();
    const embeddings = await attach(bench);
    embeddings.wake();
    expect(await bench.text('recall_memories', { query: 'crust' })).toContain('[content: crust]');
    await vi.waitFor(() => expect(told).toEqual(['out']), { timeout: 10_000 });
    expect(await bench.text('recall_memories', { query: 'oven' })).toContain('Bread');
    await server.start();
    await waitFor(bench, 3);
    expect(told).toEqual(['out', 'back']);
    await vi.waitFor(
      async () => expect(await bench.text('recall_memories', { query: question })).toContain('[meaning]'),
      { timeout: 5_000 },
    );
  });

  test('a slow model does not hold up a search, and its answer is there the next time', async () => {
    const bench = await open();
    await fill(bench);
    const embeddings = await attach(bench);
    embeddings.wake();
    await waitFor(bench, 3);
    server.fault = 'slow';
    const begun = performance.now();
    expect(await bench.text('recall_memories', { query: question })).toContain('No memory matches');
    expect(performance.now() - begun).toBeLessThan(900);
    await vi.waitFor(
      async () => expect(await bench.text('recall_memories', { query: question })).toContain('[meaning]'),
      { timeout: 5_000, interval: 200 },
    );
    expect(server.calls.filter((call) => call.includes(question))).toHaveLength(1);
  });

  test('one text that the server refuses keeps no other from its vector', { timeout: 30_000 }, async () => {
    const bench = await open();
    await fill(bench);
    await bench.store('poison');
    server.fault = 'refuses';
    (await attach(bench)).wake();
    await waitFor(bench, 3);
    expect(told).toEqual([]);
  });

  test('a read-only server uses vectors and makes none', { timeout: 30_000 }, async () => {
    const bench = await open();
    await fill(bench);
    const reader = await attach(bench, { readOnly: true });
    reader.wake();
    expect(await reader.inspect()).toMatchObject([
      { severity: 'ok', what: 'The embedding model use-lite answers (512 dimensions)' },
      { severity: 'ok', what: '0 of 3 memories have a vector of it' },
    ]);
    (await attach(bench)).wake();
    await waitFor(bench, 3);
    Object.assign(bench.context, { meaningOf: reader.meaningOf });
    await understood(reader);
    expect(await bench.text('recall_memories', { query: question })).toContain('[meaning]');
  });
});

test('a model that does not answer is a warning of the doctor', { timeout: 15_000 }, async () => {
  await server.stop();
  const embeddings = await openEmbeddings({
    settings: { kind: 'http', url: server.url, model: 'use-lite', key: null },
    store: () => Promise.reject(new Error('not asked')),
    scope: singleTenantScope,
    now: Date.now,
    readOnly: false,
    onOutage: () => undefined,
    onReturn: () => undefined,
    onStoreFault: () => undefined,
  });
  expect(await embeddings.inspect()).toMatchObject([{ severity: 'warning', fix: expect.stringContaining('start it') }]);
  await embeddings.close();
  await server.start();
});
