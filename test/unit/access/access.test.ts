import { expect, test } from 'vitest';
import { maintenanceScope, scopeOf, singleTenantScope } from '../../../src/auth/policy.ts';
import {
  audienceOf,
  audiencesOf,
  everyone,
  granted,
  isReadByAllReadersOf,
  mayRead,
  mayWrite,
  readClauses,
} from '../../../src/domain/access.ts';
import type { TenantId } from '../../../src/domain/ids.ts';
import { visibilities } from '../../../src/domain/memory.ts';
import { memory, principal, tenant } from './people.ts';

const rival = 'rival' as TenantId;
const scope = scopeOf(principal());
const nobody = scopeOf(principal({ user: 'bob', teams: [], projects: [] }));
const admin = scopeOf(principal({ user: 'chief', role: 'admin' }));
const upkeep = maintenanceScope(tenant);

test('the rule has one clause for each visibility, and cannot be changed', () => {
  expect(readClauses.map(({ visibility }) => visibility).toSorted()).toEqual(visibilities.toSorted());
  expect(readClauses).toEqual([
    { visibility: 'public', needs: null },
    { visibility: 'team', needs: { field: 'teamId', grant: 'teams' } },
    { visibility: 'project', needs: { field: 'projectPath', grant: 'projects' } },
    { visibility: 'private', needs: { field: 'createdBy', grant: 'user' } },
  ]);
  expect(Object.isFrozen(readClauses)).toBe(true);
});

test('grants are the lists of the scope, and the user alone', () => {
  expect(granted(scope, 'teams')).toEqual([everyone, 'platform']);
  expect(granted(scope, 'projects')).toEqual(['/shop']);
  expect(granted(scope, 'user')).toEqual(['ada']);
});

test.each([
  [{ visibility: 'public' }, true, true],
  [{ visibility: 'team' }, true, false],
  [{ visibility: 'team', teamId: 'design' }, false, false],
  [{ visibility: 'team', teamId: everyone }, true, true],
  [{ visibility: 'team', teamId: null }, false, false],
  [{ visibility: 'project' }, true, false],
  [{ visibility: 'project', projectPath: '/site' }, false, false],
  [{ visibility: 'project', projectPath: null }, false, false],
  [{ visibility: 'private' }, true, false],
  [{ visibility: 'private', createdBy: 'bob' }, false, true],
  [{ visibility: 'private', createdBy: null }, false, false],
  [{ visibility: null }, false, false],
] as const)('%o is read by ada: %s, by bob, who belongs to nothing: %s', (context, byAda, byBob) => {
  const it = memory(context);
  expect([mayRead(scope, it), mayRead(nobody, it)]).toEqual([byAda, byBob]);
  expect(mayRead(singleTenantScope, it)).toBe(true);
  expect(mayRead(upkeep, it)).toBe(true);
  for (const tenantId of [null, rival]) {
    const foreign = memory({ ...context, tenantId });
    expect([scope, nobody, admin, upkeep].map((each) => mayRead(each, foreign))).toEqual([false, false, false, false]);
  }
});

test('one may write what one reads and made, or reads as an admin', () => {
  const open = memory();
  expect([scope, nobody, admin, upkeep, singleTenantScope].map((each) => mayWrite(each, open))).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
  const closed = memory({ visibility: 'private' });
  expect([scope, nobody, admin, upkeep].map((each) => mayWrite(each, closed))).toEqual([true, false, false, true]);
  const lost = memory({ visibility: 'team', teamId: 'design' });
  expect([mayWrite(scope, lost), mayWrite(admin, lost)]).toEqual([false, false]);
  expect(mayWrite(scope, memory({ tenantId: rival }))).toBe(false);
});

test('an audience is the visibility with the value that its clause asks for', () => {
  const audience = (context: Parameters<typeof memory>[0]): string | null => audienceOf(memory(context).context);
  expect(audience({ visibility: 'public' })).toBe('public');
  expect(audience({ visibility: 'team' })).toBe('team:platform');
  expect(audience({ visibility: 'project' })).toBe('project:/shop');
  expect(audience({ visibility: 'private' })).toBe('private:ada');
  expect(audience({ visibility: 'project', projectPath: '' })).toBe('project:');
});

test('what nobody reads has no audience', () => {
  for (const context of [
    { visibility: 'team', teamId: null },
    { visibility: 'project', projectPath: null },
    { visibility: 'private', createdBy: null },
    { visibility: null },
    { visibility: 'public', tenantId: null },
    { visibility: 'team', tenantId: null },
  ] as const) {
    expect(audienceOf(memory(context).context)).toBeNull();
  }
});

test('a caller belongs to the audiences of its grants, the store’s owner and upkeep to all', () => {
  expect(audiencesOf(scope)).toEqual(['public', 'team:_everyone', 'team:platform', 'project:/shop', 'private:ada']);
  expect(audiencesOf(nobody)).toEqual(['public', 'team:_everyone', 'private:bob']);
  expect(audiencesOf(singleTenantScope)).toBeNull();
  expect(audiencesOf(upkeep)).toBeNull();
  expect(audiencesOf(admin)).toContain('private:chief');
});

test.each([
  ['team', 'public', true],
  ['private', 'public', true],
  ['public', 'public', true],
  ['public', 'team', false],
  ['team', 'team', true],
  ['team', 'project', false],
  ['project', 'private', false],
  ['private', 'private', true],
] as const)('a %s memory may carry words of a %s one of the same names: %s', (narrower, wider, expected) => {
  const [one, other] = [memory({ visibility: narrower }), memory({ visibility: wider }, 2)];
  expect(isReadByAllReadersOf(one, other)).toBe(expected);
});

test('a team of all is as wide as what is public', () => {
  const all = memory({ visibility: 'team', teamId: everyone });
  expect(isReadByAllReadersOf(memory(), all)).toBe(true);
  expect(isReadByAllReadersOf(all, memory())).toBe(true);
  expect(isReadByAllReadersOf(memory({ visibility: 'project' }), all)).toBe(true);
  expect(isReadByAllReadersOf(all, memory({ visibility: 'team' }))).toBe(false);
});

test('words do not go from tenant to tenant, to what nobody reads, nor from it', () => {
  expect(isReadByAllReadersOf(memory(), memory({ tenantId: rival }))).toBe(false);
  expect(isReadByAllReadersOf(memory(), memory({ tenantId: null }))).toBe(false);
  expect(isReadByAllReadersOf(memory({ tenantId: null }), memory())).toBe(false);
  expect(isReadByAllReadersOf(memory({ visibility: null }), memory())).toBe(false);
  expect(isReadByAllReadersOf(memory({ visibility: null }), memory({ visibility: null }))).toBe(false);
  expect(isReadByAllReadersOf(memory(), memory({ visibility: null }))).toBe(false);
});

test('in single-tenant mode every memory may carry words of every other', () => {
  const free = memory({ tenantId: null, visibility: null });
  expect(isReadByAllReadersOf(free, memory({ tenantId: null, visibility: null, createdBy: 'bob' }))).toBe(true);
});
