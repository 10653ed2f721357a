import type { TenantScope } from '../../src/domain/scope.ts';
import type { TermFrequency } from '../../src/storage/query.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import type { Dialect } from './dialect.ts';
import { searchedPart } from './marks.ts';
import { countHolders, marked } from './search.ts';
import { fieldList, toDocument } from './texts.ts';

export const termFrequencies = async (
  dialect: Dialect,
  scope: TenantScope,
  terms: readonly string[],
): Promise<readonly TermFrequency[]> => {
  const wanted = [...new Set(terms)].filter((text) => text !== '' && !/[\0 ]/.test(text));
  const { marks } = await searchedPart(dialect, scope);
  const holders = await countHolders(
    dialect,
    wanted.map((text) => ({ text, prefix: false })),
    marks,
  );
  return wanted.flatMap((text, place) => {
    const frequency = holders[place] ?? 0;
    return frequency === 0 ? [] : [{ text, frequency }];
  });
};

/** No graph database lists the words of its index: they are read from as many memories, which hold all words of a store of that size. */
const memoriesRead = 2_000;

export const listVocabulary = async (
  dialect: Dialect,
  scope: TenantScope,
  { prefix, minLength, maxLength, limit }: Parameters<GraphStore['vocabulary']>[1],
): Promise<readonly TermFrequency[]> => {
  if (limit < 1 || /[\0 ]/.test(prefix)) return [];
  const { marks } = await searchedPart(dialect, scope);
  if (marks.length === 0) return [];
  const query = dialect.anyOf(marked([{ text: prefix, prefix: true }], marks, dialect.longestToken));
  const whole = prefix === '' && scope.tenant === null;
  const rows = await dialect.read({
    text: whole
      ? `MATCH (m:Memory) WHERE m.live = true RETURN ${fieldList} AS fields LIMIT $limit`
      : `WITH $query AS q ${dialect.callTextIndex('memory_text', 'q', true)} WITH node AS m RETURN ${fieldList} AS fields LIMIT $limit`,
    parameters: whole ? { limit: memoriesRead } : { query, limit: memoriesRead },
  });
  const counts = new Map<string, number>();
  for (const { fields } of rows) {
    const document = toDocument(fields);
    const words = new Set(searchFields.flatMap((field) => document[field]));
    for (const word of words) if (word.startsWith(prefix)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([text, frequency]) => ({ text, frequency }))
    .filter(({ text }) => text.length >= minLength && text.length <= maxLength)
    .sort((a, b) => Buffer.compare(Buffer.from(a.text), Buffer.from(b.text)))
    .slice(0, limit);
};
