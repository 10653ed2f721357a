import type { TenantScope } from '../../src/domain/scope.ts';
import type { WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import { appendChange } from './change-log.ts';
import type { Connection } from './connection.ts';
import { moveGuard, setIndexState } from './guards.ts';
import { rememberKey } from './idempotency.ts';
import { lastSeq } from './log-position.ts';
import { enrolled } from './tenants.ts';
import { setVector } from './vectors.ts';
import { countUsage, createMemory, indexMemory, purgeMemory, replaceMemory } from './write-memory.ts';
import { createRelationship, replaceRelationship } from './write-relationship.ts';
import type { Writer } from './writer.ts';

const apply = (writer: Writer, operation: WriteOperation): void => {
  const { connection, scope } = writer;
  switch (operation.op) {
    case 'create_memory':
      return createMemory(writer, operation);
    case 'replace_memory':
      return replaceMemory(writer, operation);
    case 'create_relationship':
      return createRelationship(writer, operation);
    case 'replace_relationship':
      return replaceRelationship(writer, operation);
    case 'index_memory':
      return indexMemory(writer, operation);
    case 'set_vector':
      return setVector(writer, operation);
    case 'set_index_state':
      return setIndexState(connection, scope, operation.state);
    case 'count_usage':
      return countUsage(writer, operation.ids, operation.at);
    case 'remember_key':
      return rememberKey(connection, scope, operation.key, operation.record);
    case 'expect_revision':
      return moveGuard(connection, scope, operation.guard, operation.revision);
    case 'import_change':
      return appendChange(writer, operation.change);
    case 'purge_memory':
      return purgeMemory(writer, operation.id);
  }
};

/** Returns the position of the log behind the batch. */
export const writeBatch = (connection: Connection, scope: TenantScope, batch: WriteBatch): number =>
  connection.write(() => {
    const tenantNo = scope.tenant === null ? null : enrolled(connection, scope.tenant);
    const writer: Writer = { connection, scope, batch, tenantNo };
    for (const operation of batch.operations) apply(writer, operation);
    return lastSeq(connection, tenantNo);
  });
