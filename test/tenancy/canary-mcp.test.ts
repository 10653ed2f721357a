import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../backends/sqlite/handles.ts';
import { type BuiltServer, buildServer, temporaryFolder } from '../mcp/bundles.ts';
import { killChildren, type StdioChild, startStdio } from '../mcp/stdio-child.ts';
import { toolRows } from './id-rows.ts';

let server: BuiltServer;
beforeAll(async () => {
  server = await buildServer();
});
afterAll(() => server.remove());
afterEach(killChildren);

const people = [
  { tenant: 'acme', user: 'ann', marker: 'kestrel' },
  { tenant: 'acme', user: 'bob', marker: 'lapwing' },
  { tenant: 'other', user: 'ann', marker: 'avocet' },
] as const;
type Someone = (typeof people)[number];

const environment = (folder: string, { tenant, user }: Someone): NodeJS.ProcessEnv => ({
  MEMORY_SQLITE_PATH: join(folder, 'memory.db'),
  MEMORY_MULTI_TENANT_MODE: 'true',
  MEMORY_DEFAULT_TENANT: tenant,
  MEMORY_USER_ID: user,
  MEMORY_PROJECT: 'github.com/acme/shop',
  MEMORY_TOOL_PROFILE: 'extended',
  MEMORY_LOG_LEVEL: 'debug',
});

/** Keeps something private, then calls every tool, well and badly. */
const work = async (child: StdioChild, { marker }: Someone): Promise<void> => {
  let id = 10;
  const call = async (name: string, input: object): Promise<string> => {
    id += 1;
    return (await child.call(id, name, input)).result?.content?.[0]?.text ?? '';
  };
  const keep = async (title: string): Promise<string> => {
    const memory = {
      type: 'problem',
      title: `${marker} launch ${title}`,
      content: `${marker} plan`,
      visibility: 'private',
    };
    return (JSON.parse(await call('store_memory', { ...memory, idempotency_key: title })) as { id: string }).id;
  };
  const [a, b, c] = [await keep('one'), await keep('two'), await keep('three')];
  const link = { from_memory_id: a, to_memory_id: b, relationship_type: 'CAUSES', context: `${marker} when launch` };
  const edge = (JSON.parse(await call('create_relationship', link)) as { id: string }).id;
  for (const [tool, rows] of Object.entries(toolRows)) {
    for (const row of rows({ a, b, c, edge })) {
      await call(tool, row);
      await call(tool, { ...row, [marker]: marker });
    }
  }
  await call('store_memory', { type: 'general', title: marker, content: 'other', idempotency_key: 'one' });
  child.write(`{"jsonrpc":"2.0","method":"${marker}",}\n`);
  await call('whoami', {});
};

it('what three people keep from each other is in no answer, error, log or export of another', async () => {
  const folder = await temporaryFolder();
  const children = people.map((someone) => startStdio(server.program, environment(folder, someone)));
  await Promise.all(children.map((child) => child.initialize()));
  await Promise.all(children.map((child, index) => work(child, people[index] as Someone)));
  const commands = people.map((someone) =>
    [['export'], ['stats', '--json'], ['config']].map((line) =>
      spawnSync(process.execPath, [server.program, ...line], {
        env: { ...process.env, ...environment(folder, someone) },
        encoding: 'utf8',
      }),
    ),
  );
  // What a broken store makes them log is searched as well.
  const store = openDatabase(Database, join(folder, 'memory.db'));
  store.pragma('foreign_keys = OFF');
  store.exec('DROP TABLE memory');
  store.close();
  for (const [index, child] of children.entries()) {
    const failed = await child.call(9_000, 'recall_memories', { query: people[index]?.marker });
    expect(failed.result?.isError).toBe(true);
    child.endInput();
    await child.exited;
  }
  for (const [index, someone] of people.entries()) {
    const { messages = [], stderr = () => '' } = children[index] ?? {};
    const [exported, ...rest] = commands[index] ?? [];
    expect(exported?.status).toBe(0);
    const said = [JSON.stringify(messages), exported?.stdout, ...rest.map(({ stdout }) => stdout)].join('\n');
    const logged = [stderr(), exported?.stderr, ...rest.map((command) => command.stderr)].join('\n');
    expect(said.split(someone.marker).length, 'it does hear of its own').toBeGreaterThan(20);
    expect(stderr()).toContain('store call failed');
    for (const { marker } of people) {
      if (marker !== someone.marker) expect(said).not.toContain(marker);
      expect(logged).not.toContain(marker);
    }
  }
}, 120_000);
