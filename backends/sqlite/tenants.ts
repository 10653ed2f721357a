import type { TenantId } from '../../src/domain/ids.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { TenantCount } from '../../src/storage/store.ts';
import type { Connection } from './connection.ts';
import { tokenizer } from './migrations/001-initial.ts';

const rangeSize = 2 ** 32;

/** Keys that belong together: from `first` on, below `beyond`. */
export interface KeyRange {
  readonly first: number;
  readonly beyond: number;
}

export const keyRange = (no: number): KeyRange => ({ first: no * rangeSize, beyond: (no + 1) * rangeSize });

/** The number of the tenant whose range holds the key; 0 for what a plain store numbered. */
export const rangeOf = (key: number): number => Math.floor(key / rangeSize);

/** All that a plain store numbers. */
export const everyKey: KeyRange = { first: 0, beyond: Number.MAX_SAFE_INTEGER };

/** Null for a tenant that never wrote here. */
export const tenantNo = (connection: Connection, tenant: TenantId): number | null =>
  connection.row<[number]>('SELECT no FROM tenant WHERE id = ?', [tenant])?.[0] ?? null;

/** The names of tables are made of this number alone. */
const named = (stem: string, no: number): string => {
  if (!Number.isSafeInteger(no) || no < 1) throw new RangeError('no number of a tenant');
  return `${stem}_${no}`;
};

/** Full text of the tenant's live memories; `textRow` of `audiences.ts` gives the keys of its rows. */
export const textTable = (no: number): string => named('memory_text', no);
/** The words of that, row by row. */
export const termTable = (no: number): string => named('memory_term', no);
/** The words of that, occurrence by occurrence. */
export const occurrenceTable = (no: number): string => named('memory_occurrence', no);
/** Full text of the tenant's live relationships between live memories. */
export const relationshipTextTable = (no: number): string => named('relationship_text', no);

const tablesSql = (no: number): string => `
CREATE VIRTUAL TABLE ${textTable(no)} USING fts5 (title, tags, content, identifiers, context, tokenize = ${tokenizer});
CREATE VIRTUAL TABLE ${termTable(no)} USING fts5vocab (${textTable(no)}, row);
CREATE VIRTUAL TABLE ${occurrenceTable(no)} USING fts5vocab (${textTable(no)}, instance);
CREATE VIRTUAL TABLE ${relationshipTextTable(no)} USING fts5 (
  words, content = 'relationship', content_rowid = 'pk', tokenize = ${tokenizer}
);
`;

export const makeTenantTables = (connection: Connection, no: number): void => {
  connection.db.exec(tablesSql(no));
};

export const dropTenantTables = (connection: Connection, no: number): void => {
  for (const table of [termTable(no), occurrenceTable(no), textTable(no), relationshipTextTable(no)]) {
    connection.db.exec(`DROP TABLE ${table}`);
  }
};

/** The number of a tenant that is about to write. Its first one makes its tables. Call it in a transaction. */
export const enrolled = (connection: Connection, tenant: TenantId): number => {
  const there = tenantNo(connection, tenant);
  if (there !== null) return there;
  const no = Number(connection.run('INSERT INTO tenant (id) VALUES (?)', [tenant]).lastInsertRowid);
  makeTenantTables(connection, no);
  return no;
};

/** No tenant's; its range holds no key. */
export const noTenant = -1;

/** The scope's tenant by number; `noTenant` for one that never wrote here; null for the whole store. */
export const numberOf = (connection: Connection, { tenant }: TenantScope): number | null =>
  tenant === null ? null : (tenantNo(connection, tenant) ?? noTenant);

export const tenantNumbers = (connection: Connection): readonly number[] =>
  connection.rows<[number]>('SELECT no FROM tenant ORDER BY no').map(([no]) => no);

/** Both are answered from an index. */
export const scopedCountsSql = `SELECT context_tenant_id, count(*), count(DISTINCT context_created_by) FROM memory
  WHERE context_tenant_id IS NOT NULL GROUP BY context_tenant_id ORDER BY context_tenant_id`;
export const countSql = 'SELECT count(*) FROM memory';

export const scopedCounts = (connection: Connection): readonly TenantCount[] =>
  connection
    .rows<[TenantId, number, number]>(scopedCountsSql)
    .map(([tenant, memories, creators]) => ({ tenant, memories, creators }));

/** In a transaction. */
export const tenantCounts = (connection: Connection): readonly TenantCount[] => {
  const scoped = scopedCounts(connection);
  const all = connection.row<[number]>(countSql)?.[0] ?? 0;
  const unscoped = scoped.reduce((rest, { memories }) => rest - memories, all);
  return unscoped === 0 ? scoped : [{ tenant: null, memories: unscoped, creators: 0 }, ...scoped];
};
