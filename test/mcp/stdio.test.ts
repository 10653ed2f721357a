import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltServer, buildServer, scriptedMain } from './bundles.ts';
import { answerTo, killChildren, type Message, type StdioChild, startStdio } from './stdio-child.ts';

let built: BuiltServer;
beforeAll(async () => {
  built = await buildServer(scriptedMain);
});
afterAll(() => built.remove());
afterEach(killChildren);

const started = async (): Promise<StdioChild> => {
  const server = startStdio(built.program);
  await server.initialize();
  return server;
};

const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? '';

describe('messages that cannot be served', () => {
  test.each([
    { name: 'no JSON', line: '{"jsonrpc":', code: -32700, id: null },
    { name: 'a batch', line: '[{"jsonrpc":"2.0","id":5,"method":"ping"}]', code: -32600, id: null },
    { name: 'no protocol version', line: '{"id":5,"method":"ping"}', code: -32600, id: 5 },
    { name: 'an id that is no id', line: '{"jsonrpc":"2.0","id":{},"method":"ping"}', code: -32600, id: null },
    { name: 'no object', line: '42', code: -32600, id: null },
    { name: 'bytes that are no text', line: '\u0000\u0001', code: -32700, id: null },
  ])('$name is answered, and the server goes on', async ({ line, code, id }) => {
    const server = await started();
    server.write(`${line}\n`);
    const refused = await server.message((message) => message.error?.code === code);
    expect(refused.id).toBe(id);
    expect(textOf(await server.call(1, 'echo_text', { text: 'still here' }))).toBe('still here');
  });

  test.each([
    {
      where: 'at its end',
      message: (text: string) => `{"jsonrpc":"2.0","method":"tools/call","params":{"x":"${text}"},"id":7}`,
    },
    {
      where: 'at its start',
      message: (text: string) => `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"${text}"}}`,
    },
  ])('a message beyond 10 MiB is refused under the id that stands $where', async ({ message }) => {
    const server = await started();
    server.write(`${message('x'.repeat(11 * 1024 * 1024))}\n`);
    const refused = await server.message(answerTo(7));
    expect(refused.error?.message).toContain('request_too_large');
    expect(textOf(await server.call(8, 'echo_text', { text: 'still here' }))).toBe('still here');
  });

  test('a message of 1 MB in many pieces arrives whole', async () => {
    const server = await started();
    const text = 'ä€😀 '.repeat(100_000);
    const line = Buffer.from(
      `${JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'echo_text', arguments: { text } } })}\n`,
    );
    for (let at = 0; at < line.length; at += 65_521) server.process.stdin?.write(line.subarray(at, at + 65_521));
    expect(textOf(await server.message(answerTo(3))) === text).toBe(true);
  });

  test('two messages in one piece and one without a newline at the end are all answered', async () => {
    const server = startStdio(built.program);
    const ping = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
    server.write(`${ping(1)}\r\n\n${ping(2)}\n${ping(3)}`);
    server.endInput();
    await Promise.all([1, 2, 3].map((id) => server.message(answerTo(id))));
    expect(await server.exited).toBe(0);
  });
});

describe('JSON that no tool should see', () => {
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  test.each([
    ['a __proto__ key among the arguments', '{"text":"x","__proto__":{"a":1}}', '__proto__'],
    ['a __proto__ key further down', '{"text":"x","extra":{"__proto__":{"a":1}}}', 'extra.__proto__'],
    ['a constructor key', '{"text":"x","extra":{"constructor":1}}', 'extra.constructor'],
    ['a number beyond the doubles', '{"text":"x","importance":1e400}', 'importance'],
    ['NUL', '{"text":"a\\u0000b"}', 'NUL character at position 1'],
    ['half a surrogate pair', '{"text":"a\\ud800"}', 'surrogate'],
    ['a key with NUL', '{"text":"x","extra":{"a\\u0000":1}}', 'no valid text'],
    ['nesting', `{"text":"x","extra":${deep(40)}}`, 'deeper than 32'],
    ['nesting that would end the stack', `{"text":"x","extra":${deep(200_000)}}`, 'deeper than 32'],
  ])('%s is refused by name', async (_name, args, expected) => {
    const server = await started();
    server.write(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_text","arguments":${args}}}\n`);
    const answer = await server.message(answerTo(1));
    expect(answer.result?.isError, JSON.stringify(answer).slice(0, 300)).toBe(true);
    expect(textOf(answer)).toMatch(/^invalid_input: echo_text: /);
    expect(textOf(answer)).toContain(expected);
    expect(textOf(answer)).not.toContain('\n');
    expect(textOf(await server.call(2, 'echo_text', { text: 'still here' }))).toBe('still here');
  });
});

describe('the end', () => {
  test('of the input comes after the calls in flight', async () => {
    const server = await started();
    const waits = [400, 500, 600].map((ms, index) => server.call(index + 1, 'wait_for', { ms }));
    server.endInput();
    expect((await Promise.all(waits)).map(textOf)).toEqual(['waited 400', 'waited 500', 'waited 600']);
    expect(await server.exited).toBe(0);
    expect(server.stderr()).toBe('closed\n');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('by %s comes after the calls in flight', async (signal) => {
    const server = await started();
    await server.call(1, 'echo_text', { text: 'warm' });
    const waiting = server.call(2, 'wait_for', { ms: 500 });
    // The call must have been read before the signal comes.
    server.send({ id: 3, method: 'ping' });
    await server.message(answerTo(3));
    server.process.kill(signal);
    expect(textOf(await waiting)).toBe('waited 500');
    expect(await server.exited).toBe(0);
    expect(server.stderr()).toBe('closed\n');
  });

  test('does not wait for a call that was cancelled', async () => {
    const server = await started();
    server.send({ id: 1, method: 'tools/call', params: { name: 'wait_for', arguments: { ms: 30_000 } } });
    server.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    server.send({ id: 2, method: 'ping' });
    await server.message(answerTo(2));
    const before = performance.now();
    server.endInput();
    // A handle of the abandoned call must not keep the process either.
    expect(await server.exited).toBe(0);
    expect(performance.now() - before).toBeLessThan(3_000);
  });

  test('comes when the client stops reading', async () => {
    const server = await started();
    server.process.stdout?.destroy();
    server.send({ id: 1, method: 'ping' });
    server.send({ id: 2, method: 'ping' });
    expect(await server.exited).toBe(0);
  });
});
