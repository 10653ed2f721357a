import type { TermFrequency } from '../../src/storage/query.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import type { Connection } from './connection.ts';

/** The text index holds live memories alone, so that its own counts are those asked for. */
export const termSql = 'SELECT doc FROM memory_term WHERE term = ?';
/** No character of UTF-8 has the byte FF: it ends the words that begin with the prefix. */
export const termsFromSql = `SELECT term, doc FROM memory_term
  WHERE term >= ? AND term < ? || CAST(x'ff' AS TEXT) AND length(term) BETWEEN ? AND ?`;

export const termFrequencies = (connection: Connection, terms: readonly string[]): readonly TermFrequency[] =>
  connection.read(() =>
    [...new Set(terms)].flatMap((text) => {
      const [frequency] = connection.row<[number]>(termSql, [text]) ?? [];
      return frequency === undefined ? [] : [{ text, frequency }];
    }),
  );

export const listVocabulary = (
  connection: Connection,
  { prefix, minLength, maxLength, limit }: Parameters<GraphStore['vocabulary']>[1],
): readonly TermFrequency[] => {
  if (limit < 1) return [];
  // SQL counts code points, of which each is one UTF-16 unit or two.
  const params = [prefix, prefix, Math.ceil(minLength / 2), maxLength];
  return connection
    .rows<[string, number]>(termsFromSql, params)
    .filter(([text]) => text.length >= minLength && text.length <= maxLength)
    .slice(0, limit)
    .map(([text, frequency]) => ({ text, frequency }));
};
