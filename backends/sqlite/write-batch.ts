import type { MemoryId } from '../../src/domain/ids.ts';
import { AppError } from '../../src/errors.ts';
import type { Guard, IdempotencyRecord, IndexState, WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import { appendChange, lastSeq } from './change-log.ts';
import type { Connection } from './connection.ts';
import { setVector } from './vectors.ts';
import { countUsage, createMemory, indexMemory, purgeMemory, replaceMemory } from './write-memory.ts';
import { createRelationship, replaceRelationship } from './write-relationship.ts';

const rememberKeySql = `INSERT INTO idempotency_key (key, fingerprint, answer, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO NOTHING`;

const rememberKey = (connection: Connection, key: string, { fingerprint, answer, at }: IdempotencyRecord): void => {
  const { changes } = connection.run(rememberKeySql, [key, fingerprint, JSON.stringify(answer), at]);
  if (changes === 0) {
    throw new AppError('duplicate', 'This idempotency key was used before.', {
      details: { entity: 'idempotency_key' },
    });
  }
};

export const idempotencyRecord = (connection: Connection, key: string): IdempotencyRecord | null => {
  const row = connection.row<[string, string, number]>(
    'SELECT fingerprint, answer, at FROM idempotency_key WHERE key = ?',
    [key],
  );
  return row === undefined ? null : { fingerprint: row[0], answer: JSON.parse(row[1]), at: row[2] };
};

export const guardRevision = (connection: Connection, guard: Guard): number =>
  connection.row<[number]>('SELECT revision FROM guard WHERE name = ?', [guard])?.[0] ?? 0;

const moveGuard = (connection: Connection, guard: Guard, revision: number): void => {
  if (guardRevision(connection, guard) !== revision) {
    throw new AppError('version_conflict', 'Somebody else wrote meanwhile. Try again.', { details: { guard } });
  }
  connection.run(
    'INSERT INTO guard (name, revision) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision',
    [guard, revision + 1],
  );
};

export const indexState = (connection: Connection): IndexState => {
  const [version = 0, through = null] =
    connection.row<[number, MemoryId | null]>('SELECT version, through FROM index_state') ?? [];
  return { version, through };
};

const setIndexState = (connection: Connection, { version, through }: IndexState): void => {
  connection.run('DELETE FROM index_state');
  connection.run('INSERT INTO index_state (version, through) VALUES (?, ?)', [version, through]);
};

const apply = (connection: Connection, batch: WriteBatch, operation: WriteOperation): void => {
  switch (operation.op) {
    case 'create_memory':
      return createMemory(connection, batch, operation);
    case 'replace_memory':
      return replaceMemory(connection, batch, operation);
    case 'create_relationship':
      return createRelationship(connection, batch, operation);
    case 'replace_relationship':
      return replaceRelationship(connection, batch, operation);
    case 'index_memory':
      return indexMemory(connection, operation);
    case 'set_vector':
      return setVector(connection, operation);
    case 'set_index_state':
      return setIndexState(connection, operation.state);
    case 'count_usage':
      return countUsage(connection, operation.ids, operation.at);
    case 'remember_key':
      return rememberKey(connection, operation.key, operation.record);
    case 'expect_revision':
      return moveGuard(connection, operation.guard, operation.revision);
    case 'import_change':
      return appendChange(connection, operation.change);
    case 'purge_memory':
      return purgeMemory(connection, operation.id);
  }
};

/** Returns the position of the log behind the batch. */
export const writeBatch = (connection: Connection, batch: WriteBatch): number =>
  connection.write(() => {
    for (const operation of batch.operations) apply(connection, batch, operation);
    return lastSeq(connection);
  });
