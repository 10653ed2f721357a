import { termWeight } from '../../src/storage/bm25.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import { type AskedTerm, anyPrefix, wordsOf } from './asked-terms.ts';
import type { Dialect, Statement } from './dialect.ts';
import { type Condition, where } from './filter.ts';
import { fieldList } from './texts.ts';
import { type Parameters, Real, type Row } from './values.ts';

export interface Search {
  readonly query: TextQuery;
  readonly asked: readonly AskedTerm[];
  /** How many memories hold each of them. */
  readonly holders: () => Promise<readonly number[]>;
  /** Memories in scope. */
  readonly documents: number;
  readonly condition: Condition;
  readonly parameters: Parameters;
  /** How many the engine is to give at most, and how many are asked for in the end. */
  readonly most: number;
  readonly limit: number;
}

/** More rows than this are too many to be weighed one by one. */
const weighedRows = 4_000;

const statement = ({ condition, parameters, most }: Search, found: string, own: Parameters): Statement => ({
  text: `${found}${where(condition.parts)}${condition.ties}
    RETURN m.id AS id, ${fieldList} AS fields ORDER BY s DESC, id ASC LIMIT $candidates`,
  parameters: { ...parameters, ...condition.parameters, ...own, candidates: most },
});

/** In the engine's order. */
const inEngineOrder = (dialect: Dialect, search: Search): Statement => {
  const words = wordsOf(search.asked);
  const call = dialect.callTextIndex('memory_text', 'q', anyPrefix(words));
  return statement(search, `WITH $query AS q ${call} WITH node AS m, score AS s`, { query: dialect.anyOf(words) });
};

interface Weighed {
  readonly query: string;
  readonly weight: Real;
}

const byWeight = (dialect: Dialect, search: Search, weighed: readonly Weighed[]): Statement => {
  const call = dialect.callTextIndex('memory_text', 't.query', false);
  const found = `UNWIND $weighed AS t ${call} WITH node AS m, t.weight AS weight WITH m AS m, sum(weight) AS s`;
  return statement(search, found, { weighed: weighed as unknown as Parameters[string] });
};

/** The rarest of the terms that something holds, as many as hold no more than `weighedRows` memories together. */
const rarest = (
  dialect: Dialect,
  { asked, documents }: Search,
  holders: readonly number[],
): { readonly weighed: readonly Weighed[]; readonly areAll: boolean } => {
  const held = asked
    .map(({ words }, place) => ({ words, holders: holders[place] ?? 0 }))
    .filter(({ words, holders: count }) => words.length > 0 && count > 0)
    .sort((a, b) => a.holders - b.holders);
  const chosen: Weighed[] = [];
  let rows = 0;
  for (const { words, holders: count } of held) {
    rows += count;
    if (rows > weighedRows) break;
    chosen.push({ query: dialect.anyOf(words), weight: new Real(termWeight(documents, count)) });
  }
  return { weighed: chosen, areAll: chosen.length === held.length };
};

/** Every group of the question, or where any will do and all are common, every term of it. */
const conjunction = (dialect: Dialect, { query, asked }: Search): readonly Weighed[] => {
  const wordsIn = (terms: TextQuery['groups'][number]): string =>
    dialect.anyOf(
      wordsOf(
        asked.filter(({ term }) => terms.some(({ text, prefix }) => text === term.text && prefix === term.prefix)),
      ),
    );
  const groups = query.groups.map(wordsIn);
  if (dialect.allOf === undefined || groups.some((group) => group === '')) return [];
  return [{ query: dialect.allOf(groups), weight: new Real(1) }];
};

const everything = (dialect: Dialect, { asked }: Search): readonly Weighed[] => [
  { query: dialect.anyOf(wordsOf(asked)), weight: new Real(1) },
];

/** What may be among the best, with the words of each. Order and scores are not the engine's. */
export const candidates = async (dialect: Dialect, search: Search): Promise<readonly Row[]> => {
  if (wordsOf(search.asked).length === 0) return [];
  if (dialect.ranksNearly) return dialect.read(inEngineOrder(dialect, search));
  if (search.query.mode === 'all') {
    const all = conjunction(dialect, search);
    return all.length === 0 ? [] : dialect.read(byWeight(dialect, search, all));
  }
  const rows = new Map<unknown, Row>();
  const rare = rarest(dialect, search, await search.holders());
  const common = rare.areAll ? [] : [conjunction(dialect, search), everything(dialect, search)];
  for (const weighed of [rare.weighed, ...common]) {
    if (rows.size >= search.limit || weighed.length === 0) continue;
    for (const row of await dialect.read(byWeight(dialect, search, weighed))) rows.set(row.id, row);
  }
  return [...rows.values()];
};
