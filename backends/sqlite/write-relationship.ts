import type { MemoryId } from '../../src/domain/ids.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { AppError } from '../../src/errors.ts';
import type { WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import { logChange } from './change-log.ts';
import type { Connection } from './connection.ts';
import { indexRelationship, unindexRelationship } from './relationship-text.ts';
import {
  insertRelationshipSql,
  relationshipCells,
  relationshipSelection,
  relationshipSource,
  toRelationship,
  updateRelationshipSql,
} from './rows.ts';

type Operation<Op extends WriteOperation['op']> = Extract<WriteOperation, { readonly op: Op }>;

const byIdSql = `SELECT ${relationshipSelection} FROM ${relationshipSource} WHERE r.id = ?`;
const endSql = 'SELECT pk, live FROM memory WHERE id = ?';
const idTakenSql = 'SELECT id FROM relationship WHERE id = ?';
const twinSql = `SELECT id FROM relationship
  WHERE from_pk = ? AND to_pk = ? AND type = ? AND live = 1 AND id <> ?`;

const isLive = (relationship: Relationship): boolean =>
  relationship.validUntil === null && relationship.removedAt === null;

/** The row of the memory at one end. */
const endOf = (connection: Connection, id: MemoryId, trashToo: boolean): number => {
  const [pk, live] = connection.row<[number, number]>(endSql, [id]) ?? [];
  if (pk === undefined || (live === 0 && !trashToo)) {
    throw new AppError('not_found', 'There is no such memory to relate.', { details: { id } });
  }
  return pk;
};

const refuseTwin = (connection: Connection, relationship: Relationship, fromPk: number, toPk: number): void => {
  if (!isLive(relationship)) return;
  const twin = connection.row<[string]>(twinSql, [fromPk, toPk, relationship.type, relationship.id]);
  if (twin !== undefined) throw duplicate(twin[0]);
};

const duplicate = (id: string): AppError =>
  new AppError('duplicate', 'This relationship is already there.', { details: { entity: 'relationship', id } });

export const createRelationship = (
  connection: Connection,
  batch: WriteBatch,
  { relationship, words, note, imported }: Operation<'create_relationship'>,
): void => {
  const fromPk = endOf(connection, relationship.from, imported === true);
  const toPk = endOf(connection, relationship.to, imported === true);
  if (connection.row(idTakenSql, [relationship.id]) !== undefined) throw duplicate(relationship.id);
  refuseTwin(connection, relationship, fromPk, toPk);
  const cells = relationshipCells(relationship, fromPk, toPk, words);
  indexRelationship(connection, Number(connection.run(insertRelationshipSql, cells).lastInsertRowid));
  if (note !== null) logChange(connection, batch, 'relationship', relationship, null, note);
};

export const replaceRelationship = (
  connection: Connection,
  batch: WriteBatch,
  { relationship, words, expectedVersion, note }: Operation<'replace_relationship'>,
): void => {
  const { id, from, to } = relationship;
  const row = connection.row(byIdSql, [id]);
  if (row === undefined) throw new AppError('not_found', 'There is no such relationship.', { details: { id } });
  const before = toRelationship(row);
  if (before.version !== expectedVersion) {
    throw new AppError('version_conflict', 'The relationship was changed meanwhile. Read it again.', {
      details: { id, version: before.version },
    });
  }
  const fromPk = endOf(connection, from, true);
  const toPk = endOf(connection, to, true);
  refuseTwin(connection, relationship, fromPk, toPk);
  const pk = Number(row[0]);
  unindexRelationship(connection, pk);
  connection.run(updateRelationshipSql, [...relationshipCells(relationship, fromPk, toPk, words), pk]);
  indexRelationship(connection, pk);
  logChange(connection, batch, 'relationship', relationship, before, note);
};
