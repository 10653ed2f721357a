import { maintenanceScope, scopeOf } from '../../../src/auth/policy.ts';
import type { TenantId } from '../../../src/domain/ids.ts';
import type { Memory } from '../../../src/domain/memory.ts';
import type { Relationship } from '../../../src/domain/relationship.ts';
import type { CallerScope } from '../../../src/domain/scope.ts';
import { type MemoryWords, makeMemory, makeRelationship, type RelationshipWords } from '../../support/builders.ts';

const acme = 'acme' as TenantId;
const rival = 'rival' as TenantId;
const role = 'member' as const;

export const ada = scopeOf({ tenant: acme, user: 'ada', teams: ['platform'], projects: ['/shop'], role });
export const bob = scopeOf({
  tenant: acme,
  user: 'bob',
  teams: ['design', 'platform'],
  projects: ['/site', '/shop'],
  role,
});
/** Belongs to nothing. */
export const cleo = scopeOf({ tenant: acme, user: 'cleo', teams: [], projects: [], role });
export const chief = scopeOf({ tenant: acme, user: 'chief', teams: ['platform'], projects: [], role: 'admin' });
/** Has every name that ada has, in another tenant. */
export const twin = scopeOf({ tenant: rival, user: 'ada', teams: ['platform'], projects: ['/shop'], role });

export const upkeep = maintenanceScope(acme);
export const rivalUpkeep = maintenanceScope(rival);

export const people = { ada, bob, cleo, chief, twin } as const;

/** A memory that this person makes: public, of the team and the project that ada has too, unless said otherwise. */
export const ownedBy = ({ tenant, user }: CallerScope, { context, ...words }: MemoryWords = {}): Memory =>
  makeMemory({
    ...words,
    context: {
      tenantId: tenant,
      createdBy: user,
      visibility: 'public',
      teamId: 'platform',
      projectPath: '/shop',
      ...context,
    },
  });

export const linkedBy = ({ tenant, user }: CallerScope, words: RelationshipWords = {}): Relationship =>
  makeRelationship({ tenantId: tenant, createdBy: user, ...words });

export const isPrivate = { visibility: 'private' } as const;
