import { expect, test } from 'vitest';
import { maintenanceScope, scopeOf, singleTenantScope } from '../../../src/auth/policy.ts';
import type { TenantId } from '../../../src/domain/ids.ts';
import { principal, tenant } from './people.ts';

test('a scope has the facts of its principal, each name once and in order, and the team of all', () => {
  const scope = scopeOf(principal({ teams: ['web', 'api', 'web'], projects: ['/b', '/a', '/b', ''], role: 'admin' }));
  expect(scope).toEqual({
    tenant,
    user: 'ada',
    teams: ['_everyone', 'api', 'web'],
    projects: ['', '/a', '/b'],
    role: 'admin',
  });
});

test('the team of all is there once, named or not', () => {
  expect(scopeOf(principal({ teams: [] })).teams).toEqual(['_everyone']);
  expect(scopeOf(principal({ teams: ['_everyone'] })).teams).toEqual(['_everyone']);
});

test('a scope does not change, nor with the lists that it was made of', () => {
  const [teams, projects] = [['web'], ['/a']];
  const scope = scopeOf(principal({ teams, projects }));
  teams.push('api');
  projects.push('/b');
  expect([scope.teams, scope.projects]).toEqual([['_everyone', 'web'], ['/a']]);
  for (const part of [scope, scope.teams, scope.projects, singleTenantScope, maintenanceScope(tenant)]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test('the scope of single-tenant mode names no tenant and nobody', () => {
  expect(singleTenantScope).toEqual({ tenant: null });
});

test('upkeep has one tenant and no team or project that would stand for a right', () => {
  const rival = 'rival' as TenantId;
  expect(maintenanceScope(rival)).toEqual({
    tenant: rival,
    user: '_maintenance',
    teams: [],
    projects: [],
    role: 'maintenance',
  });
});
