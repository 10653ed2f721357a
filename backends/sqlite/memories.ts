import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { MemoryFilter, MemoryListing, MemoryState, Sort, SortKey } from '../../src/storage/query.ts';
import { inList, listParameter, narrowed, readParams } from './access.ts';
import { type Cell, type Connection, limited } from './connection.ts';
import { type Condition, filterCondition, filtersByStateOnly } from './filter.ts';
import { readableSet } from './readable-set.ts';
import { memorySelection, toMemory } from './rows.ts';

export const memoriesSql = narrowed(
  ({ read }) => `SELECT ${memorySelection} FROM memory m WHERE m.id IN ${inList}${read('m')}`,
);
const memoriesByRowSql = narrowed(
  ({ read }) => `SELECT ${memorySelection} FROM memory m WHERE m.pk IN ${inList}${read('+m')}`,
);

const inState = (memory: Memory, state: MemoryState): boolean =>
  state === 'any' || (state === 'live') === (memory.deletedAt === null && memory.mergedInto === null);

export const memoriesById = (
  connection: Connection,
  scope: TenantScope,
  ids: readonly MemoryId[],
  state: MemoryState,
): readonly Memory[] => {
  const found = new Map<MemoryId, Memory>();
  for (const row of connection.rows(memoriesSql(scope), [listParameter(ids), ...readParams(scope)])) {
    const memory = toMemory(row);
    if (inState(memory, state)) found.set(memory.id, memory);
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
};

/** Those that the scope may read, though the rows were found through an index that knows: what it says may be out of step. */
export const memoriesByRow = (
  connection: Connection,
  scope: TenantScope,
  pks: readonly number[],
): ReadonlyMap<number, Memory> =>
  new Map(
    connection
      .rows(memoriesByRowSql(scope), [JSON.stringify(pks), ...readParams(scope)])
      .map((row) => [row[0] as number, toMemory(row)] as const),
  );

const afterKey = ({ field, direction }: Sort, after: SortKey | undefined): Condition => {
  if (after === undefined) return { sql: '', params: [] };
  const beyond = direction === 'asc' ? '>' : '<';
  // The first comparison is implied by the second; it lets the index begin there.
  return {
    sql: ` AND m.${field} ${beyond}= ? AND (m.${field} ${beyond} ? OR m.id > ?)`,
    params: [after.value, after.value, after.id],
  };
};

export const listing = (scope: TenantScope, { filter, sort, after, limit }: MemoryListing): Condition => {
  const condition = filterCondition(scope, filter);
  const rest = afterKey(sort, after);
  return {
    sql: `SELECT ${memorySelection} FROM memory m WHERE ${condition.sql}${rest.sql}
      ORDER BY m.${sort.field} ${sort.direction}, m.id ${limited}`,
    params: [...condition.params, ...rest.params, limit],
  };
};

const sortValues = {
  created_at: (memory: Memory) => memory.createdAt,
  updated_at: (memory: Memory) => memory.updatedAt,
  importance: (memory: Memory) => memory.importance,
  confidence: (memory: Memory) => memory.confidence,
  title: (memory: Memory) => Buffer.from(memory.title),
} as const;

const inOrder =
  ({ field, direction }: Sort) =>
  (a: Memory, b: Memory): number => {
    const [left, right] = [sortValues[field](a), sortValues[field](b)];
    const order =
      Buffer.isBuffer(left) && Buffer.isBuffer(right) ? Buffer.compare(left, right) : Number(left) - Number(right);
    return (direction === 'asc' ? order : -order) || (a.id < b.id ? -1 : 1);
  };

export const listMemories = (connection: Connection, scope: TenantScope, request: MemoryListing): readonly Memory[] => {
  // The indexes hold live memories apart from the others: each part is read in its own order.
  if (request.filter.state === 'any') {
    const parts = (['live', 'trashed'] as const).flatMap((state) =>
      listMemories(connection, scope, { ...request, filter: { ...request.filter, state } }),
    );
    return parts.sort(inOrder(request.sort)).slice(0, request.limit);
  }
  const { sql, params } = listing(scope, request);
  return connection.rows(sql, params).map(toMemory);
};

export const countQuery = (scope: TenantScope, filter: MemoryFilter): Condition => {
  if (scope.tenant !== null && filtersByStateOnly(filter) && (filter.state ?? 'live') === 'live') {
    const { sql, params } = readableSet(scope, 'pk');
    return { sql: `SELECT count(*) FROM (${sql})`, params };
  }
  const { sql, params } = filterCondition(scope, filter);
  return { sql: `SELECT count(*) FROM memory m WHERE ${sql}`, params };
};

export const countMemories = (connection: Connection, scope: TenantScope, filter: MemoryFilter): number => {
  const { sql, params } = countQuery(scope, filter);
  return connection.row<[number]>(sql, params)?.[0] ?? 0;
};

export const idsByPrefixSql = narrowed(
  ({ read }) => `SELECT m.id FROM memory m
  WHERE m.id >= ? AND m.id < ? AND m.live = 1${read('m')} ORDER BY m.id ${limited}`,
);

export const idsByPrefix = (
  connection: Connection,
  scope: TenantScope,
  prefix: string,
  limit: number,
): readonly MemoryId[] =>
  connection
    // Ids hold hex digits and dashes; all of them sort before this character.
    .rows<[Cell]>(idsByPrefixSql(scope), [prefix, `${prefix}~`, ...readParams(scope), limit])
    .map(([id]) => id as MemoryId);
