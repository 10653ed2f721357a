import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { readCorpus } from './demo-corpus.ts';

const root = resolve(import.meta.dirname, '..');

const questions = [
  'how do I make a backup?',
  'why is there one tokenizer for every store?',
  'which exit code says that the port is in use',
  'is an answered write safe when the power fails?',
  'where is the data on macOS',
  'MEMORY_SQLITE_PATH',
];

interface Call {
  readonly text: string;
  readonly structured: Record<string, unknown>;
  readonly ms: number;
}

const tokens = (text: string): number => Math.ceil(text.length / 4);

const quantile = (times: readonly number[], share: number): string => {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
};

const caller =
  (client: Client) =>
  async (name: string, args: Record<string, unknown>): Promise<Call> => {
    const begun = performance.now();
    const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
    const ms = performance.now() - begun;
    const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    if (result.isError) throw new Error(`${name} failed: ${text}`);
    return { text, structured: result.structuredContent ?? {}, ms };
  };

const show = (asked: string, { text, ms }: Call): void => {
  console.log(`\n── ${asked}  (${tokens(text)} tokens, ${ms.toFixed(1)} ms)\n${text}`);
};

const idIn = (text: string): string | undefined =>
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.exec(text)?.[0];

/** Stores the corpus one memory a call, as an assistant would, and returns the ids by key. */
const remember = async (call: ReturnType<typeof caller>): Promise<ReadonlyMap<string, string>> => {
  const ids = new Map<string, string>();
  const times: number[] = [];
  const begun = performance.now();
  let characters = 0;
  let linked = 0;
  for (const { key, type, title, content, tags, files, commit, links } of readCorpus(root)) {
    const known = links.flatMap((link) => {
      const id = ids.get(link.key);
      return id === undefined ? [] : [{ memory_id: id, type: link.type }];
    });
    const stored = await call('store_memory', {
      type,
      title: title.slice(0, 200),
      content: content.slice(0, 50_000),
      tags,
      context: { files_involved: files, ...(commit === undefined ? {} : { git_commit: commit }) },
      links: known,
    });
    ids.set(key, String(stored.structured.id ?? idIn(stored.text)));
    times.push(stored.ms);
    characters += content.length;
    linked += known.length;
  }
  console.log(
    `Stored ${ids.size} memories of ${tokens('x'.repeat(characters))} tokens and ${linked} relationships in ` +
      `${((performance.now() - begun) / 1000).toFixed(2)} s; a call takes ${quantile(times, 0.5)} ms (p95 ${quantile(times, 0.95)}).`,
  );
  return ids;
};

const converse = async (client: Client): Promise<void> => {
  const call = caller(client);
  const ids = await remember(call);
  let found: string | undefined;
  for (const query of questions) {
    const answer = await call('recall_memories', { query, limit: 5 });
    found ??= idIn(answer.text);
    show(`recall_memories ${JSON.stringify(query)}`, answer);
  }
  if (found === undefined) throw new Error('nothing was recalled');

  const lesson = await call('store_memory', {
    type: 'solution',
    title: 'Take a backup before every upgrade',
    content:
      'graph-memory backup copies the store while it is in use and prints where the copy is. Do it before an upgrade.',
    tags: ['backup', 'upgrade'],
    links: [{ memory_id: found, type: 'BUILDS_ON' }],
  });
  show('store_memory, linked to the best answer above', lesson);
  const id = String(lesson.structured.id ?? idIn(lesson.text));
  const decision = ids.get('docs/adr/0002-sqlite-pins.md');
  if (decision !== undefined) {
    const stated = {
      from_memory_id: id,
      to_memory_id: decision,
      relationship_type: 'APPLIES_TO',
      context: 'an upgrade moves a pin',
    };
    show('create_relationship', await call('create_relationship', stated));
  }
  show(
    'get_related_memories, two steps',
    await call('get_related_memories', { memory_id: id, max_depth: 2, limit: 10 }),
  );
  show('get_recent_activity', await call('get_recent_activity', { days: 7 }));
};

const folder = mkdtempSync(join(tmpdir(), 'graph-memory-demo-'));
const client = new Client({ name: 'demo', version: '1.0.0' });
try {
  const begun = performance.now();
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(root, 'dist/graph-memory.cjs')],
      cwd: root,
      env: { ...getDefaultEnvironment(), MEMORY_SQLITE_PATH: join(folder, 'memory.db') },
      stderr: 'inherit',
    }),
  );
  const { tools } = await client.listTools();
  const listed = tools
    .map(({ name, description, inputSchema }) => `${name}${description}${JSON.stringify(inputSchema)}`)
    .join('');
  console.log(
    `Started and listed ${tools.length} tools in ${(performance.now() - begun).toFixed(0)} ms; the list costs the model ${tokens(listed)} tokens.`,
  );
  await converse(client);
} finally {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
}
