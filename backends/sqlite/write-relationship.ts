import { mayRead } from '../../src/domain/access.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { AppError } from '../../src/errors.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import { checkLinked, checkRelinked } from '../../src/storage/write-rules.ts';
import { narrowed, tenantParams } from './access.ts';
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
import { storedMemory } from './write-memory.ts';
import type { Writer } from './writer.ts';

type Operation<Op extends WriteOperation['op']> = Extract<WriteOperation, { readonly op: Op }>;

const byIdSql = narrowed(
  ({ tenant }) => `SELECT ${relationshipSelection} FROM ${relationshipSource} WHERE r.id = ?${tenant('r.tenant_id')}`,
);
const endSql = 'SELECT pk, live FROM memory WHERE id = ?';
const idTakenSql = narrowed(({ tenant }) => `SELECT id FROM relationship WHERE id = ?${tenant('tenant_id')}`);
const twinSql = `SELECT id FROM relationship
  WHERE from_pk = ? AND to_pk = ? AND type = ? AND live = 1 AND id <> ?`;

const isLive = (relationship: Relationship): boolean =>
  relationship.validUntil === null && relationship.removedAt === null;

const isLiveMemory = (memory: Memory): boolean => memory.deletedAt === null && memory.mergedInto === null;

const absent = (id: MemoryId): AppError =>
  new AppError('not_found', 'There is no such memory to relate.', { details: { id } });

interface EndRows {
  readonly fromPk: number;
  readonly toPk: number;
}

/** In single-tenant mode there is nothing to ask of an end but that it is there. */
const plainEnd = (connection: Connection, id: MemoryId, trashToo: boolean): number => {
  const [pk, live] = connection.row<[number, number]>(endSql, [id]) ?? [];
  if (pk === undefined || (live === 0 && !trashToo)) throw absent(id);
  return pk;
};

/** The rows of both ends, of which the scope may read each and `check` says whether they may be joined. */
const endRows = (
  writer: Writer,
  { from, to }: Pick<Relationship, 'from' | 'to'>,
  trashToo: boolean,
  check: (from: Memory | undefined, to: Memory | undefined) => void,
): EndRows => {
  if (writer.tenantNo === null) {
    return { fromPk: plainEnd(writer.connection, from, trashToo), toPk: plainEnd(writer.connection, to, trashToo) };
  }
  const [a, b] = [from, to].map((id) => {
    const stored = storedMemory(writer, id);
    return stored !== undefined && (trashToo || isLiveMemory(stored.memory)) ? stored : undefined;
  });
  check(a?.memory, b?.memory);
  if (a === undefined || !mayRead(writer.scope, a.memory)) throw absent(from);
  if (b === undefined || !mayRead(writer.scope, b.memory)) throw absent(to);
  return { fromPk: a.pk, toPk: b.pk };
};

const refuseTwin = (connection: Connection, relationship: Relationship, { fromPk, toPk }: EndRows): void => {
  if (!isLive(relationship)) return;
  const twin = connection.row<[string]>(twinSql, [fromPk, toPk, relationship.type, relationship.id]);
  if (twin !== undefined) throw duplicate(twin[0]);
};

const duplicate = (id: string): AppError =>
  new AppError('duplicate', 'This relationship is already there.', { details: { entity: 'relationship', id } });

export const createRelationship = (
  writer: Writer,
  { relationship, words, note, imported }: Operation<'create_relationship'>,
): void => {
  const { connection, scope, tenantNo } = writer;
  const ends = endRows(writer, relationship, imported === true, (from, to) =>
    checkLinked(scope, relationship, { from, to }),
  );
  if (connection.row(idTakenSql(scope), [relationship.id, ...tenantParams(scope)]) !== undefined) {
    throw duplicate(relationship.id);
  }
  refuseTwin(connection, relationship, ends);
  const cells = relationshipCells(relationship, ends.fromPk, ends.toPk, words);
  indexRelationship(connection, tenantNo, Number(connection.run(insertRelationshipSql, cells).lastInsertRowid));
  if (note !== null) logChange(writer, 'relationship', relationship, null, note);
};

export const replaceRelationship = (
  writer: Writer,
  { relationship, words, expectedVersion, note }: Operation<'replace_relationship'>,
): void => {
  const { connection, scope, tenantNo } = writer;
  const { id } = relationship;
  const row = connection.row(byIdSql(scope), [id, ...tenantParams(scope)]);
  if (row === undefined) throw new AppError('not_found', 'There is no such relationship.', { details: { id } });
  const before = toRelationship(row);
  if (scope.tenant !== null) {
    const [from, to] = [before.from, before.to].map((end) => storedMemory(writer, end)?.memory);
    checkRelinked(scope, before, relationship, { from, to });
  }
  if (before.version !== expectedVersion) {
    throw new AppError('version_conflict', 'The relationship was changed meanwhile. Read it again.', {
      details: { id, version: before.version },
    });
  }
  const ends = endRows(writer, relationship, true, () => undefined);
  refuseTwin(connection, relationship, ends);
  const pk = Number(row[0]);
  unindexRelationship(connection, tenantNo, pk);
  connection.run(updateRelationshipSql, [...relationshipCells(relationship, ends.fromPk, ends.toPk, words), pk]);
  indexRelationship(connection, tenantNo, pk);
  logChange(writer, 'relationship', relationship, before, note);
};
