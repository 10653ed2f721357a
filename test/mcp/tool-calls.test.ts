import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMcpServer } from '../../src/mcp/server.ts';
import { createScriptedApp, type ScriptedApp } from './scripted-app.ts';

let app: ScriptedApp;
let client: Client;
beforeEach(async () => {
  app = createScriptedApp();
  client = new Client({ name: 'test', version: '1' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await createMcpServer(app).connect(there);
  await client.connect(here);
});
afterEach(() => client.close());

const errorOf = async (name: string, args: Record<string, unknown>): Promise<string> => {
  const answer = await client.callTool({ name, arguments: args });
  expect(answer.isError).toBe(true);
  expect(answer.structuredContent).toBeUndefined();
  const [block] = answer.content as { text: string }[];
  return block?.text ?? '';
};

describe('arguments', () => {
  const text = 'x';
  test.each([
    [{ text, Importance: 1 }, 'unknown key "Importance" (did you mean "importance"?)'],
    [{ text, zzz: 1 }, 'unknown key "zzz" (accepted: text, kind, importance, limit, links, extra)'],
    [
      { text, links: [{ memory_id: 'a', typ: 'b' }] },
      '"links[0].type" is required; unknown key "links[0].typ" (did you mean "type"?)',
    ],
    [{ text: 5 }, '"text" must be a string; got a number'],
    [{ text: null }, '"text" must be a string; got null'],
    [{ text: '' }, '"text" must have at least 1 character; got 0'],
    [{ text: 'x'.repeat(2_000_001) }, '"text" must have at most 2000000 characters; got 2000001'],
    [
      { text, kind: 'solutoin' },
      '"kind" must be one of solution, problem, decision; got "solutoin" (nearest: "solution")',
    ],
    [{ text, kind: 7 }, '"kind" must be one of solution, problem, decision; got a number'],
    [{ text, importance: 1.5 }, '"importance" must be at most 1; got 1.5'],
    [{ text, limit: 2.5 }, '"limit" must be a whole number; got the number 2.5'],
    [{ text, links: {} }, '"links" must be an array; got an object'],
    [{ text, links: [1] }, '"links[0]" must be an object; got a number'],
    [{ text, 'a\nb': 1 }, 'unknown key "a\\nb"'],
  ])('%j', async (args, expected) => {
    const line = await errorOf('echo_text', args);
    expect(line.startsWith('invalid_input: echo_text: ')).toBe(true);
    expect(line).toContain(expected);
    expect(line).not.toContain('\n');
    expect(line.length).toBeLessThan(400);
  });

  test('that are wrong in many places are all named, up to a bound', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key_${index}`, 1]));
    const line = await errorOf('echo_text', { ...many, importance: 'x' });
    expect(line).toContain('"text" is required');
    expect(line).toMatch(/and 44 more$/);
  });
});

describe('failures', () => {
  test('that the caller can act on carry their facts', async () => {
    expect(await errorOf('fail_with', { how: 'conflict' })).toBe(
      'version_conflict: it changed: read it again\n{"current":{"version":3}}',
    );
    expect(app.faults).toEqual([]);
  });

  test('that the operator must see are reported under an id, without their cause', async () => {
    const line = await errorOf('fail_with', { how: 'operator' });
    expect(line).toBe(`store_unwritable: the store cannot be written (request ${app.faults[0]?.requestId})`);
    expect(app.faults).toHaveLength(1);
  });

  test('that nobody foresaw tell the caller nothing', async () => {
    const line = await errorOf('fail_with', { how: 'unforeseen' });
    expect(line).toMatch(/^internal: fail_with failed; .*\(request id-\d+-\w+\)$/);
    expect(line).not.toContain('SECRET');
    expect(app.faults[0]?.error).toMatchObject({ message: expect.stringContaining('SECRET') });
  });
});
