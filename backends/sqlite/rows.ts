import { type Field, fieldValue, memoryFields, relationshipFields, setFieldValue } from '../../src/domain/fields.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { Cell } from './connection.ts';

const encode = (value: unknown, { kind }: Field): Cell => {
  if (value === null) return null;
  if (kind === 'list' || kind === 'json') return JSON.stringify(value);
  return kind === 'bool' ? Number(value) : (value as Cell);
};

const decode = (cell: Cell, { kind }: Field): unknown => {
  if (cell === null) return null;
  if (kind === 'list') return cell === '[]' ? [] : JSON.parse(cell as string);
  if (kind === 'json') return JSON.parse(cell as string);
  return kind === 'bool' ? cell === 1 : cell;
};

const fill = (record: object, fields: readonly Field[], row: readonly Cell[]): void => {
  let index = 0;
  for (const field of fields) {
    // Cell 0 is the key of the row; the fields follow.
    index += 1;
    setFieldValue(record, field, decode(row[index] as Cell, field));
  }
};

const names = (fields: readonly Field[]): string[] => fields.map((field) => field.name);
const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');
const assignments = (columns: readonly string[]): string => columns.map((column) => `${column} = ?`).join(', ');

/** Select list of memory `m` for `toMemory`. */
export const memorySelection = ['m.pk', ...names(memoryFields).map((name) => `m.${name}`)].join(', ');
const insertMemory = (key: string): string => `INSERT INTO memory (${names(memoryFields).join(', ')})
  VALUES (${marks(memoryFields.length)}) ON CONFLICT (${key}) DO NOTHING`;
export const insertMemorySql = insertMemory('id');
export const insertScopedMemorySql = insertMemory('context_tenant_id, id');
/** Takes the cells of `memoryCells`, then the row's key. */
export const updateMemorySql = `UPDATE memory SET ${assignments(names(memoryFields))} WHERE pk = ?`;

export const memoryCells = (memory: Memory): Cell[] =>
  memoryFields.map((field) => encode(fieldValue(memory, field), field));

export const toMemory = (row: readonly Cell[]): Memory => {
  const record = {};
  fill(record, memoryFields, row);
  return record as Memory;
};

/** Both ends are kept as keys of rows. */
const relationshipColumns = relationshipFields.filter(({ path: [key] }) => key !== 'from' && key !== 'to');
const endColumns = ['from_pk', 'to_pk'];
const storedNames = [...names(relationshipColumns), ...endColumns, 'words'];

const relationshipColumn = ({ path: [key], name }: Field): string => {
  if (key === 'from') return 'a.id';
  return key === 'to' ? 'b.id' : `r.${name}`;
};

/** Select list of relationship `r` from memory `a` to memory `b`, for `toRelationship`. */
export const relationshipSelection = ['r.pk', ...relationshipFields.map(relationshipColumn)].join(', ');
export const relationshipSource = 'relationship r JOIN memory a ON a.pk = r.from_pk JOIN memory b ON b.pk = r.to_pk';
export const insertRelationshipSql = `INSERT INTO relationship (${storedNames.join(', ')})
  VALUES (${marks(storedNames.length)})`;
/** Takes the cells of `relationshipCells`, then the row's key. */
export const updateRelationshipSql = `UPDATE relationship SET ${assignments(storedNames)} WHERE pk = ?`;

export const relationshipCells = (
  relationship: Relationship,
  fromPk: number,
  toPk: number,
  words: readonly string[],
): Cell[] => [
  ...relationshipColumns.map((field) => encode(fieldValue(relationship, field), field)),
  fromPk,
  toPk,
  words.join(' '),
];

export const toRelationship = (row: readonly Cell[]): Relationship => {
  const record = {};
  fill(record, relationshipFields, row);
  return record as Relationship;
};
