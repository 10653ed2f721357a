import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scopeOf } from '../../src/auth/policy.ts';
import { mayRead, mayWrite } from '../../src/domain/access.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { Memory, Visibility } from '../../src/domain/memory.ts';
import type { CallerScope } from '../../src/domain/scope.ts';
import { explainAccess } from '../../src/service/explain-access.ts';
import { makeMemory } from '../support/builders.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/authorization.md'), 'utf8');

const rows = page
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^(yes|no)$/.test(cells[3] ?? '') && /^(yes|no)$/.test(cells[4] ?? ''))
  .map(([, visibility = '', caller = '', read = '', write = '']) => ({ visibility, caller, read, write }));

const memoryOf = (visibility: string): Memory => {
  const memory = makeMemory();
  const context = {
    ...memory.context,
    tenantId: 'acme' as TenantId,
    teamId: 'platform',
    projectPath: 'shop',
    createdBy: 'alice',
    visibility: visibility === 'none' ? null : (visibility as Visibility),
  };
  return { ...memory, context };
};

const scopeFor = (text: string): CallerScope => {
  const [who = '', ...facts] = text.split(',').map((part) => part.trim());
  const [user = '', tenant = 'acme'] = who.split(' of ');
  const named = (kind: string): string[] =>
    facts.flatMap((fact) => (fact.startsWith(`${kind} `) ? [fact.slice(kind.length + 1)] : []));
  const role = facts.includes('admin') ? 'admin' : 'member';
  return scopeOf({ tenant: tenant as TenantId, user, teams: named('team'), projects: named('project'), role });
};

test('the table is there', () => {
  expect(rows.length).toBeGreaterThan(15);
});

describe('docs/authorization.md', () => {
  test.each(rows)('$visibility, $caller', ({ visibility, caller, read, write }) => {
    const [memory, scope] = [memoryOf(visibility), scopeFor(caller)];
    expect({ read: mayRead(scope, memory), write: mayWrite(scope, memory) }).toEqual({
      read: read === 'yes',
      write: write === 'yes',
    });
  });

  test.each(rows)('explain-access agrees: $visibility, $caller', ({ visibility, caller, read, write }) => {
    const { readable, writable, lines } = explainAccess(scopeFor(caller), memoryOf(visibility));
    expect({ readable, writable }).toEqual({ readable: read === 'yes', writable: write === 'yes' });
    expect(lines[1]).toMatch(new RegExp(`^read {3}${read}: `));
    expect(lines[2]).toMatch(new RegExp(`^write {2}${write}: `));
    expect(lines.join('\n')).not.toContain(memoryOf(visibility).title);
  });
});
