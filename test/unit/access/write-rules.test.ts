import { expect, test } from 'vitest';
import { maintenanceScope, scopeOf, singleTenantScope } from '../../../src/auth/policy.ts';
import type { TenantId } from '../../../src/domain/ids.ts';
import type { Memory } from '../../../src/domain/memory.ts';
import type { Relationship } from '../../../src/domain/relationship.ts';
import type { TenantScope } from '../../../src/domain/scope.ts';
import { isAppError } from '../../../src/errors.ts';
import {
  checkCreated,
  checkLinked,
  checkRelinked,
  checkReplaced,
  type Ends,
} from '../../../src/storage/write-rules.ts';
import { makeMemory, makeRelationship, memoryId, relationshipId } from '../../support/builders.ts';
import { memory, principal, tenant } from './people.ts';

const rival = 'rival' as TenantId;
const ada = scopeOf(principal());
const bob = scopeOf(principal({ user: 'bob' }));
const admin = scopeOf(principal({ user: 'chief', role: 'admin' }));
const upkeep = maintenanceScope(tenant);

/** `done`, or the code with the id and the sentence that tells refusals apart. */
const outcome = (check: () => void): readonly string[] => {
  try {
    check();
    return ['done'];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [error.code, String(error.details.id), error.message];
  }
};

const done = ['done'];
const [one, two, edge] = [memoryId(1), memoryId(2), relationshipId(1)];
const absent = ['not_found', one, 'There is no such memory.'];
const noEnd = (id: string): readonly string[] => ['not_found', id, 'There is no such memory to relate.'];
const noLink = ['not_found', edge, 'There is no such relationship.'];
const relabelled = (id: string): readonly string[] => [
  'forbidden',
  id,
  'Tenant and creator of a record never change, and are those of the caller.',
];
const readOnly = (what: string, id: string): readonly string[] => [
  'forbidden',
  id,
  `You may read this ${what}, not change it. Ask who made it, or store your own and link it.`,
];
const outOfReach = [
  'forbidden',
  one,
  'The memory would be kept where you could not read it: choose a team or project of yours, or another visibility.',
];
const reaimed = [
  'forbidden',
  edge,
  'The ends and the type of a relationship never change: end this one and make another.',
];

test('a memory is created in the caller’s tenant and name, where the caller reads it', () => {
  const create = (scope: TenantScope, it: Memory): readonly string[] => outcome(() => checkCreated(scope, it));
  expect(create(ada, memory())).toEqual(done);
  expect(create(ada, memory({ tenantId: rival }))).toEqual(relabelled(one));
  expect(create(ada, memory({ tenantId: null }))).toEqual(relabelled(one));
  expect(create(bob, memory())).toEqual(relabelled(one));
  expect(create(admin, memory())).toEqual(relabelled(one));
  expect(create(ada, memory({ createdBy: null }))).toEqual(relabelled(one));
  expect(create(ada, memory({ visibility: 'team', teamId: 'design' }))).toEqual(outOfReach);
  expect(create(upkeep, memory({ visibility: 'private' }))).toEqual(done);
  expect(create(upkeep, memory({ visibility: null }))).toEqual(done);
  expect(create(upkeep, memory({ tenantId: rival }))).toEqual(relabelled(one));
  expect(create(singleTenantScope, makeMemory())).toEqual(done);
});

test('a memory is replaced by who may write it, in the same tenant and name, where the writer reads it', () => {
  const replace = (scope: TenantScope, before: Memory | undefined, after: Memory): readonly string[] =>
    outcome(() => checkReplaced(scope, before, after));
  expect(replace(ada, memory(), memory({ visibility: 'private' }))).toEqual(done);
  expect(replace(admin, memory(), memory({ visibility: 'team' }))).toEqual(done);
  expect(replace(upkeep, memory({ visibility: 'private' }), memory({ visibility: null }))).toEqual(done);
  expect(replace(ada, undefined, memory())).toEqual(absent);
  expect(replace(bob, memory({ visibility: 'private' }), memory())).toEqual(absent);
  expect(replace(ada, memory({ tenantId: rival }), memory())).toEqual(absent);
  expect(replace(bob, memory(), memory({ createdBy: 'bob' }))).toEqual(readOnly('memory', one));
  expect(replace(ada, memory(), memory({ createdBy: 'bob' }))).toEqual(relabelled(one));
  expect(replace(ada, memory(), memory({ tenantId: rival }))).toEqual(relabelled(one));
  expect(replace(upkeep, memory(), memory({ tenantId: null }))).toEqual(relabelled(one));
  expect(replace(ada, memory(), memory({ visibility: 'team', teamId: 'design' }))).toEqual(outOfReach);
  expect(replace(admin, memory(), memory({ visibility: 'private' }))).toEqual(outOfReach);
});

