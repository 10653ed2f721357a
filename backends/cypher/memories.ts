import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { MemoryFilter, MemoryListing, MemoryState, SortField } from '../../src/storage/query.ts';
import { accessParameters, readable } from './access.ts';
import type { Dialect } from './dialect.ts';
import { filteredMemories, stateCondition, where } from './filter.ts';
import { keyOf } from './keys.ts';
import { toMemory } from './records.ts';
import type { Parameters } from './values.ts';

/** By key, which every store finds through an index; `IN` it is not on all. */
export const memoriesById = async (
  dialect: Dialect,
  scope: TenantScope,
  ids: readonly MemoryId[],
  state: MemoryState,
): Promise<readonly Memory[]> => {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const conditions = [...readable(scope, 'm'), ...stateCondition(state)];
  const rows = await dialect.read({
    text: `UNWIND $keys AS k MATCH (m:Memory {key: k})${where(conditions)} RETURN properties(m) AS record`,
    parameters: { ...accessParameters(scope), keys: wanted.map((id) => keyOf(scope.tenant, id)) },
  });
  const found = new Map(rows.map(({ record }) => toMemory(record)).map((memory) => [memory.id, memory]));
  return wanted.flatMap((id) => found.get(id) ?? []);
};

/** A title is compared by its UTF-8 bytes: their hexadecimal form compares so in every store. */
const sortProperties: Readonly<Record<SortField, string>> = {
  created_at: 'm.created_at',
  updated_at: 'm.updated_at',
  importance: 'm.importance',
  confidence: 'm.confidence',
  title: 'm.title_bytes',
};

export const titleBytes = (title: string): string => Buffer.from(title).toString('hex');

const pageCondition = ({
  sort,
  after,
}: MemoryListing): { readonly parts: readonly string[]; readonly parameters: Parameters } => {
  if (after === undefined) return { parts: [], parameters: {} };
  const property = sortProperties[sort.field];
  const beyond = sort.direction === 'asc' ? '>' : '<';
  const value = sort.field === 'title' ? titleBytes(String(after.value)) : after.value;
  return {
    parts: [`(${property} ${beyond} $after_value OR (${property} = $after_value AND m.id > $after_id))`],
    parameters: { after_value: value, after_id: after.id },
  };
};

export const listMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  listing: MemoryListing,
): Promise<readonly Memory[]> => {
  if (listing.limit < 1) return [];
  const filter = filteredMemories(scope, listing.filter);
  const page = pageCondition(listing);
  const { field, direction } = listing.sort;
  const rows = await dialect.read({
    text: `${filter.start}${where([...filter.parts, ...page.parts])}${filter.ties} RETURN properties(m) AS record
      ORDER BY ${sortProperties[field]} ${direction === 'asc' ? 'ASC' : 'DESC'}, m.id ASC LIMIT $limit`,
    parameters: { ...accessParameters(scope), ...filter.parameters, ...page.parameters, limit: listing.limit },
  });
  return rows.map(({ record }) => toMemory(record));
};

export const countMemories = async (dialect: Dialect, scope: TenantScope, filter: MemoryFilter): Promise<number> => {
  const { start, parts, parameters, ties } = filteredMemories(scope, filter);
  const [row] = await dialect.read({
    text: `${start}${where(parts)}${ties} RETURN count(m) AS n`,
    parameters: { ...accessParameters(scope), ...parameters },
  });
  return Number(row?.n ?? 0);
};

export const idsByPrefix = async (
  dialect: Dialect,
  scope: TenantScope,
  prefix: string,
  limit: number,
): Promise<readonly MemoryId[]> => {
  if (limit < 1) return [];
  const conditions = ['m.key >= $from', 'm.key < $to', 'm.live = true', ...readable(scope, 'm')];
  const rows = await dialect.read({
    text: `MATCH (m:Memory)${where(conditions)} RETURN m.id AS id ORDER BY id ASC LIMIT $limit`,
    parameters: {
      ...accessParameters(scope),
      // Ids hold hex digits and dashes; all of them sort before this character.
      from: keyOf(scope.tenant, prefix),
      to: keyOf(scope.tenant, `${prefix}~`),
      limit,
    },
  });
  return rows.map(({ id }) => id as MemoryId);
};
