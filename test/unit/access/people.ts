import type { TenantId } from '../../../src/domain/ids.ts';
import type { Memory, MemoryContext } from '../../../src/domain/memory.ts';
import type { Principal } from '../../../src/domain/scope.ts';
import { makeMemory } from '../../support/builders.ts';

export const tenant = 'acme' as TenantId;

export const principal = (changes: Partial<Principal> = {}): Principal => ({
  tenant,
  user: 'ada',
  teams: ['platform'],
  projects: ['/shop'],
  role: 'member',
  ...changes,
});

/** A memory of ada, in acme; say what matters. */
export const memory = (context: Partial<MemoryContext> = {}, id = 1): Memory =>
  makeMemory({
    id,
    context: {
      tenantId: tenant,
      createdBy: 'ada',
      teamId: 'platform',
      projectPath: '/shop',
      visibility: 'public',
      ...context,
    },
  });
