import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Config, displayValue, type Flags, loadConfig, variableNames, variables } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const load = (env: Readonly<Record<string, string>> = {}, flags: Flags = {}): Config =>
  loadConfig({ env: { HOME: home, ...env }, flags, platform: 'linux' });

const sourceOf = (config: Config, name: string): string | undefined =>
  config.effective.find((line) => line.name === name)?.source;

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError && error.code === 'config_invalid') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const configFile = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};

test('without any variable everything has its default', () => {
  const config = load();
  expect(config).toMatchObject({
    store: {
      backend: 'sqlite',
      settings: {
        path: join(home, '.local/share/graph-memory/memory.db'),
        synchronous: 'full',
        readOnly: false,
      },
    },
    toolProfile: 'core',
    logLevel: 'warn',
    autoLinks: true,
    allowCycles: false,
    readOnly: false,
    project: null,
    http: { host: '127.0.0.1', port: 8377, allowedHosts: [] },
    deadlineMs: 30_000,
    warnings: [],
  });
  expect(config.effective.map(({ name }) => name)).toEqual(variableNames);
  expect(new Set(config.effective.map(({ source }) => source))).toEqual(new Set(['default']));
  expect(Object.isFrozen(config)).toBe(true);
});

describe('a value', () => {
  test('comes from the flag, else the environment, else the file, else the default', () => {
    const file = configFile(
      'order.json',
      '{"MEMORY_LOG_LEVEL": "error", "MEMORY_HTTP_PORT": 1, "MEMORY_READ_ONLY": true, "MEMORY_CONFIG": "other.json"}',
    );
    const env = { MEMORY_CONFIG: file, MEMORY_LOG_LEVEL: 'info', MEMORY_HTTP_PORT: '2' };
    const config = load(env, { MEMORY_LOG_LEVEL: 'debug' });
    expect(config.logLevel).toBe('debug');
    expect(config.http.port).toBe(2);
    expect(config.readOnly).toBe(true);
    expect(config.store.settings).toMatchObject({ readOnly: true });
    expect(
      ['MEMORY_LOG_LEVEL', 'MEMORY_HTTP_PORT', 'MEMORY_READ_ONLY', 'MEMORY_DEADLINE_MS', 'MEMORY_CONFIG'].map((name) =>
        sourceOf(config, name),
      ),
    ).toEqual(['flag', 'environment', 'file', 'default', 'environment']);
  });

  test('that is empty counts as unset, except for the project', () => {
    const config = load({ MEMORY_LOG_LEVEL: '', MEMORY_SQLITE_PATH: ' ', MEMORY_PROJECT: '' });
    expect(config.logLevel).toBe('warn');
    expect(sourceOf(config, 'MEMORY_SQLITE_PATH')).toBe('default');
    expect(config.project).toBe('');
    expect(sourceOf(config, 'MEMORY_PROJECT')).toBe('environment');
    expect(load({ MEMORY_PROJECT: ' mine ' }).project).toBe('mine');
  });

  test.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('%j is a boolean', (text, value) => {
    expect(load({ MEMORY_READ_ONLY: text }).readOnly).toBe(value);
  });

  test('of a choice may be written in capitals', () => {
    expect(load({ MEMORY_LOG_LEVEL: 'INFO' }).logLevel).toBe('info');
  });

  test('of a list is split at commas', () => {
    expect(load({ MEMORY_ALLOWED_HOSTS: 'memory.example.com, localhost:9000,,[::1]:80' }).http.allowedHosts).toEqual([
      'memory.example.com',
      'localhost:9000',
      '[::1]:80',
    ]);
    const file = configFile('list.json', '{"MEMORY_ALLOWED_HOSTS": ["a.example", "b.example"]}');
    expect(load({ MEMORY_CONFIG: file }).http.allowedHosts).toEqual(['a.example', 'b.example']);
  });

  test.each([
    ['MEMORY_BACKEND', 'postgres', 'sqlite'],
    ['MEMORY_READ_ONLY', 'yes', 'true, false, 1, 0'],
    ['MEMORY_ALLOW_CYCLES', 'TRUE', 'true, false, 1, 0'],
    ['MEMORY_HTTP_PORT', '65536', '0 to 65535'],
    ['MEMORY_HTTP_PORT', '1e3', '0 to 65535'],
    ['MEMORY_HTTP_PORT', '-1', '0 to 65535'],
    ['MEMORY_HTTP_PORT', ' 80', '0 to 65535'],
    ['MEMORY_HTTP_HOST', 'http://x', 'host name'],
    ['MEMORY_DEADLINE_MS', '99', '100 to 600000'],
    ['MEMORY_TOOL_PROFILE', 'full', 'core, extended'],
    ['MEMORY_SQLITE_SYNCHRONOUS', 'off', 'full, normal'],
    ['MEMORY_SQLITE_PATH', ':memory:', 'path of a file'],
    ['MEMORY_SQLITE_PATH', 'file:x.db?mode=ro', 'path of a file'],
    ['MEMORY_SQLITE_PATH', `$\{HOME}/x.db`, 'path of a file'],
    ['MEMORY_SQLITE_PATH', 'a\0b', 'path of a file'],
    ['MEMORY_ALLOWED_HOSTS', 'https://x', 'host names'],
    ['MEMORY_PROJECT', 'a\nb', 'one line'],
  ])('that is bad stops the start: %s=%j', (name, value, allowed) => {
    const message = messageOf(() => load({ [name]: value }));
    expect(message).toContain(`${name} (environment): ${JSON.stringify(value)}`);
    expect(message).toContain(allowed);
    expect(message).not.toContain('\n');
  });

  test('that is bad is named with every other bad one, and where each came from', () => {
    const message = messageOf(() => load({ MEMORY_READ_ONLY: 'y' }, { MEMORY_HTTP_PORT: 'x'.repeat(1_000) }));
    expect(message).toContain('MEMORY_READ_ONLY (environment)');
    expect(message).toContain('MEMORY_HTTP_PORT (flag)');
    expect(message.length).toBeLessThan(400);
  });

  test('that is bad does not matter where a stronger source has a good one', () => {
    expect(load({ MEMORY_HTTP_PORT: 'x' }, { MEMORY_HTTP_PORT: '5' }).http.port).toBe(5);
  });

  test('that is secret is never shown', () => {
    expect(displayValue({ secret: true }, 'hunter2')).toBe('********');
    expect(displayValue({ secret: true }, '')).toBe('');
    expect(displayValue({}, 'plain')).toBe('plain');
  });
});

