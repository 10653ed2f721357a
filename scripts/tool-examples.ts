import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import type { JsonObject } from '../src/domain/memory.ts';
import { parseArguments } from '../src/mcp/arguments.ts';
import { toolList } from '../src/mcp/tool-list.ts';

export interface Example {
  readonly request: JsonObject;
  readonly answer: string;
}

const start = Date.UTC(2026, 2, 2, 9);
const minute = 60_000;

/** Looks like any other id and is the same in every run. */
const numberedId = (number: number): string => {
  const hex = createHash('sha256').update(`graph-memory example ${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** A small story of one project, told in calls; each tool's example is one of them. */
const tell = async (
  call: (tool: string, request: JsonObject, shown?: 'shown') => Promise<JsonObject>,
): Promise<void> => {
  const store = async (request: JsonObject, shown?: 'shown'): Promise<string> =>
    String((await call('store_memory', request, shown)).id);
  const relate = async (request: JsonObject, shown?: 'shown'): Promise<string> =>
    String((await call('create_relationship', request, shown)).id);

  const problem = await store({
    type: 'problem',
    title: 'Uploads over 5 MB time out behind the proxy',
    content: 'nginx answers 504 after 60 s. The API itself needs 70 to 90 s for the virus scan.',
    tags: ['uploads', 'nginx'],
  });
  const decision = await store({
    type: 'decision',
    title: 'Virus scan runs in a worker, not in the request',
    content: 'The API answers 202 with a job id; the worker scans. Rejected: a longer proxy timeout.',
    tags: ['uploads', 'architecture'],
    importance: 0.8,
  });
  const queue = await store({
    type: 'technology',
    title: 'Jobs run on pg-boss',
    content: 'pg-boss 10 on the main Postgres; no Redis in production.',
    tags: ['queue', 'postgres'],
  });
  const solution = await store(
    {
      type: 'solution',
      title: 'Answer 202 and scan uploads in a worker',
      content: 'POST /uploads enqueues scan-upload and answers 202 at once. GET /uploads/:id gives the state.',
      tags: ['uploads', 'queue'],
      links: [
        { memory_id: problem, type: 'SOLVES' },
        { memory_id: queue, type: 'DEPENDS_ON' },
      ],
    },
    'shown',
  );
  const reason = await relate(
    {
      from_memory_id: decision,
      to_memory_id: problem,
      relationship_type: 'ADDRESSES',
      strength: 0.9,
      context: 'Only works for files over 5 MB. Verified by the load test of 2 March.',
    },
    'shown',
  );
  const wrong = await relate({ from_memory_id: queue, to_memory_id: problem, relationship_type: 'CAUSES' });
  const copy = await store({
    type: 'problem',
    title: 'Large uploads time out behind nginx',
    content: 'Seen again on staging with a 12 MB file.',
    tags: ['uploads'],
  });

  // Before anything counts as use, which is written a moment later and would show here.
  await call('get_memory', { memory_id: problem }, 'shown');
  await call('recall_memories', { query: 'why do large uploads time out', limit: 3 }, 'shown');
  await call('search_memories', { query: 'uploads', memory_types: ['solution', 'decision'], sort: 'newest' }, 'shown');
  await call('update_memory', { memory_id: queue, title: 'Jobs run on pg-boss 10', expected_version: 1 }, 'shown');
  await call('get_related_memories', { memory_id: problem, max_depth: 2 }, 'shown');
  await call('get_recent_activity', { days: 7 }, 'shown');
  await call('get_memory_statistics', { top: 3 }, 'shown');
  await call('search_relationships_by_context', { query: 'load test', has_evidence: true }, 'shown');
  await call('contextual_search', { memory_id: problem, query: 'worker' }, 'shown');
  await call('find_path', { from_memory_id: decision, to_memory_id: queue }, 'shown');
  await call('update_relationship', { relationship_id: reason, outcome: 'success' }, 'shown');
  await call(
    'delete_relationship',
    { relationship_id: wrong, mode: 'remove', reason: 'the queue was not there yet' },
    'shown',
  );
  await call('get_memory_history', { memory_id: queue, from_version: 1, to_version: 2 }, 'shown');
  await call('query_as_of', { as_of: new Date(start + 3 * minute).toISOString(), limit: 5 }, 'shown');
  await call('delete_memory', { memory_id: solution, reason: 'stored in the wrong project' }, 'shown');
  await call('restore_memory', { memory_id: solution }, 'shown');
  await call('merge_memories', { from_memory_id: copy, into_memory_id: problem }, 'shown');
  await call('what_changed', { since: new Date(start + 9 * minute).toISOString(), limit: 5 }, 'shown');
};

/** What only a store of several people has. */
const tellOfMany: typeof tell = async (call) => {
  await call('whoami', {}, 'shown');
  const stored = await call('store_memory', {
    type: 'decision',
    title: 'Virus scan runs in a worker, not in the request',
    content: 'The API answers 202 with a job id; the worker scans.',
  });
  const request = { memory_id: String(stored.id), visibility: 'team', team_id: 'platform', expected_version: 1 };
  await call('share_memory', request, 'shown');
  await call('list_teams', {}, 'shown');
};

/** Runs a story on a store of its own, a minute between two calls. */
const play = async (
  story: typeof tell,
  settings: Readonly<Record<string, string>>,
  shown: Map<string, Example>,
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'graph-memory-docs-'));
  let calls = 0;
  let ids = 0;
  const project = 'github.com/acme/shop';
  const env = { HOME: folder, MEMORY_SQLITE_PATH: join(folder, 'memory.db'), MEMORY_PROJECT: project, ...settings };
  const app = createApp(loadConfig({ env }), {
    cwd: folder,
    now: () => start + calls * minute,
    newId: () => {
      ids += 1;
      return numberedId(ids);
    },
  });
  try {
    await story(async (name, request, show) => {
      const tool = await app.loadTool(name);
      const answer = await tool.run(parseArguments(tool, request), await app.contextFor());
      calls += 1;
      if (show) shown.set(name, { request, answer: answer.text });
      return answer.structured ?? {};
    });
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

const alice = {
  MEMORY_MULTI_TENANT_MODE: 'true',
  MEMORY_DEFAULT_TENANT: 'acme',
  MEMORY_USER_ID: 'alice',
  MEMORY_TEAM_IDS: 'platform,search',
};

/** By the tool's name. */
export const runExamples = async (): Promise<ReadonlyMap<string, Example>> => {
  const shown = new Map<string, Example>();
  await play(tell, {}, shown);
  await play(tellOfMany, alice, shown);
  const missing = toolList.filter(({ name }) => !shown.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`scripts/tool-examples.ts shows nothing of ${missing.join(', ')}`);
  return shown;
};
