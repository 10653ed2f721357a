import type { Connection } from './connection.ts';
import { relationshipTextTable } from './tenants.ts';

/** What the text index holds of the relationships that `where` names: live ones between live memories. */
const indexed = (where: string): string => `SELECT r.pk, r.words
  FROM relationship r CROSS JOIN memory a ON a.pk = r.from_pk CROSS JOIN memory b ON b.pk = r.to_pk
  WHERE ${where} AND r.live = 1 AND a.live = 1 AND b.live = 1`;

const one = indexed('r.pk = ?');
const touching = indexed(`r.pk IN (SELECT pk FROM relationship WHERE from_pk = ? AND live = 1
  UNION SELECT pk FROM relationship WHERE to_pk = ? AND live = 1)`);
/** Takes the tenant three times; an index over two tenants' memories would mix their words. */
const ofTenant = indexed('r.tenant_id = ? AND a.context_tenant_id = ? AND b.context_tenant_id = ?');
const all = indexed('1');

const insert = (table: string, rows: string): string => `INSERT INTO ${table} (rowid, words) ${rows}`;
/** FTS5 has to be told the words that it takes out. */
const remove = (table: string, rows: string): string =>
  `INSERT INTO ${table} (${table}, rowid, words) SELECT 'delete', pk, words FROM (${rows})`;

/** The one index of single-tenant mode, or that of a tenant. */
const tableOf = (tenantNo: number | null): string =>
  tenantNo === null ? 'relationship_text' : relationshipTextTable(tenantNo);

export const indexTouchingSql = (tenantNo: number | null): string => insert(tableOf(tenantNo), touching);

/** After the row was written. */
export const indexRelationship = (connection: Connection, tenantNo: number | null, pk: number): void => {
  connection.run(insert(tableOf(tenantNo), one), [pk]);
};

/** Before the row is written over. */
export const unindexRelationship = (connection: Connection, tenantNo: number | null, pk: number): void => {
  connection.run(remove(tableOf(tenantNo), one), [pk]);
};

/** After a memory came back. */
export const indexRelationshipsOf = (connection: Connection, tenantNo: number | null, memoryPk: number): void => {
  connection.run(indexTouchingSql(tenantNo), [memoryPk, memoryPk]);
};

/** Before a memory goes to the trash. */
export const unindexRelationshipsOf = (connection: Connection, tenantNo: number | null, memoryPk: number): void => {
  connection.run(remove(tableOf(tenantNo), touching), [memoryPk, memoryPk]);
};

/** Anew from the rows, whatever it held. */
export const reindexRelationships = (connection: Connection, tenant: { no: number; id: string } | null): void => {
  const table = tableOf(tenant?.no ?? null);
  connection.run(`INSERT INTO ${table} (${table}) VALUES ('delete-all')`);
  if (tenant === null) connection.run(insert(table, all));
  else connection.run(insert(table, ofTenant), [tenant.id, tenant.id, tenant.id]);
};
