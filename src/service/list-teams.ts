import type { ServiceContext } from './context.ts';

export interface TeamCount {
  readonly team: string;
  /** Live memories shared with this team. */
  readonly memories: number;
}

/** Every team that the caller belongs to, `_everyone` among them, in order of name. Empty in single-tenant mode. */
export const listTeams = async ({ store, scope }: ServiceContext): Promise<readonly TeamCount[]> => {
  if (scope.tenant === null) return [];
  const counts = await store.facet(scope, 'teams', '', scope.teams.length);
  const memories = new Map(counts.map(({ value, count }) => [value, count]));
  return scope.teams.map((team) => ({ team, memories: memories.get(team) ?? 0 }));
};
