import type { Ownership } from '../../src/domain/access.ts';
import type { Cell } from './connection.ts';

/** What the read rule looks at in a memory, for `ownership`. */
export const ownershipColumns =
  'context_tenant_id, context_visibility, context_team_id, context_project_path, context_created_by';

export const ownership = (cells: readonly Cell[]): Ownership => {
  const [tenantId, visibility, teamId, projectPath, createdBy] = cells;
  return { tenantId, visibility, teamId, projectPath, createdBy } as Ownership;
};
