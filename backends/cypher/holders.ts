import { type AskedTerm, anyPrefix } from './asked-terms.ts';
import type { Dialect } from './dialect.ts';
import type { Parameters } from './values.ts';
import { wordKey } from './word-nodes.ts';

type Counts = readonly (readonly [query: string, count: number])[];

const countMatches = async (dialect: Dialect, queries: readonly string[], asPrefix: boolean): Promise<Counts> => {
  if (queries.length === 0) return [];
  const rows = await dialect.read({
    text: `UNWIND $queries AS q ${dialect.callTextIndex('memory_text', 'q', asPrefix)} RETURN q AS q, count(node) AS n`,
    parameters: { queries: [...new Set(queries)] },
  });
  return rows.map(({ q, n }) => [q as string, Number(n)]);
};

/** By a look at every live memory: for words that the engine stops counting. Tokens are kept with a blank between them. */
const countByScan = async (dialect: Dialect, asked: readonly AskedTerm[]): Promise<Counts> => {
  if (asked.length === 0) return [];
  const terms = asked.map(({ words }) => ({
    q: dialect.anyOf(words),
    texts: words.map(({ text, prefix }) => ` ${text}${prefix ? '' : ' '}`),
  }));
  const rows = await dialect.read({
    text: `UNWIND $terms AS t MATCH (m:Memory) WHERE m.live = true
      AND any(each IN t.texts WHERE (' ' + m.text + ' ') CONTAINS each) RETURN t.q AS q, count(m) AS n`,
    parameters: { terms: terms as unknown as Parameters[string] },
  });
  return rows.map(({ q, n }) => [q as string, Number(n)]);
};

/** Of terms that are whole words, from the nodes that count them. A memory has one audience, so that no memory counts twice. */
const countWords = async (dialect: Dialect, asked: readonly AskedTerm[]): Promise<readonly number[]> => {
  const keysOf = ({ words }: AskedTerm): readonly string[] => words.map(({ text }) => wordKey('memory_text', text));
  const keys = [...new Set(asked.flatMap(keysOf))];
  if (keys.length === 0) return [];
  const rows = await dialect.read({
    text: 'UNWIND $keys AS k MATCH (w:Word {key: k}) RETURN w.key AS key, w.memories AS n',
    parameters: { keys },
  });
  const counts = new Map(rows.map(({ key, n }) => [String(key), Number(n)]));
  return asked.map((each) => keysOf(each).reduce((sum, key) => sum + (counts.get(key) ?? 0), 0));
};

/** How many memories hold each of the terms, in their order. */
export const countHolders = async (dialect: Dialect, asked: readonly AskedTerm[]): Promise<readonly number[]> => {
  const queryOf = ({ words }: AskedTerm): string => dialect.anyOf(words);
  const isCounted = ({ term }: AskedTerm): boolean => dialect.keepsWords && !term.prefix;
  const searched = asked.filter((each) => each.words.length > 0 && !isCounted(each));
  const kind = (prefix: boolean): string[] => searched.filter(({ words }) => anyPrefix(words) === prefix).map(queryOf);
  const whole = asked.filter(isCounted);
  const [words, ...matches] = await Promise.all([
    countWords(dialect, whole),
    countMatches(dialect, kind(false), false),
    countMatches(dialect, kind(true), true),
  ]);
  const counts = new Map(matches.flat());
  const { mostFound = Number.POSITIVE_INFINITY } = dialect;
  const beyond = searched.filter((each) => (counts.get(queryOf(each)) ?? 0) >= mostFound);
  for (const [query, count] of await countByScan(dialect, beyond)) counts.set(query, count);
  const wordCounts = new Map(whole.map((each, place) => [each, words[place] ?? 0]));
  return asked.map((each) => wordCounts.get(each) ?? (each.words.length === 0 ? 0 : (counts.get(queryOf(each)) ?? 0)));
};
