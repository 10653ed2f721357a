import { everyone, isReadByAllReadersOf } from '../domain/access.ts';
import type { Memory, MemoryContext, Visibility } from '../domain/memory.ts';
import type { CallerScope } from '../domain/scope.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from './context.ts';

/** Who is to read a memory, as a caller says it. */
export interface AudienceDraft {
  readonly visibility?: Visibility;
  /** Only with visibility `team`; null or absent: all of the tenant. */
  readonly teamId?: string | null;
}

export type Audience = Pick<MemoryContext, 'visibility' | 'teamId'>;

const refused = (text: string): AppError => new AppError('invalid_input', text);

const listed = (values: readonly string[]): string => values.map((value) => JSON.stringify(value)).join(', ') || 'none';

const checkTeam = (scope: CallerScope, teamId: string): void => {
  if (scope.teams.includes(teamId)) return;
  throw refused(`You are in no team ${JSON.stringify(teamId)}; your teams: ${listed(scope.teams)}.`);
};

const checkProject = (scope: CallerScope, projectPath: string | null): void => {
  if (projectPath === null) {
    throw refused('A memory without a project has no readers by project: choose private, team or public.');
  }
  if (scope.projects.includes(projectPath)) return;
  throw refused(
    `Project ${JSON.stringify(projectPath)} is not one of yours (${listed(scope.projects)}): choose private, team or public.`,
  );
};

/**
 * What a caller may choose for a memory of this project and maker: an audience that the caller belongs to. Throws `invalid_input` that
 * names what there is to choose from.
 */
export const chosenAudience = (
  scope: CallerScope,
  { visibility, teamId }: AudienceDraft & { readonly visibility: Visibility },
  { projectPath, createdBy }: Pick<MemoryContext, 'projectPath' | 'createdBy'>,
): Audience => {
  if (visibility !== 'team' && teamId) throw refused('team_id goes with visibility team.');
  if (visibility === 'private' && createdBy !== scope.user) {
    throw refused('Only who made a memory can keep it private; choose project, team or public.');
  }
  if (visibility === 'project') checkProject(scope, projectPath);
  if (visibility !== 'team') return { visibility, teamId: null };
  const team = teamId ?? everyone;
  checkTeam(scope, team);
  return { visibility, teamId: team };
};

/** Who reads a new memory, and why that is not the default, if it is not. */
export interface FirstAudience extends Audience {
  readonly because: string | null;
}

/**
 * As the caller says; else the project. A memory outside the caller's projects is kept private, since nobody could be known to read it.
 * All null in single-tenant mode.
 */
export const firstAudience = (
  { scope }: ServiceContext,
  draft: AudienceDraft,
  projectPath: string | null,
): FirstAudience => {
  if (scope.tenant === null) return { visibility: null, teamId: null, because: null };
  const { visibility = draft.teamId ? 'team' : undefined } = draft;
  if (visibility !== undefined) {
    const chosen = chosenAudience(scope, { ...draft, visibility }, { projectPath, createdBy: scope.user });
    return { ...chosen, because: null };
  }
  if (projectPath !== null && scope.projects.includes(projectPath)) {
    return { visibility: 'project', teamId: null, because: null };
  }
  const because = projectPath === null ? 'it has no project' : 'its project is not one of yours';
  return { visibility: 'private', teamId: null, because };
};

/** Throws `invalid_input` for a change that would let in readers who could not read the memory before: that takes `share_memory`. */
export const checkNotWidened = (before: Memory, after: Memory): void => {
  // What is private is read by the caller alone, who could read it before.
  if (before.context.tenantId === null || after.context.visibility === 'private') return;
  if (isReadByAllReadersOf(after, before)) return;
  throw refused(
    'This would let others read the memory, which only share_memory does: make it private with share_memory, change it, then share it again.',
  );
};
