import type { CallerScope, WholeStore } from '../domain/scope.ts';
import type { ServiceContext } from './context.ts';

/** Who the server takes the caller for. */
export type Identity = Pick<CallerScope, 'tenant' | 'user' | 'teams' | 'projects' | 'role'>;

/** Null in single-tenant mode, where nobody is told from anybody. */
export const whoAmI = ({ scope }: Pick<ServiceContext, 'scope'>): Identity | null => {
  const known: WholeStore | CallerScope = scope;
  if (known.tenant === null) return null;
  const { tenant, user, teams, projects, role } = known;
  return { tenant, user, teams, projects, role };
};
