import { AppError } from '../../src/errors.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import type { Admission } from '../../src/storage/store.ts';
import { memoryOfRow } from './audiences.ts';
import type { Connection } from './connection.ts';
import { singleTenantIndexes, singleTenantTables } from './migrations/001-initial.ts';
import {
  dropOwnershipTriggers,
  multiTenantIndexes,
  multiTenantTables,
  namesIn,
  ownershipTriggers,
  unscopedText,
} from './multi-tenant-sql.ts';
import { reindexRelationships } from './relationship-text.ts';
import type { SqliteSettings } from './settings.ts';
import { settle } from './settle.ts';
import { dropTenantTables, makeTenantTables, scopedCounts, tenantCounts, tenantNumbers, textTable } from './tenants.ts';

const exec = (connection: Connection, ...statements: readonly string[]): void => {
  for (const sql of statements) connection.db.exec(sql);
};

const dropIndexes = (connection: Connection, sql: string): void =>
  exec(connection, ...namesIn(sql, 'INDEX').map((name) => `DROP INDEX ${name}`));

/** In reverse: what lists the words of a table goes before the table. */
const dropTables = (connection: Connection, sql: string): void =>
  exec(
    connection,
    ...namesIn(sql, 'TABLE')
      .toReversed()
      .map((name) => `DROP TABLE ${name}`),
  );

const fields = searchFields.join(', ');

const toMultiTenant = (connection: Connection): void => {
  exec(connection, unscopedText);
  connection.run(`INSERT INTO unscoped_text (memory_pk, ${fields}) SELECT rowid, ${fields} FROM memory_text`);
  dropIndexes(connection, singleTenantIndexes);
  dropTables(connection, singleTenantTables);
  exec(connection, multiTenantTables, multiTenantIndexes);
  for (const no of tenantNumbers(connection)) makeTenantTables(connection, no);
  settle(connection);
  exec(connection, ownershipTriggers);
};

const onlyMulti = (what: string): AppError =>
  new AppError(
    'store_foreign',
    `The store holds ${what}. Set MEMORY_MULTI_TENANT_MODE=true, or MEMORY_SINGLE_TENANT_VIEW to the tenant to show.`,
  );

/** Before anything is touched: what belongs to several tenants must not be thrown together because a setting was forgotten. */
const refuseMixture = (connection: Connection): void => {
  if (scopedCounts(connection).length > 1) {
    throw onlyMulti('memories of more than one tenant');
  }
  for (const table of ['memory', 'relationship']) {
    const twice = connection.row(`SELECT 1 FROM ${table} GROUP BY id HAVING count(*) > 1 LIMIT 1`);
    if (twice !== undefined) throw onlyMulti('records of the same id with a tenant and without');
  }
};

/** Where there is one row for each tenant or user, one is left, of no tenant. Words of different states are all indexed anew. */
const mergeRows = `
UPDATE guard SET revision = (SELECT max(other.revision) FROM guard AS other WHERE other.name = guard.name);
DELETE FROM guard WHERE rowid NOT IN (SELECT min(rowid) FROM guard GROUP BY name);
UPDATE guard SET tenant_id = NULL;
DELETE FROM index_state WHERE (SELECT count(*) FROM (SELECT DISTINCT version, through FROM index_state)) > 1
  OR EXISTS (SELECT 1 FROM audience WHERE memories > 0 AND tenant_id NOT IN
    (SELECT tenant_id FROM index_state WHERE tenant_id IS NOT NULL));
DELETE FROM index_state WHERE rowid NOT IN (SELECT min(rowid) FROM index_state);
UPDATE index_state SET tenant_id = NULL;
DELETE FROM idempotency_key WHERE rowid NOT IN (SELECT rowid FROM
  (SELECT rowid, row_number() OVER (PARTITION BY key ORDER BY at DESC, rowid DESC) AS place FROM idempotency_key)
  WHERE place = 1);
`;

/** The logs of a tenant and of what had none become one, in which time may not go back. */
const logInOrder = `UPDATE change_log SET at = running.at
  FROM (SELECT seq, max(at) OVER (ORDER BY seq) AS at FROM change_log) AS running
  WHERE running.seq = change_log.seq AND running.at <> change_log.at`;

const tagsSql = `INSERT OR IGNORE INTO memory_tag (tag, memory_pk, tenant_id)
  SELECT tag.value, m.pk, m.context_tenant_id FROM memory m, json_each(m.tags) tag ORDER BY tag.value, m.pk`;

const toSingleTenant = (connection: Connection): void => {
  refuseMixture(connection);
  exec(connection, dropOwnershipTriggers, mergeRows, logInOrder, 'DROP TABLE memory_tag');
  dropIndexes(connection, multiTenantIndexes);
  exec(connection, singleTenantTables, singleTenantIndexes);
  connection.run(`INSERT INTO memory_text (rowid, ${fields}) SELECT memory_pk, ${fields} FROM unscoped_text`);
  for (const no of tenantNumbers(connection)) {
    connection.run(
      `INSERT INTO memory_text (rowid, ${fields}) SELECT ${memoryOfRow('rowid')}, ${fields} FROM ${textTable(no)}`,
    );
    dropTenantTables(connection, no);
  }
  exec(connection, tagsSql, 'DROP TABLE unscoped_text', 'DROP TABLE audience');
  reindexRelationships(connection, null);
};

export const isMultiTenant = (connection: Connection): boolean =>
  connection.row("SELECT 1 FROM sqlite_schema WHERE name = 'audience'") !== undefined;

/**
 * Gives the store the shape of the mode that it is opened in, in one transaction, if `admit` lets it. A process that still works in the other mode then finds
 * its tables gone, which `faults.ts` explains.
 */
export const takeShape = (
  connection: Connection,
  { multiTenant, readOnly }: SqliteSettings,
  admit: Admission,
): void => {
  if (isMultiTenant(connection) === multiTenant) return;
  if (readOnly) {
    throw new AppError(
      'store_unwritable',
      'The store was last opened in the other tenant mode. Start once without MEMORY_READ_ONLY, or set MEMORY_MULTI_TENANT_MODE as it was.',
    );
  }
  connection.write(() => {
    if (isMultiTenant(connection) === multiTenant) return;
    admit(tenantCounts(connection));
    if (multiTenant) toMultiTenant(connection);
    else toSingleTenant(connection);
  });
};
