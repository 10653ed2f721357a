import type { Dialect } from '../dialect.ts';
import { keyOf } from '../keys.ts';
import type { Row } from '../values.ts';

export type Label =
  | 'Memory'
  | 'Relationship'
  | 'Change'
  | 'State'
  | 'Audience'
  | 'Vector'
  | 'Word'
  | 'Head'
  | 'Carried';

/** Behind all keys that begin with this one and a slash. */
const beyond = (prefix: string): string => `${prefix.slice(0, -1)}0`;

/** Nodes whose keys begin with the prefix, which ends in a slash, behind `after`; in the order of their keys. */
export const nodesBehind = async (
  dialect: Dialect,
  label: Label,
  prefix: string,
  after: string,
  limit: number,
): Promise<readonly Row[]> => {
  const rows = await dialect.read({
    text: `MATCH (n:${label}) WHERE n.key > $after AND n.key < $beyond
      RETURN properties(n) AS record ORDER BY n.key ASC LIMIT $limit`,
    parameters: { after: after === '' ? prefix : after, beyond: beyond(prefix), limit },
  });
  return rows.map(({ record }) => record as Row);
};

export const countNodes = async (dialect: Dialect, label: Label, prefix: string): Promise<number> => {
  const [row] = await dialect.read({
    text: `MATCH (n:${label}) WHERE n.key > $prefix AND n.key < $beyond RETURN count(n) AS n`,
    parameters: { prefix, beyond: beyond(prefix) },
  });
  return Number(row?.n ?? 0);
};

/** Nodes by these keys, as far as they are there. */
export const nodesByKeys = async (
  dialect: Dialect,
  label: Label,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Row>> => {
  const wanted = [...new Set(keys)];
  if (wanted.length === 0) return new Map();
  const rows = await dialect.read({
    text: `UNWIND $keys AS k MATCH (n:${label} {key: k}) RETURN properties(n) AS record`,
    parameters: { keys: wanted },
  });
  return new Map(rows.map(({ record }) => [String((record as Row).key), record as Row]));
};

/** Lines of a tenant's log behind a number, oldest first; with `condition` on `c` only some. */
export const linesBehind = async (
  dialect: Dialect,
  tenant: string | null,
  after: number,
  limit: number,
  condition = '',
): Promise<readonly Row[]> => {
  const rows = await dialect.read({
    text: `MATCH (c:Change) WHERE c.tenant = $log AND c.seq > $after${condition}
      RETURN properties(c) AS record ORDER BY c.seq ASC LIMIT $limit`,
    parameters: { log: tenant ?? '', after, limit },
  });
  return rows.map(({ record }) => record as Row);
};

/** Of lines that no migration took over. */
export const notAdopted = ' AND c.adopted IS NULL';

/** Lines of these records in a tenant's log, oldest first. */
export const linesOfRecords = async (
  dialect: Dialect,
  tenant: string,
  ids: readonly string[],
  condition: string,
): Promise<readonly Row[]> => {
  if (ids.length === 0) return [];
  const rows = await dialect.read({
    text: `UNWIND $ids AS i MATCH (c:Change {entity_id: i}) WHERE c.tenant = $log${condition}
      RETURN properties(c) AS record ORDER BY c.seq ASC`,
    parameters: { ids, log: tenant },
  });
  return rows.map(({ record }) => record as Row);
};

/** The vectors of these memories. */
export const vectorsOf = async (dialect: Dialect, memoryKeys: readonly string[]): Promise<readonly Row[]> => {
  if (memoryKeys.length === 0) return [];
  const rows = await dialect.read({
    text: 'UNWIND $keys AS k MATCH (v:Vector {memory_key: k}) RETURN properties(v) AS record',
    parameters: { keys: memoryKeys },
  });
  return rows.map(({ record }) => record as Row);
};

export const prefixOf = (tenant: Parameters<typeof keyOf>[0]): string => keyOf(tenant, '');
