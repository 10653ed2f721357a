import { describe, expect, test } from 'vitest';
import { connect, makeFolder, openApp, store } from './real-app.ts';

const setUp = async () => {
  const app = openApp(await makeFolder());
  const client = await connect(app);
  const ask = async (
    ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string },
    name: string,
    value: string,
  ) => (await client.complete({ ref, argument: { name, value } })).completion;
  return {
    app,
    client,
    ofPrompt: (name: string, argument: string, value: string) => ask({ type: 'ref/prompt', name }, argument, value),
    ofId: (value: string) => ask({ type: 'ref/resource', uri: 'memory://{id}' }, 'id', value),
  };
};

describe('of prompt arguments', () => {
  test('are the values in use that begin so, the most frequent first', async () => {
    const { app, ofPrompt } = await setUp();
    await store(app, 'A', { tags: ['http', 'rare'], type: 'problem' });
    await store(app, 'B', { tags: ['http', 'hash'], type: 'solution' });
    await store(app, 'C', { tags: ['hash', 'http'], type: 'solution', context: { project_path: 'acme/other' } });
    expect(await ofPrompt('recall', 'tag', 'h')).toEqual({ values: ['http', 'hash'], total: 2, hasMore: false });
    expect(await ofPrompt('recall', 'tag', '')).toMatchObject({ values: ['http', 'hash', 'rare'], total: 3 });
    expect(await ofPrompt('recall', 'type', '')).toMatchObject({ values: ['solution', 'problem'], total: 2 });
    expect(await ofPrompt('recall', 'project', 'acme/')).toMatchObject({ values: ['acme/shop', 'acme/other'] });
    expect(await ofPrompt('briefing', 'project', 'acme/o')).toMatchObject({ values: ['acme/other'], total: 1 });
  });

  test('are at most a hundred, with how many there are', async () => {
    const { app, ofPrompt } = await setUp();
    for (const batch of [0, 1, 2]) {
      await store(app, `Batch ${batch}`, { tags: Array.from({ length: 50 }, (_, i) => `tag-${batch}-${i}`) });
    }
    const { values, total, hasMore } = await ofPrompt('recall', 'tag', 'tag');
    expect([values.length, total, hasMore]).toEqual([100, 150, true]);
  });

  test.each([
    ['recall', 'topic'],
    ['remember', 'what'],
    ['briefing', 'days'],
    ['recall', 'nonsense'],
  ])('%s %s has none', async (prompt, argument) => {
    const { app, ofPrompt } = await setUp();
    await store(app, 'A', { tags: ['a'] });
    expect(await ofPrompt(prompt, argument, '')).toEqual({ values: [], hasMore: false });
  });

  test.each(['%', '_', "'", 'a\0b', '\ud800', 'x'.repeat(5_000), '* OR "'])(
    '%j finds nothing and breaks nothing',
    async (value) => {
      const { app, ofPrompt, ofId } = await setUp();
      await store(app, 'Plain', { tags: ['plain'] });
      expect((await ofPrompt('recall', 'tag', value)).values).toEqual([]);
      expect((await ofId(value)).values).toEqual([]);
    },
  );
});

describe('of ids', () => {
  test('begin so, whatever the case', async () => {
    const { app, ofId } = await setUp();
    const id = await store(app, 'A');
    await store(app, 'B');
    for (const prefix of [id.slice(0, 6), id.slice(0, 6).toUpperCase(), id]) {
      expect((await ofId(prefix)).values).toContain(id);
    }
    expect(await ofId(id)).toEqual({ values: [id], total: 1, hasMore: false });
  });

  test('are found by words of the title, the last one unfinished, and not by words elsewhere', async () => {
    const { app, ofId } = await setUp();
    for (const title of ['Uploads', 'Logins', 'Colours', 'Licences', 'Names']) await store(app, title);
    const retry = await store(app, 'Retry with backoff');
    await store(app, 'Something else', { content: 'Retry with backoff, says the content' });
    const both = await store(
      app,
      'When the network is down the client of the uploads must retry with the backoff of the logins',
    );
    expect(new Set((await ofId('retry bac')).values)).toEqual(new Set([retry, both]));
    expect((await ofId('retry back')).values[0]).toBe(retry);
    expect((await ofId('no such title')).values).toEqual([]);
  });

  test('are found by a title that could be hexadecimal', async () => {
    const { app, ofId } = await setUp();
    const id = await store(app, 'Added facade');
    expect((await ofId('facade')).values).toEqual([id]);
  });

  test('without a text are those that changed last', async () => {
    const { app, ofId } = await setUp();
    const ids = [await store(app, 'A'), await store(app, 'B')];
    const found = await ofId('');
    expect(new Set(found.values)).toEqual(new Set(ids));
    expect(found.total).toBe(2);
  });
});

test('of what is not ours are refused by the protocol', async () => {
  const { client } = await setUp();
  const argument = { name: 'id', value: '' };
  await expect(client.complete({ ref: { type: 'ref/prompt', name: 'nonsense' }, argument })).rejects.toMatchObject({
    code: -32602,
  });
  await expect(client.complete({ ref: { type: 'ref/resource', uri: 'file://{id}' }, argument })).rejects.toMatchObject({
    code: -32602,
  });
});
