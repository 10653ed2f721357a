import { audienceOf, everyone } from './access.ts';
import type { TenantId } from './ids.ts';
import type { MemoryContext, Visibility } from './memory.ts';

/** What is kept without a tenant becomes this tenant's, and who reads it then. */
export interface Assignment {
  readonly tenant: TenantId;
  /** Of memories that nobody gave a visibility of their own, which is what single-tenant mode leaves them with. */
  readonly visibility: Visibility;
  /** Reads what becomes `team`; with `teamOf`, what that does not name. Null: such memories have no team, and a plan refuses them. */
  readonly team: string | null;
  /** The visibility is given to those too that have one of their own. */
  readonly force: boolean;
  /** Teams by project, or null where all go to one. */
  readonly teamOf: Readonly<Record<string, string>> | null;
}

/** The fields of a memory that say whose it is and who reads it; the only ones that an assignment changes. */
export type Owner = Pick<MemoryContext, 'tenantId' | 'teamId' | 'visibility'>;
/** What an assignment looks at, and leaves as it is. */
export type OwnerFacts = Owner & Pick<MemoryContext, 'projectPath' | 'createdBy'>;

/** A visibility that somebody chose. `project` is the default, and `team` without a team is read by nobody. */
const isChosen = ({ visibility, teamId }: Owner): boolean =>
  visibility === 'private' || visibility === 'public' || (visibility === 'team' && teamId !== null);

const isKept = (assignment: Assignment, owner: Owner): boolean => !assignment.force && isChosen(owner);

const teamFor = ({ team, teamOf }: Assignment, project: string | null): string | null =>
  (project !== null && teamOf !== null && Object.hasOwn(teamOf, project) ? teamOf[project] : null) ?? team;

/** Whether the assignment does not say which team is to read it. */
export const isUnmapped = (assignment: Assignment, owner: OwnerFacts): boolean =>
  owner.tenantId === null &&
  assignment.visibility === 'team' &&
  !isKept(assignment, owner) &&
  teamFor(assignment, owner.projectPath) === null;

/** Narrow, where the assignment does not say who reads it: its project, or else nobody but who made it. */
const narrow = ({ projectPath }: OwnerFacts): Visibility => (projectPath === null ? 'private' : 'project');

const visibilityFor = (assignment: Assignment, owner: OwnerFacts): Visibility => {
  if (isUnmapped(assignment, owner)) return narrow(owner);
  // Without a project nobody would read it.
  return assignment.visibility === 'project' && owner.projectPath === null ? 'team' : assignment.visibility;
};

/** The owner that a memory gets. What has a tenant stays as it is; so do fields that the new visibility does not ask for. */
export const assigned = (assignment: Assignment, owner: OwnerFacts): Owner => {
  const { tenantId, teamId, visibility } = owner;
  if (tenantId !== null) return { tenantId, teamId, visibility };
  const { tenant } = assignment;
  if (isKept(assignment, owner)) return { tenantId: tenant, teamId, visibility };
  const given = visibilityFor(assignment, owner);
  if (given !== 'team') return { tenantId: tenant, teamId, visibility: given };
  return { tenantId: tenant, teamId: teamFor(assignment, owner.projectPath) ?? everyone, visibility: given };
};

const ownerNames = {
  tenantId: 'context_tenant_id',
  teamId: 'context_team_id',
  visibility: 'context_visibility',
} as const satisfies Record<keyof Owner, string>;

type OwnerFields = Readonly<Record<string, string | null>>;

/** Before and after, of exactly the fields that differ, under their names at the wire. */
export const ownerDifference = (
  before: Owner,
  after: Owner,
): { readonly prior: OwnerFields; readonly next: OwnerFields } => {
  const changed = (Object.keys(ownerNames) as (keyof Owner)[]).filter((field) => before[field] !== after[field]);
  const of = (owner: Owner): OwnerFields =>
    Object.fromEntries(changed.map((field) => [ownerNames[field], owner[field]]));
  return { prior: of(before), next: of(after) };
};

/**
 * The audience of a record of before, read as if the assignment had been there for it; empty if nobody reads it, null if it is of another
 * tenant.
 */
export const audienceGiven = (assignment: Assignment, was: OwnerFacts): string | null => {
  if (was.tenantId !== null && was.tenantId !== assignment.tenant) return null;
  return audienceOf({ ...was, ...assigned(assignment, was) }) ?? '';
};

const breadth: Readonly<Record<Visibility, number>> = { private: 0, project: 1, team: 2, public: 3 };

/** Whether more people read it than the visibility that it had said. One that had none said nothing. */
export const widens = (before: Owner, after: Owner): boolean =>
  before.visibility !== null && after.visibility !== null && breadth[after.visibility] > breadth[before.visibility];

/** Whether nobody but the server's own upkeep would ever read it. */
export const isUnreadable = ({ visibility, createdBy, teamId, projectPath }: OwnerFacts): boolean => {
  if (visibility === 'private') return createdBy === null;
  if (visibility === 'team') return teamId === null;
  return visibility === 'project' ? projectPath === null : visibility === null;
};
