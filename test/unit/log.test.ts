import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');

/** Logs in a process of its own, because what counts is what arrives on its stderr. */
const run = (script: string): ReturnType<typeof spawnSync> => {
  const code = `
    import { flushLog, log, setLogLevel } from ${JSON.stringify(`${source}/log.ts`)};
    import { AppError } from ${JSON.stringify(`${source}/errors.ts`)};
    ${script}`;
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: resolve(source, '..'),
    encoding: 'utf8',
  });
};

const lines = (script: string): readonly Record<string, unknown>[] => {
  const { stdout, stderr, status } = run(script);
  expect(status).toBe(0);
  expect(stdout).toBe('');
  return String(stderr)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('lines go to stderr in order, from the level on, also those of the moment before the writer is there', () => {
  const written = lines(`
    setLogLevel('info');
    log.debug('hidden');
    log.info('one', { count: 1 });
    log.warn('two');
    await flushLog();
    log.error('three');
    setLogLevel('silent');
    log.error('four');`);
  expect(written.map(({ level, msg }) => [level, msg])).toEqual([
    ['info', 'one'],
    ['warn', 'two'],
    ['error', 'three'],
  ]);
  expect(written[0]).toMatchObject({ count: 1, pid: expect.any(Number), time: expect.stringMatching(/^\d{4}-.*Z$/) });
});

test('a process that logs nothing does not load the writer', () => {
  const script = (severity: string): string => `
    import { createRequire } from 'node:module';
    log.${severity}('x');
    await flushLog();
    const loaded = Object.keys(createRequire(import.meta.url).cache).some((file) => /node_modules.pino/.test(file));
    process.exitCode = loaded ? 9 : 0;`;
  expect(run(script('info')).status).toBe(0);
  expect(run(script('error')).status).toBe(9);
});

describe('what must not be in a log', () => {
  test('is hidden by the name of its field', () => {
    const script = `log.error('m', { content: 'S3CRET', token: 'S3CRET', call: { title: 'S3CRET', query: ['S3CRET'], ms: 5 } });`;
    const [line] = lines(script);
    expect(JSON.stringify(line)).not.toContain('S3CRET');
    expect(line).toMatchObject({ call: { ms: 5 } });
  });

  const failure = `
    const cause = Object.assign(new TypeError('S3CRET statement\\n    at S3CRET'), { code: 'E_DRIVER' });
    cause.stack = 'TypeError: ' + cause.message +
      '\\n    at fn (/home/me/app/x.cjs:1:2)\\n    at async file:///home/me/y.mjs:3:4\\n    at C:\\\\Users\\\\me\\\\z.js:5:6';
    log.error('failed', { error: new AppError('internal', 'ours', { cause, details: { row: 'S3CRET' } }) });
    log.error('odd', { error: 'S3CRET' });`;

  test('is kept out of errors: text that is not ours, folders', () => {
    const [line, odd] = lines(failure);
    expect(JSON.stringify([line, odd])).not.toMatch(/S3CRET|home|Users/);
    expect(line).toMatchObject({
      error: {
        name: 'AppError',
        code: 'internal',
        message: 'ours',
        cause: {
          name: 'TypeError',
          code: 'E_DRIVER',
          frames: ['at fn (x.cjs:1:2)', 'at async y.mjs:3:4', 'at z.js:5:6'],
        },
      },
    });
  });

  test('is there on purpose at level debug', () => {
    const [line] = lines(`setLogLevel('debug'); ${failure}`);
    expect(line).toMatchObject({ error: { cause: { message: expect.stringContaining('S3CRET statement') } } });
  });
});

test('a closed stderr does not end the process', () => {
  const { stdout, status } = spawnSync(
    'bash',
    [
      '-c',
      `exec 2>&-; exec "$0" --import tsx --input-type=module -e "$1"`,
      process.execPath,
      `import { flushLog, log } from ${JSON.stringify(`${source}/log.ts`)};
       log.error('x'); await flushLog(); log.error('y'); await new Promise((r) => setTimeout(r, 100)); console.log('alive');`,
    ],
    { cwd: resolve(source, '..'), encoding: 'utf8' },
  );
  expect(stdout).toBe('alive\n');
  expect(status).toBe(0);
});