test('in single-tenant mode only what is absent cannot be replaced, related or reshaped', () => {
  const ends = { from: makeMemory({ id: 1 }), to: makeMemory({ id: 2 }) };
  const link = makeRelationship();
  const odd = makeRelationship({ from: 2, to: 3, tenantId: rival, createdBy: 'bob' });
  const run = (check: () => void): readonly string[] => outcome(check);
  expect(run(() => checkReplaced(singleTenantScope, makeMemory(), memory()))).toEqual(done);
  expect(run(() => checkReplaced(singleTenantScope, undefined, makeMemory()))).toEqual(absent);
  expect(run(() => checkLinked(singleTenantScope, odd, ends))).toEqual(done);
  expect(run(() => checkLinked(singleTenantScope, link, { ...ends, from: undefined }))).toEqual(noEnd(one));
  expect(run(() => checkLinked(singleTenantScope, link, { ...ends, to: undefined }))).toEqual(noEnd(two));
  expect(run(() => checkRelinked(singleTenantScope, link, odd, ends))).toEqual(done);
  expect(run(() => checkRelinked(singleTenantScope, undefined, link, ends))).toEqual(noLink);
});

const link = (changes: Parameters<typeof makeRelationship>[0] = {}): Relationship =>
  makeRelationship({ type: 'CAUSES', tenantId: tenant, createdBy: 'ada', ...changes });
const ends: Ends = { from: memory({}, 1), to: memory({ createdBy: 'bob' }, 2) };
const hidden = (id: number): Memory => memory({ visibility: 'private', createdBy: 'chief' }, id);

test('a link is made from a memory that one may write to one that one reads', () => {
  const relate = (scope: TenantScope, relationship: Relationship, between = ends): readonly string[] =>
    outcome(() => checkLinked(scope, relationship, between));
  expect(relate(ada, link())).toEqual(done);
  expect(relate(admin, link({ createdBy: 'chief' }))).toEqual(done);
  expect(relate(bob, link({ createdBy: 'bob' }))).toEqual(readOnly('memory', one));
  expect(relate(bob, link({ createdBy: 'bob', type: 'SIMILAR_TO' }))).toEqual(done);
  const others = { from: memory({}, 1), to: memory({}, 2) };
  expect(relate(bob, link({ createdBy: 'bob', type: 'SIMILAR_TO' }), others)).toEqual(readOnly('memory', one));
  expect(relate(ada, link(), { from: undefined, to: undefined })).toEqual(noEnd(one));
  expect(relate(ada, link(), { ...ends, to: undefined })).toEqual(noEnd(two));
  expect(relate(ada, link(), { from: hidden(1), to: hidden(2) })).toEqual(noEnd(one));
  expect(relate(ada, link(), { ...ends, to: hidden(2) })).toEqual(noEnd(two));
});

test('a link is made in the caller’s tenant and name, by upkeep in its tenant', () => {
  const relate = (scope: TenantScope, changes: Parameters<typeof link>[0]): readonly string[] =>
    outcome(() => checkLinked(scope, link(changes), ends));
  expect(relate(ada, { tenantId: rival })).toEqual(relabelled(edge));
  expect(relate(ada, { tenantId: null })).toEqual(relabelled(edge));
  expect(relate(ada, { createdBy: 'bob' })).toEqual(relabelled(edge));
  expect(relate(admin, { createdBy: 'ada' })).toEqual(relabelled(edge));
  expect(relate(upkeep, { createdBy: 'bob' })).toEqual(done);
  expect(relate(upkeep, { tenantId: rival })).toEqual(relabelled(edge));
});

test('a link is changed by its maker and by who may link its ends', () => {
  const reshape = (scope: TenantScope, before: Relationship | undefined, between = ends): readonly string[] =>
    outcome(() => checkRelinked(scope, before, before === undefined ? link() : { ...before, strength: 1 }, between));
  expect(reshape(ada, link({ createdBy: 'chief' }))).toEqual(done);
  expect(reshape(admin, link())).toEqual(done);
  expect(reshape(upkeep, link())).toEqual(done);
  expect(reshape(bob, link({ createdBy: 'bob' }))).toEqual(done);
  expect(reshape(bob, link())).toEqual(readOnly('relationship', edge));
  expect(reshape(bob, link({ type: 'RELATED_TO' }))).toEqual(done);
  expect(reshape(ada, undefined)).toEqual(noLink);
  expect(reshape(ada, link({ tenantId: rival }))).toEqual(noLink);
  expect(reshape(ada, link({ tenantId: null }))).toEqual(noLink);
  expect(reshape(ada, link(), { ...ends, from: undefined })).toEqual(noLink);
  expect(reshape(ada, link(), { ...ends, to: undefined })).toEqual(noLink);
  expect(reshape(ada, link(), { ...ends, from: hidden(1) })).toEqual(noLink);
  expect(reshape(ada, link(), { ...ends, to: hidden(2) })).toEqual(noLink);
});

test('a change of a link changes neither whose it is nor where it leads', () => {
  for (const scope of [ada, admin, upkeep]) {
    const reshape = (changes: Partial<Relationship>): readonly string[] =>
      outcome(() => checkRelinked(scope, link(), { ...link(), ...changes }, ends));
    expect(reshape({ strength: 1 })).toEqual(done);
    expect(reshape({ tenantId: rival })).toEqual(relabelled(edge));
    expect(reshape({ createdBy: 'bob' })).toEqual(relabelled(edge));
    expect(reshape({ from: memoryId(3) })).toEqual(reaimed);
    expect(reshape({ to: memoryId(3) })).toEqual(reaimed);
    expect(reshape({ type: 'SOLVES' })).toEqual(reaimed);
  }
});
