import type { CallerScope, TenantScope } from '../../src/domain/scope.ts';
import type { TermFrequency } from '../../src/storage/query.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import { inList } from './access.ts';
import { audienceOfRow, type TextPart, textPart } from './audiences.ts';
import type { Connection } from './connection.ts';
import { quoted } from './match.ts';
import { noTenant, numberOf, occurrenceTable, termTable, textTable } from './tenants.ts';

/** A text index holds live memories alone, so that its own counts are those asked for where all of it is in scope. */
const termTableOf = (tenantNo: number | null): string => (tenantNo === null ? 'memory_term' : termTable(tenantNo));

export const termSql = (tenantNo: number | null): string => `SELECT doc FROM ${termTableOf(tenantNo)} WHERE term = ?`;
/** No character of UTF-8 has the byte FF: it ends the words that begin with the prefix. */
const range = "term >= ? AND term < ? || CAST(x'ff' AS TEXT) AND length(term) BETWEEN ? AND ?";
export const termsFromSql = (tenantNo: number | null): string => `SELECT term, doc FROM ${termTableOf(tenantNo)}
  WHERE ${range}`;

/** Where a part alone is in scope, each word is counted in the rows of its audiences. */
export const partTermSql = (tenantNo: number): string => {
  const table = textTable(tenantNo);
  return `SELECT count(*) FROM ${table} WHERE ${table} MATCH ? AND ${audienceOfRow('rowid')} IN ${inList}`;
};
export const partTermsFromSql = (tenantNo: number): string => `SELECT term, count(DISTINCT doc)
  FROM ${occurrenceTable(tenantNo)} WHERE ${range} AND ${audienceOfRow('doc')} IN ${inList} GROUP BY term ORDER BY term`;

/** What of the tenant's text is in scope, where that is not all. */
const partOf = (connection: Connection, scope: TenantScope): TextPart | null => {
  if (scope.tenant === null) return null;
  const part = textPart(connection, scope satisfies CallerScope);
  return part.whole ? null : part;
};

const frequencyOf = (
  connection: Connection,
  tenantNo: number | null,
  part: TextPart | null,
): ((text: string) => number) => {
  if (tenantNo === null || part === null) {
    const sql = termSql(tenantNo);
    return (text) => connection.row<[number]>(sql, [text])?.[0] ?? 0;
  }
  const sql = partTermSql(tenantNo);
  return (text) => {
    const [word] = quoted({ text, prefix: false });
    return word === undefined ? 0 : (connection.row<[number]>(sql, [word, part.numbers])?.[0] ?? 0);
  };
};

export const termFrequencies = (
  connection: Connection,
  scope: TenantScope,
  terms: readonly string[],
): readonly TermFrequency[] =>
  connection.read(() => {
    const tenantNo = numberOf(connection, scope);
    if (tenantNo === noTenant) return [];
    const frequency = frequencyOf(connection, tenantNo, partOf(connection, scope));
    return [...new Set(terms)].flatMap((text) => {
      const count = frequency(text);
      return count === 0 ? [] : [{ text, frequency: count }];
    });
  });

export const listVocabulary = (
  connection: Connection,
  scope: TenantScope,
  { prefix, minLength, maxLength, limit }: Parameters<GraphStore['vocabulary']>[1],
): readonly TermFrequency[] => {
  if (limit < 1) return [];
  // SQL counts code points, of which each is one UTF-16 unit or two.
  const params = [prefix, prefix, Math.ceil(minLength / 2), maxLength];
  const inRange = (rows: readonly [string, number][]): readonly TermFrequency[] =>
    rows
      .filter(([text]) => text.length >= minLength && text.length <= maxLength)
      .slice(0, limit)
      .map(([text, frequency]) => ({ text, frequency }));
  const tenantNo = numberOf(connection, scope);
  if (tenantNo === null) return inRange(connection.rows(termsFromSql(null), params));
  if (tenantNo === noTenant) return [];
  return connection.read(() => {
    const part = partOf(connection, scope);
    const rows =
      part === null
        ? connection.rows<[string, number]>(termsFromSql(tenantNo), params)
        : connection.rows<[string, number]>(partTermsFromSql(tenantNo), [...params, part.numbers]);
    return inRange(rows);
  });
};
