import { mayWrite } from '../../src/domain/access.ts';
import type { MemoryId, Millis } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import { AppError } from '../../src/errors.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import { checkCreated, checkReplaced } from '../../src/storage/write-rules.ts';
import { narrowed, tenantParams } from './access.ts';
import { forgetChanges, logChange } from './change-log.ts';
import type { Cell } from './connection.ts';
import { fieldTexts } from './field-texts.ts';
import { insertText, removeText } from './memory-text.ts';
import { ownership, ownershipColumns } from './ownership.ts';
import { indexRelationshipsOf, unindexRelationshipsOf } from './relationship-text.ts';
import {
  insertMemorySql,
  insertScopedMemorySql,
  memoryCells,
  memorySelection,
  toMemory,
  updateMemorySql,
} from './rows.ts';
import { forgetVectors } from './vectors.ts';
import type { Writer } from './writer.ts';

type Operation<Op extends WriteOperation['op']> = Extract<WriteOperation, { readonly op: Op }>;

const byIdSql = narrowed(
  ({ tenant }) => `SELECT ${memorySelection} FROM memory m WHERE m.id = ?${tenant('m.context_tenant_id')}`,
);
const countUsageSql = narrowed(
  ({ tenant }) =>
    `UPDATE memory SET usage_count = usage_count + 1, last_accessed = ? WHERE id = ?${tenant('context_tenant_id')}`,
);
const liveRowSql = 'SELECT pk, version FROM memory WHERE id = ? AND live = 1';
const liveScopedRowSql = `SELECT pk, version, ${ownershipColumns} FROM memory
  WHERE id = ? AND live = 1 AND context_tenant_id = ?`;
const insertTagSql = 'INSERT OR IGNORE INTO memory_tag (tag, memory_pk) VALUES (?, ?)';
const insertScopedTagSql = 'INSERT OR IGNORE INTO memory_tag (tag, memory_pk, tenant_id) VALUES (?, ?, ?)';
const deleteTagSql = narrowed(
  ({ tenant }) => `DELETE FROM memory_tag WHERE tag = ? AND memory_pk = ?${tenant('tenant_id')}`,
);

const isLive = (memory: Memory): boolean => memory.deletedAt === null && memory.mergedInto === null;

interface Stored {
  readonly pk: number;
  readonly memory: Memory;
}

/** The memory of the tenant with this id, whoever may read it. */
export const storedMemory = ({ connection, scope }: Writer, id: MemoryId): Stored | undefined => {
  const row = connection.row(byIdSql(scope), [id, ...tenantParams(scope)]);
  return row === undefined ? undefined : { pk: Number(row[0]), memory: toMemory(row) };
};

const indexTags = (
  { connection, scope }: Writer,
  pk: number,
  before: readonly string[],
  after: readonly string[],
): void => {
  const own = tenantParams(scope);
  const insert = scope.tenant === null ? insertTagSql : insertScopedTagSql;
  for (const tag of before) if (!after.includes(tag)) connection.run(deleteTagSql(scope), [tag, pk, ...own]);
  for (const tag of after) if (!before.includes(tag)) connection.run(insert, [tag, pk, ...own]);
};

export const createMemory = (writer: Writer, { memory, document, note }: Operation<'create_memory'>): void => {
  const { connection, scope, tenantNo } = writer;
  checkCreated(scope, memory);
  const insert = scope.tenant === null ? insertMemorySql : insertScopedMemorySql;
  const { changes, lastInsertRowid } = connection.run(insert, memoryCells(memory));
  if (changes === 0) {
    throw new AppError('duplicate', 'A memory with this id is already there.', {
      details: { entity: 'memory', id: memory.id },
    });
  }
  const pk = Number(lastInsertRowid);
  indexTags(writer, pk, [], memory.tags);
  if (isLive(memory)) insertText(connection, { pk, tenantNo, context: memory.context }, fieldTexts(document));
  if (note !== null) logChange(writer, 'memory', memory, null, note);
};

export const replaceMemory = (
  writer: Writer,
  { memory, expectedVersion, document, note }: Operation<'replace_memory'>,
): void => {
  const { connection, scope, tenantNo } = writer;
  const stored = storedMemory(writer, memory.id);
  checkReplaced(scope, stored?.memory, memory);
  const { pk, memory: before } = stored as Stored;
  if (before.version !== expectedVersion) {
    throw new AppError('version_conflict', 'The memory was changed meanwhile. Read it again.', {
      details: { id: memory.id, version: before.version },
    });
  }
  const [was, is] = [isLive(before), isLive(memory)];
  if (was && !is) unindexRelationshipsOf(connection, tenantNo, pk);
  connection.run(updateMemorySql, [...memoryCells(memory), pk]);
  indexTags(writer, pk, before.tags, memory.tags);
  if (was) removeText(connection, { pk, tenantNo, context: before.context });
  if (is) insertText(connection, { pk, tenantNo, context: memory.context }, fieldTexts(document));
  if (is && !was) indexRelationshipsOf(connection, tenantNo, pk);
  logChange(writer, 'memory', memory, before, note);
};

type LiveRow = [pk: number, version: number, ...Cell[]];

export const indexMemory = (
  { connection, scope, tenantNo }: Writer,
  { id, document, ofVersion }: Operation<'index_memory'>,
): void => {
  const sql = scope.tenant === null ? liveRowSql : liveScopedRowSql;
  const [pk, version, ...owner] = connection.row<LiveRow>(sql, [id, ...tenantParams(scope)]) ?? [];
  if (pk === undefined || version !== (ofVersion ?? version)) return;
  const place = { pk, tenantNo, context: ownership(owner) };
  removeText(connection, place);
  insertText(connection, place, fieldTexts(document));
};

export const countUsage = ({ connection, scope }: Writer, ids: readonly MemoryId[], at: Millis): void => {
  for (const id of ids) connection.run(countUsageSql(scope), [at, id, ...tenantParams(scope)]);
};

const touchingSql = 'SELECT id FROM relationship WHERE from_pk = ? UNION SELECT id FROM relationship WHERE to_pk = ?';

export const purgeMemory = (writer: Writer, id: MemoryId): void => {
  const { connection, scope } = writer;
  const stored = storedMemory(writer, id);
  if (stored === undefined || isLive(stored.memory) || !mayWrite(scope, stored.memory)) return;
  const { pk, memory } = stored;
  const relationships = connection.rows<[string]>(touchingSql, [pk, pk]).map(([relationship]) => relationship);
  forgetChanges(writer, [id, ...relationships]);
  connection.run('DELETE FROM relationship WHERE from_pk = ? OR to_pk = ?', [pk, pk]);
  indexTags(writer, pk, memory.tags, []);
  forgetVectors(connection, pk);
  connection.run('DELETE FROM memory WHERE pk = ?', [pk]);
};
