import { granted, mayRead, mayWrite, readClauses } from '../domain/access.ts';
import type { Memory } from '../domain/memory.ts';
import type { CallerScope } from '../domain/scope.ts';

export interface AccessExplanation {
  readonly readable: boolean;
  readonly writable: boolean;
  /** What the rule looked at, then why it says what it says. Nothing of what the memory holds. */
  readonly lines: readonly string[];
}

const listed = (values: readonly string[]): string => values.map((value) => JSON.stringify(value)).join(', ') || 'none';

const names = { teamId: 'team_id', projectPath: 'project_path', createdBy: 'created_by' } as const;

const whyRead = (scope: CallerScope, { context, mergedInto, deletedAt }: Memory): string => {
  if (context.tenantId === null) return 'no: it has no tenant, so that nobody reads it';
  if (context.tenantId !== scope.tenant) return `no: it is of another tenant than ${scope.tenant}`;
  const clause = readClauses.find(({ visibility }) => visibility === context.visibility);
  if (clause === undefined) return 'no: it has no visibility, so that nobody reads it';
  const shown = deletedAt === null ? '' : `; it is ${mergedInto === null ? 'in the trash' : 'merged into another'}`;
  if (clause.needs === null) return `yes: visibility ${clause.visibility} is all of the tenant${shown}`;
  const { field, grant } = clause.needs;
  const value = context[field];
  const rule = `visibility ${clause.visibility} needs ${names[field]}`;
  if (value === null) return `no: ${rule}, which is not set`;
  const among = granted(scope, grant);
  const is = among.includes(value);
  return `${is ? 'yes' : 'no'}: ${rule} ${JSON.stringify(value)} ${is ? '' : 'not '}among the caller’s ${grant} (${listed(among)})${is ? shown : ''}`;
};

const whyWrite = (scope: CallerScope, memory: Memory): string => {
  if (!mayRead(scope, memory)) return 'no: what may not be read may not be written';
  if (scope.role === 'admin') return 'yes: role admin writes what it reads';
  const { createdBy } = memory.context;
  return createdBy === scope.user
    ? `yes: created_by is ${JSON.stringify(scope.user)}`
    : `no: created_by is ${createdBy === null ? 'not set' : JSON.stringify(createdBy)}, and role member writes what it made`;
};

/** For an operator: what the access rule says of one memory and one caller, and which clause decides. */
export const explainAccess = (scope: CallerScope, memory: Memory): AccessExplanation => {
  const { tenantId, visibility, teamId, projectPath, createdBy } = memory.context;
  const facts = { tenant: tenantId, visibility, team_id: teamId, project_path: projectPath, created_by: createdBy };
  return {
    readable: mayRead(scope, memory),
    writable: mayWrite(scope, memory),
    lines: [
      `memory ${memory.id} v${memory.version}: ${Object.entries(facts)
        .map(([name, value]) => `${name} ${value === null ? '-' : JSON.stringify(value)}`)
        .join(', ')}`,
      `read   ${whyRead(scope, memory)}`,
      `write  ${whyWrite(scope, memory)}`,
    ],
  };
};
