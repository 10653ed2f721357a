import { granted, readClauses } from '../../src/domain/access.ts';
import type { Visibility } from '../../src/domain/memory.ts';
import type { CallerScope } from '../../src/domain/scope.ts';
import { clauseSql, listParameter } from './access.ts';
import type { Condition } from './filter.ts';

/** Each holds what the clause of its visibility asks for. */
const indexes: Readonly<Record<Visibility, string>> = {
  public: 'idx_memory_visibility',
  team: 'idx_memory_team',
  project: 'idx_memory_tenant_visibility',
  private: 'idx_memory_created_by',
};

/** Columns that all of these hold beside. */
type SetColumn = 'pk' | 'type' | 'context_project_path';

const rowsOf = (column: SetColumn, index: string, where: string): string =>
  `SELECT ${column} FROM memory INDEXED BY ${index} WHERE live = 1 AND context_tenant_id = ?${where}`;

/**
 * All live memories that the scope may read, one row of one column for each, as a query to select from. It takes the clauses of the read
 * rule one by one, each from an index that holds no more than that clause lets through: what may not be read costs nothing.
 */
export const readableSet = (scope: CallerScope, column: SetColumn): Condition => {
  if (scope.role === 'maintenance') {
    return { sql: rowsOf(column, 'idx_memory_tenant', ''), params: [scope.tenant] };
  }
  const parts = readClauses.map((clause): Condition => {
    const { visibility, needs } = clause;
    const list = needs === null ? [] : [listParameter(granted(scope, needs.grant))];
    return {
      sql: rowsOf(column, indexes[visibility], ` AND ${clauseSql('memory', clause)}`),
      params: [scope.tenant, ...list],
    };
  });
  return { sql: parts.map(({ sql }) => sql).join(' UNION ALL '), params: parts.flatMap(({ params }) => params) };
};
