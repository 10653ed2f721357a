import type { MemoryId, Millis } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import { AppError } from '../../src/errors.ts';
import type { WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import { type SearchDocument, searchFields } from '../../src/storage/search-document.ts';
import { forgetChanges, logChange } from './change-log.ts';
import type { Connection } from './connection.ts';
import { indexRelationshipsOf, unindexRelationshipsOf } from './relationship-text.ts';
import { insertMemorySql, memoryCells, memorySelection, toMemory, updateMemorySql } from './rows.ts';
import { forgetVectors } from './vectors.ts';

type Operation<Op extends WriteOperation['op']> = Extract<WriteOperation, { readonly op: Op }>;

const byIdSql = `SELECT ${memorySelection} FROM memory m WHERE m.id = ?`;
const liveRowSql = 'SELECT pk, version FROM memory WHERE id = ? AND live = 1';
const insertTagSql = 'INSERT OR IGNORE INTO memory_tag (tag, memory_pk) VALUES (?, ?)';
const deleteTagSql = 'DELETE FROM memory_tag WHERE tag = ? AND memory_pk = ?';
const insertTextSql = `INSERT INTO memory_text (rowid, ${searchFields.join(', ')}) VALUES (?, ?, ?, ?, ?, ?)`;
const deleteTextSql = 'DELETE FROM memory_text WHERE rowid = ?';
const countUsageSql = 'UPDATE memory SET usage_count = usage_count + 1, last_accessed = ? WHERE id = ?';

const isLive = (memory: Memory): boolean => memory.deletedAt === null && memory.mergedInto === null;

const indexTags = (connection: Connection, pk: number, before: readonly string[], after: readonly string[]): void => {
  for (const tag of before) if (!after.includes(tag)) connection.run(deleteTagSql, [tag, pk]);
  for (const tag of after) if (!before.includes(tag)) connection.run(insertTagSql, [tag, pk]);
};

const insertText = (connection: Connection, pk: number, document: SearchDocument): void => {
  connection.run(insertTextSql, [pk, ...searchFields.map((field) => document[field].join(' '))]);
};

export const createMemory = (
  connection: Connection,
  batch: WriteBatch,
  { memory, document, note }: Operation<'create_memory'>,
): void => {
  const { changes, lastInsertRowid } = connection.run(insertMemorySql, memoryCells(memory));
  if (changes === 0) {
    throw new AppError('duplicate', 'A memory with this id is already there.', {
      details: { entity: 'memory', id: memory.id },
    });
  }
  const pk = Number(lastInsertRowid);
  indexTags(connection, pk, [], memory.tags);
  if (isLive(memory)) insertText(connection, pk, document);
  if (note !== null) logChange(connection, batch, 'memory', memory, null, note);
};

export const replaceMemory = (
  connection: Connection,
  batch: WriteBatch,
  { memory, expectedVersion, document, note }: Operation<'replace_memory'>,
): void => {
  const row = connection.row(byIdSql, [memory.id]);
  if (row === undefined) throw new AppError('not_found', 'There is no such memory.', { details: { id: memory.id } });
  const before = toMemory(row);
  if (before.version !== expectedVersion) {
    throw new AppError('version_conflict', 'The memory was changed meanwhile. Read it again.', {
      details: { id: memory.id, version: before.version },
    });
  }
  const pk = Number(row[0]);
  const [was, is] = [isLive(before), isLive(memory)];
  if (was && !is) unindexRelationshipsOf(connection, pk);
  connection.run(updateMemorySql, [...memoryCells(memory), pk]);
  indexTags(connection, pk, before.tags, memory.tags);
  if (was) connection.run(deleteTextSql, [pk]);
  if (is) insertText(connection, pk, document);
  if (is && !was) indexRelationshipsOf(connection, pk);
  logChange(connection, batch, 'memory', memory, before, note);
};

export const indexMemory = (
  connection: Connection,
  { id, document, ofVersion }: Extract<WriteOperation, { op: 'index_memory' }>,
): void => {
  const row = connection.row<[pk: number, version: number]>(liveRowSql, [id]);
  if (row === undefined || row[1] !== (ofVersion ?? row[1])) return;
  connection.run(deleteTextSql, [row[0]]);
  insertText(connection, row[0], document);
};

export const countUsage = (connection: Connection, ids: readonly MemoryId[], at: Millis): void => {
  for (const id of ids) connection.run(countUsageSql, [at, id]);
};

const touchingSql = 'SELECT id FROM relationship WHERE from_pk = ? UNION SELECT id FROM relationship WHERE to_pk = ?';

export const purgeMemory = (connection: Connection, id: MemoryId): void => {
  const row = connection.row(byIdSql, [id]);
  if (row === undefined) return;
  const pk = Number(row[0]);
  const memory = toMemory(row);
  if (isLive(memory)) return;
  const relationships = connection.rows<[string]>(touchingSql, [pk, pk]).map(([relationship]) => relationship);
  forgetChanges(connection, [id, ...relationships]);
  connection.run('DELETE FROM relationship WHERE from_pk = ? OR to_pk = ?', [pk, pk]);
  indexTags(connection, pk, memory.tags, []);
  forgetVectors(connection, pk);
  connection.run('DELETE FROM memory WHERE pk = ?', [pk]);
};
