import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type BuiltServer, buildServer, temporaryFolder } from './bundles.ts';
import { killChildren, type Message, type StdioChild, startStdio } from './stdio-child.ts';

let server: BuiltServer;
beforeAll(async () => {
  server = await buildServer();
});
afterAll(() => server.remove());
afterEach(killChildren);

const factsOf = (message: Message): Record<string, unknown> =>
  JSON.parse(message.result?.content?.[0]?.text ?? '{}') as Record<string, unknown>;

/** As many servers as clients, on one store that does not exist yet. */
const startServers = async (count: number): Promise<readonly StdioChild[]> => {
  const path = join(await temporaryFolder(), 'memory.db');
  const children = Array.from({ length: count }, () =>
    startStdio(server.program, { MEMORY_SQLITE_PATH: path, MEMORY_SQLITE_SYNCHRONOUS: 'normal', MEMORY_PROJECT: '' }),
  );
  await Promise.all(children.map((child) => child.initialize()));
  return children;
};

const memory = (title: string): object => ({ type: 'general', title, content: `About ${title}` });

const totalIn = async (child: StdioChild, id: number): Promise<number> => {
  const answer = await child.call(id, 'search_memories', { limit: 1 });
  return Number(/^1 of (\d+)/.exec(answer.result?.content?.[0]?.text ?? '')?.[1]);
};

it('100 overlapping calls of one client are all kept, once', async () => {
  const [child] = (await startServers(1)) as [StdioChild];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => child.call(i + 10, 'store_memory', memory(`overlapping ${i}`))),
  );
  expect(new Set(answers.map((answer) => factsOf(answer).id)).size).toBe(100);
  expect(await totalIn(child, 1_000)).toBe(100);
});

it('8 servers that open one new store at the same moment keep what each acknowledged', async () => {
  const children = await startServers(8);
  const answers = await Promise.all(
    children.flatMap((child, who) =>
      Array.from({ length: 100 }, (_, i) => child.call(i + 10, 'store_memory', memory(`server ${who} number ${i}`))),
    ),
  );
  expect(answers.filter((answer) => answer.result?.isError)).toEqual([]);
  expect(new Set(answers.map((answer) => factsOf(answer).id)).size).toBe(800);
  expect(await totalIn(children[0] as StdioChild, 1_000)).toBe(800);
}, 60_000);

it('8 servers that change one memory make versions without a gap or a repeat', async () => {
  const children = await startServers(8);
  const [first] = children as [StdioChild];
  const id = factsOf(await first.call(5, 'store_memory', memory('contended'))).id;
  const made: number[] = [];
  const work = async (child: StdioChild, who: number): Promise<void> => {
    let version = 1;
    for (let turn = 0; turn < 10; ) {
      const content = `server ${who} turn ${turn}`;
      const call = 10 + made.length * 100 + turn + version * 10_000;
      const answer = await child.call(call, 'update_memory', { memory_id: id, content, expected_version: version });
      const text = answer.result?.content?.[0]?.text ?? '';
      if (answer.result?.isError) {
        expect(text).toMatch(/^version_conflict: /);
        version = Number(/at version (\d+)/.exec(text)?.[1]);
        continue;
      }
      version = Number(factsOf(answer).version);
      made.push(version);
      turn += 1;
    }
  };
  await Promise.all(children.map(work));
  expect(made.sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i + 2));
}, 60_000);

it('a killed server loses nothing that it acknowledged', async () => {
  const path = join(await temporaryFolder(), 'memory.db');
  const env = { MEMORY_SQLITE_PATH: path, MEMORY_PROJECT: '' };
  const acknowledged = new Set<string>();
  for (let trial = 0; trial < 10; trial += 1) {
    const child = startStdio(server.program, env);
    await child.initialize();
    const calls = Array.from({ length: 30 }, (_, i) =>
      child.call(i + 10, 'store_memory', memory(`trial ${trial} number ${i}`)).then((answer) => {
        acknowledged.add(String(factsOf(answer).id));
        if (acknowledged.size % 7 === trial % 7) child.process.kill('SIGKILL');
      }),
    );
    await Promise.race([child.exited, Promise.all(calls)]);
    child.process.kill('SIGKILL');
    await child.exited;
  }
  const child = startStdio(server.program, env);
  await child.initialize();
  expect(acknowledged.size).toBeGreaterThan(10);
  const ids = [...acknowledged];
  for (let at = 0; at < ids.length; at += 100) {
    const part = ids.slice(at, at + 100);
    const answer = await child.call(5_000 + at, 'get_memory', { memory_ids: part, max_tokens: 100_000 });
    for (const id of part) expect(answer.result?.content?.[0]?.text).toContain(id);
  }
}, 60_000);
