import { describe, expect, test } from 'vitest';
import { connect, connectHttp, makeFolder, openApp, type Revision, store } from './real-app.ts';

const setUp = async () => {
  const app = openApp(await makeFolder());
  const client = await connect(app);
  const text = async (name: string, args: Record<string, string> = {}): Promise<string> => {
    const { messages } = await client.getPrompt({ name, arguments: args });
    expect(messages).toMatchObject([{ role: 'user', content: { type: 'text' } }]);
    const [first] = messages as { content: { text: string } }[];
    return first?.content.text ?? '';
  };
  return { app, client, text };
};

test('three are listed, each described, down to the arguments', async () => {
  const { client } = await setUp();
  const { prompts } = await client.listPrompts();
  expect(
    prompts.map((prompt) => [prompt.name, ...(prompt.arguments ?? []).map((a) => `${a.name}${a.required ? '!' : ''}`)]),
  ).toEqual([
    ['recall', 'topic!', 'project', 'type', 'tag'],
    ['remember', 'what'],
    ['briefing', 'project', 'days'],
  ]);
  for (const { title, description, arguments: args = [] } of prompts) {
    for (const text of [title, description, ...args.map((argument) => argument.description)]) {
      expect(text?.length).toBeGreaterThan(3);
    }
  }
});

test('a read-only server does not offer to remember', async () => {
  const folder = await makeFolder();
  const id = await store(openApp(folder), 'Anything');
  const client = await connect(openApp(folder, { MEMORY_READ_ONLY: 'true' }));
  expect((await client.listPrompts()).prompts.map((prompt) => prompt.name)).toEqual(['recall', 'briefing']);
  await expect(client.getPrompt({ name: 'remember' })).rejects.toMatchObject({ code: -32602 });
  const recalled = await client.getPrompt({ name: 'recall', arguments: { topic: 'anything' } });
  expect(JSON.stringify(recalled.messages)).toContain(id);
});

describe('recall', () => {
  test('holds what the tool answers, narrowed by project, type and tag', async () => {
    const { app, text } = await setUp();
    const one = await store(app, 'Timeout of the upload', { type: 'problem', tags: ['http'] });
    const two = await store(app, 'Timeout of the login', { type: 'solution', tags: ['auth'] });
    const away = await store(app, 'Timeout elsewhere', { context: { project_path: 'acme/other' } });
    const told = async (args: Record<string, string>): Promise<string[]> => {
      const answer = await text('recall', { topic: 'timeout', ...args });
      expect(answer).toContain('Use what memory holds on "timeout"');
      return [one, two, away].filter((id) => answer.includes(id));
    };
    expect(await told({})).toEqual([one, two, away]);
    expect(await told({ project: 'acme/other' })).toEqual([away]);
    expect(await told({ type: 'Solution' })).toEqual([two]);
    expect(await told({ tag: 'http' })).toEqual([one]);
    expect(await told({ tag: 'http', type: 'solution' })).toEqual([]);
    expect(await told({ tag: '', type: ' ' })).toEqual([one, two, away]);
  });

  test.each([
    [{}, '"topic" is required'],
    [{ topic: ' ' }, '"topic" is required'],
    [{ topic: 'x', topics: 'y' }, 'unknown argument "topics" (did you mean "topic"?)'],
    [{ topic: 'x', type: 'solutoin' }, 'nearest: "solution"'],
    [{ topic: 'a\0b' }, 'NUL character'],
  ])('%j is refused by name', async (args, expected) => {
    const { client } = await setUp();
    const refused = client.getPrompt({ name: 'recall', arguments: args as Record<string, string> });
    await expect(refused).rejects.toMatchObject({ code: -32602, message: expect.stringContaining(expected) });
  });
});

describe('remember', () => {
  test('says how to store well, and what is known already of what is named', async () => {
    const { app, text } = await setUp();
    const id = await store(app, 'Backups run at noon');
    const general = await text('remember');
    for (const word of ['store_memory', 'recall_memories', 'update_memory', 'SOLVES', 'near-duplicates', 'decision']) {
      expect(general).toContain(word);
    }
    expect(general).not.toContain('Known already');
    const named = await text('remember', { what: 'when backups\nrun' });
    expect(named).toContain('Store in memory: "when backups run"');
    expect(named).toContain(`Known already:\n`);
    expect(named).toContain(id);
  });
});

describe('briefing', () => {
  test('holds the activity of the current project, or of the one that is named', async () => {
    const { app, text } = await setUp();
    const here = await store(app, 'Broken here', { type: 'problem' });
    const there = await store(app, 'Broken there', { type: 'problem', context: { project_path: 'acme/other' } });
    const current = await text('briefing');
    expect(current).toContain('project acme/shop');
    expect([current.includes(here), current.includes(there)]).toEqual([true, false]);
    const all = await text('briefing', { project: 'all', days: '30' });
    expect([all.includes(here), all.includes(there)]).toEqual([true, true]);
    const since = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
    expect(all).toContain(`since ${since}`);
  });

  test.each(['soon', '0', '1.5', '1e9'])('days of %j are refused', async (days) => {
    const { client } = await setUp();
    const refused = client.getPrompt({ name: 'briefing', arguments: { days } });
    await expect(refused).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('"days" must be') });
  });
});

test.each<Revision>(['2025-11-25', '2026-07-28'])('answer over HTTP, revision %s', async (revision) => {
  const client = await connectHttp(openApp(await makeFolder()), revision);
  const answer = await client.getPrompt({ name: 'recall', arguments: { topic: 'x' } });
  expect(answer).toMatchObject({ description: expect.any(String), messages: [{ role: 'user' }] });
});
