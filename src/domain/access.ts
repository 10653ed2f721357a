import type { Memory, MemoryContext, Visibility } from './memory.ts';
import type { CallerScope, TenantScope } from './scope.ts';

/** The team of all users of a tenant. */
export const everyone = '_everyone';

type AudienceField = 'teamId' | 'projectPath' | 'createdBy';
type Grant = 'teams' | 'projects' | 'user';

interface Clause {
  readonly visibility: Visibility;
  /** The field of the memory whose value must be among what the caller was granted; null: nothing more is asked. */
  readonly needs: { readonly field: AudienceField; readonly grant: Grant } | null;
}

/**
 * The read rule, as data: a memory is read by callers of its own tenant for whom the one clause of its visibility holds. A field
 * that is null satisfies no clause, a grant that is empty grants nothing, and a memory without tenant or visibility is read by nobody.
 * Predicates here and the compilers of the stores are all made from this table.
 */
export const readClauses: readonly Clause[] = Object.freeze([
  { visibility: 'public', needs: null },
  { visibility: 'team', needs: { field: 'teamId', grant: 'teams' } },
  { visibility: 'project', needs: { field: 'projectPath', grant: 'projects' } },
  { visibility: 'private', needs: { field: 'createdBy', grant: 'user' } },
] satisfies Clause[]);

const clauseOf = (visibility: Visibility | null): Clause | undefined =>
  readClauses.find((clause) => clause.visibility === visibility);

export const granted = (scope: CallerScope, grant: Grant): readonly string[] =>
  grant === 'user' ? [scope.user] : scope[grant];

/** What the rule looks at in a memory. */
export type Ownership = Pick<MemoryContext, 'tenantId' | 'visibility' | AudienceField>;

/**
 * Who reads a memory, as one text: memories of one tenant with the same audience have the same readers. Null: nobody does.
 * `public`, or the visibility and the value its clause asks for, e.g. `team:platform`.
 */
export const audienceOf = (memory: Ownership): string | null => {
  const clause = clauseOf(memory.visibility);
  if (memory.tenantId === null || clause === undefined) return null;
  if (clause.needs === null) return clause.visibility;
  const value = memory[clause.needs.field];
  return value === null ? null : `${clause.visibility}:${value}`;
};

/** Every audience that the caller belongs to; `null` for a scope that reads the whole tenant, or the whole store. */
export const audiencesOf = (scope: TenantScope): readonly string[] | null => {
  if (scope.tenant === null || scope.role === 'maintenance') return null;
  return readClauses.flatMap(({ visibility, needs }) =>
    needs === null ? [visibility] : granted(scope, needs.grant).map((value) => `${visibility}:${value}`),
  );
};

/** May this caller read it? Asked of live and trashed ones alike: that the trash is not shown is the business of a filter. */
export const mayRead = (scope: TenantScope, { context }: Pick<Memory, 'context'>): boolean => {
  if (scope.tenant === null) return true;
  if (context.tenantId !== scope.tenant) return false;
  if (scope.role === 'maintenance') return true;
  const needs = clauseOf(context.visibility)?.needs;
  if (needs === undefined) return false;
  if (needs === null) return true;
  const value = context[needs.field];
  return value !== null && granted(scope, needs.grant).includes(value);
};

/** Change, delete, restore, merge, share: what one may read and either made or may write by role. */
export const mayWrite = (scope: TenantScope, memory: Pick<Memory, 'context'>): boolean => {
  if (!mayRead(scope, memory)) return false;
  return scope.tenant === null || scope.role !== 'member' || memory.context.createdBy === scope.user;
};

/** Whether all who may read `memory` may read `neighbour` too, whatever teams and projects they have. */
export const isReadByAllReadersOf = (memory: Pick<Memory, 'context'>, neighbour: Pick<Memory, 'context'>): boolean => {
  if (memory.context.tenantId !== neighbour.context.tenantId) return false;
  if (memory.context.tenantId === null) return true;
  const [narrower, wider] = [audienceOf(memory.context), audienceOf(neighbour.context)];
  return narrower !== null && (wider === 'public' || wider === narrower || wider === `team:${everyone}`);
};
