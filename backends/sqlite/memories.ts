import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { MemoryFilter, MemoryListing, MemoryState, Sort, SortKey } from '../../src/storage/query.ts';
import type { Cell, Connection } from './connection.ts';
import { type Condition, filterCondition, inList } from './filter.ts';
import { listParameter, memorySelection, toMemory } from './rows.ts';

export const memoriesSql = `SELECT ${memorySelection} FROM memory m WHERE m.id IN ${inList}`;
const memoriesByRowSql = `SELECT ${memorySelection} FROM memory m WHERE m.pk IN ${inList}`;

const inState = (memory: Memory, state: MemoryState): boolean =>
  state === 'any' || (state === 'live') === (memory.deletedAt === null && memory.mergedInto === null);

export const memoriesById = (
  connection: Connection,
  ids: readonly MemoryId[],
  state: MemoryState,
): readonly Memory[] => {
  const found = new Map<MemoryId, Memory>();
  for (const row of connection.rows(memoriesSql, [listParameter(ids)])) {
    const memory = toMemory(row);
    if (inState(memory, state)) found.set(memory.id, memory);
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
};

export const memoriesByRow = (connection: Connection, pks: readonly number[]): ReadonlyMap<number, Memory> =>
  new Map(
    connection.rows(memoriesByRowSql, [JSON.stringify(pks)]).map((row) => [row[0] as number, toMemory(row)] as const),
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

export const listing = ({ filter, sort, after, limit }: MemoryListing): Condition => {
  const condition = filterCondition(filter);
  const rest = afterKey(sort, after);
  return {
    sql: `SELECT ${memorySelection} FROM memory m WHERE ${condition.sql}${rest.sql}
      ORDER BY m.${sort.field} ${sort.direction}, m.id LIMIT ?`,
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

export const listMemories = (connection: Connection, request: MemoryListing): readonly Memory[] => {
  // The indexes hold live memories apart from the others: each part is read in its own order.
  if (request.filter.state === 'any') {
    const parts = (['live', 'trashed'] as const).flatMap((state) =>
      listMemories(connection, { ...request, filter: { ...request.filter, state } }),
    );
    return parts.sort(inOrder(request.sort)).slice(0, request.limit);
  }
  const { sql, params } = listing(request);
  return connection.rows(sql, params).map(toMemory);
};

export const countMemories = (connection: Connection, filter: MemoryFilter): number => {
  const { sql, params } = filterCondition(filter);
  return connection.row<[number]>(`SELECT count(*) FROM memory m WHERE ${sql}`, params)?.[0] ?? 0;
};

export const idsByPrefixSql = `SELECT m.id FROM memory m
  WHERE m.id >= ? AND m.id < ? AND m.live = 1 ORDER BY m.id LIMIT ?`;

export const idsByPrefix = (connection: Connection, prefix: string, limit: number): readonly MemoryId[] =>
  // Ids hold hex digits and dashes; all of them sort before this character.
  connection.rows<[Cell]>(idsByPrefixSql, [prefix, `${prefix}~`, limit]).map(([id]) => id as MemoryId);