describe('the config file', () => {
  test('lies in the config folder if nothing else is said', () => {
    mkdirSync(join(home, 'xdg', 'graph-memory'), { recursive: true });
    writeFileSync(join(home, 'xdg', 'graph-memory', 'config.json'), '\uFEFF{"MEMORY_LOG_LEVEL": "debug"}');
    expect(load({ XDG_CONFIG_HOME: join(home, 'xdg') }).logLevel).toBe('debug');
    expect(load({ XDG_CONFIG_HOME: 'xdg' }).logLevel).toBe('warn');
  });

  test('does not say where it is', () => {
    mkdirSync(join(home, 'self', 'graph-memory'), { recursive: true });
    writeFileSync(join(home, 'self', 'graph-memory', 'config.json'), '{"MEMORY_CONFIG": "/elsewhere.json"}');
    const config = load({ XDG_CONFIG_HOME: join(home, 'self') });
    expect(sourceOf(config, 'MEMORY_CONFIG')).toBe('default');
  });

  test('must be there when it is named', () => {
    expect(messageOf(() => load({ MEMORY_CONFIG: join(home, 'absent.json') }))).toContain('absent.json');
    expect(messageOf(() => load({}, { MEMORY_CONFIG: home }))).toContain('cannot be read');
  });

  test.each(['', 'nonsense', '[]', 'null', '{"MEMORY_HTTP_PORT": null}', '{"MEMORY_HTTP_PORT": {}}', '{"a": 1,}'])(
    'that holds %j stops the start',
    (text) => {
      const path = configFile('bad.json', text);
      expect(messageOf(() => load({ MEMORY_CONFIG: path }))).toContain(path);
    },
  );

  test('cannot reach behind the table', () => {
    const path = configFile('proto.json', '{"constructor": "y", "toString": "z"}');
    const config = load({ MEMORY_CONFIG: path });
    expect(config.logLevel).toBe('warn');
    expect(config.warnings).toHaveLength(2);
  });
});

test('a name that nothing reads is a warning with the nearest one', () => {
  const path = configFile('names.json', '{"MEMORY_READONLY": true, "backend": "sqlite"}');
  const { warnings } = load({ MEMORY_CONFIG: path, MEMORY_SQLLITE_PATH: 'x', MEMORY_FILE_PATH: 'y', OTHER: 'z' });
  expect(warnings).toHaveLength(4);
  expect(warnings[0]).toMatch(/^MEMORY_SQLLITE_PATH \(environment\).*did you mean MEMORY_SQLITE_PATH\?$/);
  expect(warnings[1]).toMatch(/^MEMORY_FILE_PATH \(environment\)/);
  expect(warnings[2]).toMatch(/^MEMORY_READONLY \(file\).*did you mean MEMORY_READ_ONLY\?$/);
  expect(warnings[3]).toMatch(/^backend \(file\).*did you mean MEMORY_BACKEND\?$/);
});

describe('the store', () => {
  const pathFor = (platform: NodeJS.Platform, env: Readonly<Record<string, string>>): unknown =>
    loadConfig({ env, platform }).store.settings.path;

  test('is in the user’s data folder on every system', () => {
    expect(pathFor('linux', { HOME: '/home/user', XDG_DATA_HOME: '/data' })).toBe('/data/graph-memory/memory.db');
    expect(pathFor('linux', { HOME: '/home/user', XDG_DATA_HOME: 'data' })).toBe(
      '/home/user/.local/share/graph-memory/memory.db',
    );
    expect(pathFor('darwin', { HOME: '/Users/user' })).toBe(
      '/Users/user/Library/Application Support/graph-memory/memory.db',
    );
    expect(pathFor('win32', { APPDATA: 'C:\\A', USERPROFILE: 'C:\\U' })).toBe('C:\\A\\graph-memory\\memory.db');
    expect(pathFor('win32', { USERPROFILE: 'C:\\U' })).toBe('C:\\U\\AppData\\Roaming\\graph-memory\\memory.db');
  });

  test('may be named from the home folder or from the working directory', () => {
    expect(pathFor('linux', { HOME: '/home/user', MEMORY_SQLITE_PATH: '~/m.db' })).toBe('/home/user/m.db');
    expect(pathFor('linux', { HOME: '/home/user', MEMORY_SQLITE_PATH: './m.db' })).toBe(join(process.cwd(), 'm.db'));
    expect(pathFor('linux', { HOME: '/home/user', MEMORY_SQLITE_PATH: '/a/../~/m.db' })).toBe('/~/m.db');
  });
});

test('every default is valid, and every variable says what it is', () => {
  for (const name of variableNames) {
    const { fallback, schema, description, allowed } = variables[name];
    if (typeof fallback === 'string') expect(schema.safeParse(fallback).success, name).toBe(true);
    expect(description.length, name).toBeGreaterThan(10);
    expect(allowed.length, name).toBeGreaterThan(3);
  }
});
