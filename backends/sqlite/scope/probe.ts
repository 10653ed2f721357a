import { memoryFields } from '../../../src/domain/fields.ts';
import type { MemoryId, TenantId } from '../../../src/domain/ids.ts';
import { emptyContext, type Memory } from '../../../src/domain/memory.ts';
import type { CallerScope } from '../../../src/domain/scope.ts';
import type { ProbeReaders } from '../../../src/storage/migration.ts';
import { narrowing, readParams } from '../access.ts';
import type { Cell, Connection } from '../connection.ts';
import { memoryCells } from '../rows.ts';

/** No memory's: it is no UUID. */
const probeId = '_probe' as MemoryId;

const probe = (context: Partial<Memory['context']>): Memory => ({
  ...{ id: probeId, type: 'general', title: 'probe', content: 'probe', summary: null, tags: [] },
  ...{ importance: 0.5, confidence: 0.5, effectiveness: null, usageCount: 0, lastAccessed: null },
  ...{ createdAt: 0, updatedAt: 0, version: 1, updatedBy: null, deletedAt: null, mergedInto: null, extra: null },
  context: { ...emptyContext, ...context },
});

const insertSql = `INSERT INTO memory (${memoryFields.map(({ name }) => name).join(', ')})
  VALUES (${memoryFields.map(() => '?').join(', ')})`;

const insert = (connection: Connection, context: Partial<Memory['context']>): number =>
  Number(connection.run(insertSql, memoryCells(probe(context))).lastInsertRowid);

const tenantAt = (connection: Connection, pk: number): Cell =>
  connection.row<[Cell]>('SELECT context_tenant_id FROM memory WHERE pk = ?', [pk])?.[0] ?? null;

/** What it found, or undefined if the store refused it. Nothing of it stays. */
const attempt = <T>(connection: Connection, work: () => T): T | undefined => {
  connection.db.exec('SAVEPOINT probe');
  try {
    return work();
  } catch {
    return undefined;
  } finally {
    connection.db.exec('ROLLBACK TO probe; RELEASE probe');
  }
};

const comesInBare = (connection: Connection): boolean =>
  attempt(connection, () => tenantAt(connection, insert(connection, {}))) === null;

const changesTenant = (connection: Connection, tenant: TenantId): boolean => {
  const found = attempt(connection, () => {
    const pk = insert(connection, { tenantId: tenant, visibility: 'public' });
    connection.run("UPDATE memory SET context_tenant_id = '_elsewhere' WHERE pk = ?", [pk]);
    return tenantAt(connection, pk);
  });
  return found === '_elsewhere';
};

const losesTenant = (connection: Connection, tenant: TenantId): boolean => {
  const found = attempt(connection, () => {
    const pk = insert(connection, { tenantId: tenant, visibility: 'public' });
    connection.run('UPDATE memory SET context_tenant_id = NULL WHERE pk = ?', [pk]);
    return tenantAt(connection, pk) ?? 'lost';
  });
  return found === 'lost';
};

const takesChange = (connection: Connection, tenant: TenantId): boolean => {
  const found = attempt(connection, () => {
    const pk = insert(connection, { tenantId: tenant, visibility: 'public' });
    connection.run("UPDATE memory SET title = 'changed', version = 2 WHERE pk = ?", [pk]);
    return connection.row<[string]>('SELECT title FROM memory WHERE pk = ?', [pk])?.[0];
  });
  return found === 'changed';
};

const isRead = (connection: Connection, scope: CallerScope, id: MemoryId): boolean => {
  const read = narrowing(scope).read('m');
  return connection.row(`SELECT 1 FROM memory m WHERE m.id = ?${read}`, [id, ...readParams(scope)]) !== undefined;
};

/** A private memory in a tenant that nobody has: its author reads it, and neither a colleague nor another tenant. */
const leaks = (connection: Connection, { author, colleague, stranger }: ProbeReaders): boolean =>
  attempt(connection, () => {
    insert(connection, { tenantId: author.tenant, visibility: 'private', createdBy: author.user });
    const seen = [author, colleague, stranger].map((scope) => isRead(connection, scope, probeId));
    return seen.join() !== 'true,false,false';
  }) !== false;

const taken = Symbol('all of it is taken back');

/** Nothing of it is ever committed. */
export const probeStore = (connection: Connection, tenant: TenantId, readers: ProbeReaders): readonly string[] => {
  const failed: string[] = [];
  try {
    connection.write(() => {
      if (comesInBare(connection)) failed.push('a memory came in without a tenant');
      if (changesTenant(connection, tenant)) failed.push('a memory was moved to another tenant');
      if (losesTenant(connection, tenant)) failed.push('a memory lost its tenant');
      if (!takesChange(connection, tenant)) failed.push('an ordinary change was refused');
      if (leaks(connection, readers)) failed.push('a private memory was not read by its author alone');
      throw taken;
    });
  } catch (error) {
    if (error !== taken) throw error;
  }
  return failed;
};
