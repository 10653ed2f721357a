import type { Ownership } from '../../src/domain/access.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import { audienceNo, audienceText, countIn, textRow } from './audiences.ts';
import type { Connection } from './connection.ts';
import { type FieldTexts, lengthOfTexts } from './field-texts.ts';
import { textTable } from './tenants.ts';

const fields = searchFields.join(', ');
const insertSql = `INSERT INTO memory_text (rowid, ${fields}) VALUES (?, ?, ?, ?, ?, ?)`;
const deleteSql = 'DELETE FROM memory_text WHERE rowid = ?';

/** As much of a memory as its place in the text index depends on. */
export interface Placed {
  readonly pk: number;
  /** The number of its tenant, null in single-tenant mode. */
  readonly tenantNo: number | null;
  readonly context: Ownership;
}

export const insertText = (connection: Connection, { pk, tenantNo, context }: Placed, texts: FieldTexts): void => {
  if (tenantNo === null) {
    connection.run(insertSql, [pk, ...texts]);
    return;
  }
  const added = { documents: 1, tokens: lengthOfTexts(texts) };
  const no = countIn(connection, context.tenantId as string, audienceText(context), added);
  connection.run(`INSERT INTO ${textTable(tenantNo)} (rowid, ${fields}) VALUES (${textRow}, ?, ?, ?, ?, ?)`, [
    no,
    pk,
    ...texts,
  ]);
};

/** `context` as it was when the words were put in. Words that are not there are no fault. */
export const removeText = (connection: Connection, { pk, tenantNo, context }: Placed): void => {
  if (tenantNo === null) {
    connection.run(deleteSql, [pk]);
    return;
  }
  const [tenant, audience] = [context.tenantId as string, audienceText(context)];
  const no = audienceNo(connection, tenant, audience);
  if (no === null) return;
  const table = textTable(tenantNo);
  const texts = connection.row<string[]>(`SELECT ${fields} FROM ${table} WHERE rowid = ${textRow}`, [no, pk]);
  if (texts === undefined) return;
  connection.run(`DELETE FROM ${table} WHERE rowid = ${textRow}`, [no, pk]);
  countIn(connection, tenant, audience, { documents: -1, tokens: -lengthOfTexts(texts) });
};
