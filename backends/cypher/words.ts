import type { TenantScope } from '../../src/domain/scope.ts';
import type { TermFrequency } from '../../src/storage/query.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import { readable } from './access.ts';
import { askedTerms, wordsOf } from './asked-terms.ts';
import type { Dialect } from './dialect.ts';
import { where } from './filter.ts';
import { countHolders } from './holders.ts';
import { markedAudiences, marksOf } from './marks.ts';
import { fieldList, toDocument } from './texts.ts';
import { indexedTerm } from './tokens.ts';
import { prefixRange } from './word-nodes.ts';

export const termFrequencies = async (
  dialect: Dialect,
  scope: TenantScope,
  terms: readonly string[],
): Promise<readonly TermFrequency[]> => {
  const wanted = [...new Set(terms)].filter((text) => text !== '' && !/[\0 ]/.test(text));
  const marks = marksOf(await markedAudiences(dialect, scope));
  const whole = wanted.map((text) => ({ text, prefix: false }));
  const holders = await countHolders(dialect, await askedTerms(dialect, 'memory_text', whole, marks));
  return wanted.flatMap((text, place) => {
    const frequency = holders[place] ?? 0;
    return frequency === 0 ? [] : [{ text, frequency }];
  });
};

/** No graph database lists the words of its index. Where no nodes keep them, they are read from as many memories, which hold all words of a store of that size. */
const memoriesRead = 2_000;

const readFromMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  prefix: string,
  marks: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const query = dialect.anyOf(
    wordsOf(await askedTerms(dialect, 'memory_text', [{ text: prefix, prefix: true }], marks)),
  );
  const whole = prefix === '' && scope.tenant === null;
  const rows = await dialect.read({
    text: whole
      ? `MATCH (m:Memory)${where(['m.live = true', ...readable(scope, 'm')])} RETURN ${fieldList} AS fields LIMIT $limit`
      : `WITH $query AS q ${dialect.callTextIndex('memory_text', 'q', true)} WITH node AS m RETURN ${fieldList} AS fields LIMIT $limit`,
    parameters: whole ? { limit: memoriesRead } : { query, limit: memoriesRead },
  });
  const counts = new Map<string, number>();
  for (const { fields } of rows) {
    const document = toDocument(fields);
    const words = new Set(searchFields.flatMap((field) => document[field]));
    for (const word of words) if (word.startsWith(prefix)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
};

const nodesText = `MATCH (w:Word) WHERE w.key >= $first AND w.key < $beyond AND w.memories > 0
  RETURN w.text AS text, w.memories AS n`;

const readFromNodes = async (
  dialect: Dialect,
  prefix: string,
  marks: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const pages = await Promise.all(
    marks.map((mark) => {
      const { text } = indexedTerm(mark, { text: prefix, prefix: true }, dialect.longestToken);
      return dialect.read({ text: nodesText, parameters: { ...prefixRange('memory_text', text) } });
    }),
  );
  const counts = new Map<string, number>();
  for (const { text, n } of pages.flat()) counts.set(String(text), (counts.get(String(text)) ?? 0) + Number(n));
  return counts;
};

export const listVocabulary = async (
  dialect: Dialect,
  scope: TenantScope,
  { prefix, minLength, maxLength, limit }: Parameters<GraphStore['vocabulary']>[1],
): Promise<readonly TermFrequency[]> => {
  if (limit < 1 || /[\0 ]/.test(prefix)) return [];
  const marks = marksOf(await markedAudiences(dialect, scope));
  const counts = dialect.keepsWords
    ? await readFromNodes(dialect, prefix, marks)
    : await readFromMemories(dialect, scope, prefix, marks);
  return [...counts]
    .map(([text, frequency]) => ({ text, frequency }))
    .filter(({ text }) => text.length >= minLength && text.length <= maxLength)
    .sort((a, b) => Buffer.compare(Buffer.from(a.text), Buffer.from(b.text)))
    .slice(0, limit);
};
