import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/cli.ts';
import { connectLines } from '../../src/cli/connect.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { loadConfig, variableNames } from '../../src/config.ts';
import { errorTable } from '../../src/errors.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const code = await runCli(args, {
    stdin,
    stdout,
    stderr,
    env: { HOME: home, ...env },
    argv: ['node', 'graph-memory'],
  });
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, out: text(stdout), err: text(stderr) };
};

const store = (name: string): string => join(home, name, 'memory.db');

describe('usage', () => {
  test('--version and --help answer on stdout', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const word of [
      'serve',
      'stats',
      'config',
      'doctor',
      'backup',
      '--sqlite-path',
      'MEMORY_READ_ONLY',
      'Exit codes',
    ]) {
      expect(help.out).toContain(word);
    }
    expect((await run(['help', 'serve'])).out).toContain('--port');
  });

  test.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['--frob'], "unknown option '--frob'"],
    [['stats', '--jsno'], "unknown option '--jsno' (Did you mean --json?)"],
    [['stats', 'more'], "too many arguments for 'stats'"],
    [['--log-level'], "option '--log-level <value>' argument missing"],
    [['serve', '--port', '1'], '--host, --port and --allowed-hosts need --http'],
  ])('%j is refused in one line', async (args, complaint) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^graph-memory: .*; see graph-memory --help\n$/);
    expect(err).toContain(complaint);
  });

  test('the documented exit codes are those of the error table, and 0', () => {
    const used = new Set([0, ...Object.values(errorTable).map(({ exitCode }) => exitCode)]);
    expect(exitCodes.map(([code]) => code)).toEqual([...used].sort((a, b) => a - b));
  });
});

describe('config', () => {
  test('prints every setting with its source', async () => {
    const { code, out, err } = await run(['config', '--read-only'], {
      MEMORY_DEADLINE_MS: '500',
      MEMORY_SQLLITE_PATH: 'x',
    });
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split('=')[0])).toEqual(variableNames);
    expect(lines).toContainEqual(expect.stringMatching(/^MEMORY_READ_ONLY=true +# flag$/));
    expect(lines).toContainEqual(expect.stringMatching(/^MEMORY_DEADLINE_MS=500 +# environment$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^MEMORY_PROJECT= +# default: found from the working directory$/),
    );
    expect(lines).toContainEqual(expect.stringContaining(`MEMORY_SQLITE_PATH=${join(home, '.local/share')}`));
    expect(err).toMatch(/^graph-memory: warning: MEMORY_SQLLITE_PATH .*MEMORY_SQLITE_PATH\?\n$/);
  });

  test('takes flags before and after the command, and the opposite of a switch', async () => {
    expect((await run(['--log-level', 'info', 'config'])).out).toMatch(/MEMORY_LOG_LEVEL=info +# flag/);
    expect((await run(['config', '--no-read-only'], { MEMORY_READ_ONLY: '1' })).out).toMatch(
      /MEMORY_READ_ONLY=false +# flag/,
    );
    expect((await run(['config', '--project', ''])).out).toMatch(/MEMORY_PROJECT= +# flag\n/);
  });

  test('names a bad variable and ends with its own code', async () => {
    const { code, out, err } = await run(['config'], { MEMORY_HTTP_PORT: 'eighty' });
    expect([code, out]).toEqual([3, '']);
    expect(err).toBe(
      'graph-memory: config_invalid: MEMORY_HTTP_PORT (environment): "eighty" is not valid; allowed: an integer from 0 to 65535.\n',
    );
  });
});

describe('the store', () => {
  test('is counted', async () => {
    const env = { MEMORY_SQLITE_PATH: store('counted') };
    const { code, out, err } = await run(['stats', '--json'], env);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ location: store('counted'), memories: 0, relationships: 0, tags: [] });
    expect((await run(['stats'], env)).out).toMatch(/^Store +\/.*memory\.db\nMemories +0, and 0 in the trash\n/);
  });

  test('is examined', async () => {
    const env = { MEMORY_SQLITE_PATH: store('examined'), MEMORY_OTHER: 'x', MEMORY_PROJECT: 'here' };
    const { code, out, err } = await run(['doctor', '--json'], env);
    expect([code, err]).toEqual([0, '']);
    const report = JSON.parse(out) as { healthy: boolean; findings: { severity: string; what: string }[] };
    expect(report.healthy).toBe(true);
    const texts = report.findings.map(({ severity, what }) => `${severity} ${what}`);
    expect(texts).toContainEqual(expect.stringContaining('warning MEMORY_OTHER'));
    expect(texts).toContainEqual(expect.stringContaining('ok An answered write survives a power cut'));
    expect(texts).toContainEqual(expect.stringMatching(/^ok .*project here$/));
    expect(texts).toContainEqual(expect.stringMatching(/^warning .*emptied.*examined/));
    expect((await run(['doctor'], env)).out).toMatch(/^ok +graph-memory /);
  });

  test('that cannot be used is examined all the same', async () => {
    const path = join(home, 'not-a-database.db');
    writeFileSync(
      path,
      'this is a letter to my aunt, and it is longer than a header of one hundred bytes is, by some words',
    );
    const { code, out } = await run(['doctor', '--json'], { MEMORY_SQLITE_PATH: path });
    expect(code).toBe(5);
    expect(JSON.parse(out)).toMatchObject({ healthy: false });
    expect(out).toContain('store_corrupt');
  });

  test('is copied beside itself, or where one says, but never over a file', async () => {
    const env = { MEMORY_SQLITE_PATH: store('copied') };
    await run(['stats'], env);
    const beside = await run(['backup'], env);
    expect([beside.code, beside.err]).toEqual([0, '']);
    expect(beside.out).toMatch(/^\/.*memory-\d{4}-\d\d-\d\dT[\d-]+Z\.db\n$/);
    expect(dirname(beside.out)).toBe(join(home, 'copied'));
    expect(existsSync(beside.out.trim())).toBe(true);

    const named = join(home, 'named.db');
    expect(await run(['backup', named], env)).toEqual({ code: 0, out: `${named}\n`, err: '' });
    const copy = await run(['stats', '--json'], { MEMORY_SQLITE_PATH: named });
    expect(JSON.parse(copy.out)).toMatchObject({ memories: 0 });
    const again = await run(['backup', named], env);
    expect([again.code, again.out]).toEqual([2, '']);
    expect(again.err).toMatch(/^graph-memory: invalid_input: [^\n]+\n$/);
    expect(readdirSync(join(home, 'copied')).filter((name) => name.startsWith('memory-'))).toHaveLength(1);
  });

  test('in a place that cannot be written is named in one line', async () => {
    writeFileSync(join(home, 'file'), '');
    const { code, out, err } = await run(['stats'], { MEMORY_SQLITE_PATH: join(home, 'file', 'memory.db') });
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(
      /^graph-memory: store_unwritable: [^\n]*MEMORY_SQLITE_PATH[^\n]*\(store: [^\n]*file\/memory\.db\)\n$/,
    );
  });

  test('that is read-only and not there yet says so', async () => {
    const { code, err } = await run(['stats', '--read-only'], { MEMORY_SQLITE_PATH: store('absent') });
    expect(code).toBe(4);
    expect(err).toMatch(/^graph-memory: store_unavailable: [^\n]+\n$/);
    expect(existsSync(store('absent'))).toBe(false);
  });
});

test('serve --http on a port in use ends with one line that names it', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  try {
    const { code, out, err } = await run(['serve', '--http', '--port', String(port)], {
      MEMORY_SQLITE_PATH: store('busy'),
    });
    expect([code, out]).toEqual([6, '']);
    expect(err).toMatch(new RegExp(`^graph-memory: address_in_use: [^\\n]*${port}[^\\n]*--port[^\\n]*\\n$`));
  } finally {
    other.close();
  }
});

