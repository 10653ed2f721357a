import { hash } from 'node:crypto';
import {
  type Field,
  memoryFields,
  ownerFieldNames,
  relationshipFields,
  usageFieldNames,
} from '../../../src/domain/fields.ts';
import { visibilities } from '../../../src/domain/memory.ts';
import type { Cell } from '../connection.ts';

/** Cells of a row under their names, in an order that never changes. */
export interface Columns {
  readonly names: readonly string[];
  /** Those whose texts must be JSON. */
  readonly json: readonly { readonly place: number; readonly name: string; readonly list: boolean }[];
}

const ends = new Set(['from_memory_id', 'to_memory_id']);

const columnsOf = (fields: readonly Field[], more: readonly string[] = []): Columns => ({
  names: [...fields.map(({ name }) => name), ...more],
  json: fields.flatMap(({ name, kind }, place) =>
    kind === 'list' || kind === 'json' ? [{ place, name, list: kind === 'list' }] : [],
  ),
});

/** All of a memory but scope and usage. */
export const memoryContent = columnsOf(
  memoryFields.filter(({ name }) => !ownerFieldNames.has(name) && !usageFieldNames.has(name)),
);
/** All of a relationship but its scope. */
export const relationshipContent = columnsOf(
  relationshipFields.filter(({ name }) => !ends.has(name) && name !== 'tenant_id'),
  ['from_pk', 'to_pk', 'words'],
);
export const changeContent: Columns = {
  names: ['seq', 'at', 'entity', 'entity_id', 'version', 'kind', 'changed_by', 'reason', 'before'],
  json: [{ place: 8, name: 'before', list: false }],
};
export const keyContent: Columns = {
  names: ['key', 'fingerprint', 'answer', 'at', 'user_id'],
  json: [{ place: 2, name: 'answer', list: false }],
};

export const selection = (columns: Columns, table: string): string =>
  columns.names.map((name) => `${table}.${name}`).join(', ');

export const contentHash = (cells: readonly Cell[]): Buffer => hash('sha256', JSON.stringify(cells), 'buffer');

const isJson = (text: string, list: boolean): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return list ? Array.isArray(value) && value.every((item) => typeof item === 'string') : typeof value === 'object';
  } catch {
    return false;
  }
};

/** Which column does not hold what it should, and not a word of what it holds. */
export const faultIn = ({ json }: Columns, cells: readonly Cell[]): string | null => {
  for (const { place, name, list } of json) {
    const cell = cells[place];
    if (typeof cell !== 'string' || cell === '[]') continue;
    if (!isJson(cell, list)) return `${name} is no ${list ? 'list of texts' : 'JSON object'}`;
  }
  return null;
};

export const isVisibility = (cell: Cell): boolean => cell === null || visibilities.some((known) => known === cell);
