import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';

const load = (env: Readonly<Record<string, string>>): Config =>
  loadConfig({ env: { HOME: '/nowhere', ...env }, platform: 'linux' });

const refusal = (env: Readonly<Record<string, string>>): AppError => {
  try {
    load(env);
  } catch (error) {
    if (error instanceof AppError && error.code === 'config_invalid') return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const alice = { MEMORY_MULTI_TENANT_MODE: 'true', MEMORY_USER_ID: 'alice' };

test('without the mode there is one tenant, and no caller', () => {
  const single = { mode: 'single', chosen: false, view: null };
  expect(load({ MEMORY_USER_ID: 'alice', MEMORY_TEAM_IDS: 'a' }).tenancy).toEqual(single);
  expect(load({ MEMORY_MULTI_TENANT_MODE: 'false' }).tenancy).toEqual({ ...single, chosen: true });
  expect(load({}).store.settings).toMatchObject({ multiTenant: false });
});

test('the caller is the one that the variables name', () => {
  const { tenancy, store } = load({
    ...alice,
    MEMORY_DEFAULT_TENANT: 'acme-corp',
    MEMORY_TEAM_IDS: ' platform, search ,platform,',
    MEMORY_PROJECTS: 'github.com/acme/shop',
  });
  expect(tenancy).toEqual({
    mode: 'multi',
    caller: {
      tenant: 'acme-corp',
      user: 'alice',
      teams: ['platform', 'search'],
      projects: ['github.com/acme/shop'],
      role: 'member',
    },
    trustLocalCallers: false,
    allowUnmigrated: false,
  });
  expect(store.settings).toMatchObject({ multiTenant: true });
});

test('projects that are not given are found later, and given as empty are none', () => {
  const projects = (env: Readonly<Record<string, string>>): unknown => {
    const { tenancy } = load({ ...alice, ...env });
    return tenancy.mode === 'multi' ? tenancy.caller.projects : 'single';
  };
  expect(projects({})).toBeNull();
  expect(projects({ MEMORY_PROJECTS: '' })).toEqual([]);
});

test('a name is the same text however it was typed', () => {
  const { tenancy } = load({ ...alice, MEMORY_USER_ID: 'Jose\u0301 Ruiz', MEMORY_TEAM_IDS: 'cafe\u0301,caf\u00E9' });
  expect(tenancy).toMatchObject({ caller: { user: 'Jos\u00E9 Ruiz', teams: ['caf\u00E9'] } });
});

test('an identity without the mode is pointed at: most likely the mode was meant', () => {
  const { warnings } = load({ MEMORY_USER_ID: 'alice', MEMORY_MULTITENANT_MODE: 'true' });
  expect(warnings.join('\n')).toMatch(/MEMORY_MULTITENANT_MODE .*MEMORY_MULTI_TENANT_MODE/);
  expect(warnings.join('\n')).toMatch(/MEMORY_USER_ID says nothing without MEMORY_MULTI_TENANT_MODE/);
  expect(load(alice).warnings).toEqual([]);
  expect(load({}).warnings).toEqual([]);
});

describe('the start is refused, and the variable named', () => {
  test.each([
    ['MEMORY_USER_ID', { MEMORY_MULTI_TENANT_MODE: 'true' }],
    ['MEMORY_MULTI_TENANT_MODE', { MEMORY_MULTI_TENANT_MODE: 'yes' }],
    ['MEMORY_MULTI_TENANT_MODE', { MEMORY_MULTI_TENANT_MODE: 'TRUE ' }],
    ['MEMORY_DEFAULT_TENANT', { ...alice, MEMORY_DEFAULT_TENANT: 'acme\n' }],
    ['MEMORY_DEFAULT_TENANT', { ...alice, MEMORY_DEFAULT_TENANT: 'a/b' }],
    ['MEMORY_DEFAULT_TENANT', { ...alice, MEMORY_DEFAULT_TENANT: '_platform' }],
    ['MEMORY_DEFAULT_TENANT', { ...alice, MEMORY_DEFAULT_TENANT: 'x'.repeat(65) }],
    ['MEMORY_USER_ID', { ...alice, MEMORY_USER_ID: '_maintenance' }],
    ['MEMORY_USER_ID', { ...alice, MEMORY_USER_ID: 'a,b' }],
    ['MEMORY_USER_ID', { ...alice, MEMORY_USER_ID: 'alice ' }],
    ['MEMORY_USER_ID', { ...alice, MEMORY_USER_ID: 'al\u200Bice' }],
    ['MEMORY_USER_ID', { ...alice, MEMORY_USER_ID: 'x'.repeat(201) }],
    ['MEMORY_TEAM_IDS', { ...alice, MEMORY_TEAM_IDS: 'ok,_everyone' }],
    ['MEMORY_REQUIRE_AUTH', { ...alice, MEMORY_REQUIRE_AUTH: 'true' }],
    ['MEMORY_AUTH_PROVIDER', { ...alice, MEMORY_AUTH_PROVIDER: 'jwt' }],
    ['MEMORY_AUTH_PROVIDER', { MEMORY_AUTH_PROVIDER: 'magic' }],
    ['MEMORY_SINGLE_TENANT_VIEW', { ...alice, MEMORY_SINGLE_TENANT_VIEW: 'acme' }],
    ['MEMORY_SINGLE_TENANT_VIEW', { MEMORY_SINGLE_TENANT_VIEW: 'a b' }],
  ])('%s (%#)', (name, env) => {
    const error = refusal(env as unknown as Readonly<Record<string, string>>);
    expect(error.message).toContain(name);
    expect(error.details.variables).toContain(name);
  });
});

test('the view of one tenant only reads', () => {
  const { tenancy, readOnly, store } = load({ MEMORY_SINGLE_TENANT_VIEW: 'acme' });
  expect(tenancy).toEqual({ mode: 'single', chosen: false, view: 'acme' });
  expect({ readOnly, ...store.settings }).toMatchObject({ readOnly: true, multiTenant: true });
});