test('the lines for clients start the same program with the same settings, whatever is in them', () => {
  const script = join(home, 'it is a program.cjs');
  writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2)))');
  symlinkSync(script, join(home, 'graph-memory'));
  const project = `o'neill & "sons" $(echo x)`;
  const path = join(home, 'a b.db');
  const config = loadConfig({
    env: {
      HOME: home,
      MEMORY_PROJECT: project,
      MEMORY_SQLITE_PATH: path,
      MEMORY_READ_ONLY: '1',
      MEMORY_HTTP_PORT: '1',
    },
    flags: { MEMORY_ALLOW_CYCLES: 'false' },
  });
  const terminal = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    argv: ['node', join(home, 'graph-memory')],
  };
  const lines = connectLines(terminal, config, 'http://127.0.0.1:1/mcp');
  const expected = ['--sqlite-path', path, '--no-allow-cycles', '--read-only', '--project', project];

  const shellLine = lines.find((line) => line.includes(' -- node ')) ?? '';
  const words = execFileSync('sh', ['-c', shellLine.split(' -- ')[1] ?? ''], { encoding: 'utf8' });
  expect(JSON.parse(words)).toEqual(expected);

  const objects = lines
    .filter((line) => line.startsWith('  {'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(objects).toEqual([
    { mcpServers: { 'graph-memory': { url: 'http://127.0.0.1:1/mcp' } } },
    { servers: { 'graph-memory': { type: 'http', url: 'http://127.0.0.1:1/mcp' } } },
    { servers: { 'graph-memory': { type: 'stdio', command: 'node', args: [script, ...expected] } } },
    { mcpServers: { 'graph-memory': { command: 'node', args: [script, ...expected] } } },
  ]);
});
