import type { TextQuery } from '../../src/storage/search-document.ts';
import { type AskedTerm, anyPrefix, wordsOf } from './asked-terms.ts';
import type { Dialect, Statement } from './dialect.ts';
import { type Condition, where } from './filter.ts';
import type { MarkedAudience } from './marks.ts';
import { fieldList } from './texts.ts';
import { type Parameters, Real, type Row } from './values.ts';
import { wordKey } from './word-nodes.ts';

export interface Search {
  readonly query: TextQuery;
  readonly asked: readonly AskedTerm[];
  /** How many memories hold each of them. */
  readonly holders: () => Promise<readonly number[]>;
  readonly audiences: readonly MarkedAudience[];
  readonly condition: Condition;
  readonly parameters: Parameters;
  /** How many the engine is to give at most, and how many are asked for in the end. */
  readonly most: number;
  readonly limit: number;
}

/** More rows than this are too many to be weighed one by one. */
const weighedRows = 4_000;

/** Texts are read of those alone that are given. */
const statement = ({ condition, parameters, most }: Search, found: string, own: Parameters): Statement => ({
  text: `${found}${where(condition.parts)}${condition.ties}
    WITH m AS m, s AS s, m.id AS id ORDER BY s DESC, id ASC LIMIT $candidates RETURN id AS id, ${fieldList} AS fields`,
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

/** As `termWeight` has it; words that begin alike may be counted more than once together, and then tell nothing. */
const weightText = `CASE WHEN documents > 2 * holders
      THEN log((documents - holders + 0.5) / (holders + 0.5)) ELSE 0.000001 END`;

/**
 * By the rarest of the terms that something holds, as many as hold no more than `weighedRows` memories together: counted and looked for in
 * one statement.
 */
const byRarest = (dialect: Dialect, search: Search): Statement => {
  const asked = search.asked
    .filter(({ words }) => words.length > 0)
    .map(({ words }) => ({
      query: dialect.anyOf(words),
      keys: words.map(({ text }) => wordKey('memory_text', text)),
    }));
  const found = `UNWIND $audience_keys AS k MATCH (c:Audience {key: k}) WITH sum(c.memories) AS documents
    UNWIND $asked AS t UNWIND t.keys AS key MATCH (w:Word {key: key}) WHERE w.memories > 0
    WITH documents, t.query AS query, sum(w.memories) AS holders ORDER BY holders ASC, query ASC
    WITH documents, collect(query) AS queries, collect(holders) AS counts
    UNWIND range(0, size(queries) - 1) AS place
    WITH documents, queries[place] AS query, counts[place] AS holders,
      reduce(rows = 0, n IN counts[..place + 1] | rows + n) AS rows WHERE rows <= $weighed_rows
    WITH query AS query, ${weightText} AS weight
    ${dialect.callTextIndex('memory_text', 'query', false)} WITH node AS m, weight AS weight WITH m AS m, sum(weight) AS s`;
  return statement(search, found, {
    audience_keys: search.audiences.map(({ key }) => key),
    asked: asked as unknown as Parameters[string],
    weighed_rows: weighedRows,
  });
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
  if (!dialect.keepsWords) return dialect.read(inEngineOrder(dialect, search));
  if (search.query.mode === 'all') {
    const all = conjunction(dialect, search);
    return all.length === 0 ? [] : dialect.read(byWeight(dialect, search, all));
  }
  const [rare, holders] = await Promise.all([dialect.read(byRarest(dialect, search)), search.holders()]);
  const rows = new Map(rare.map((row) => [row.id, row]));
  const held = search.asked.reduce((sum, asked, place) => sum + (asked.held ?? holders[place] ?? 0), 0);
  if (held <= weighedRows) return rare;
  for (const weighed of [conjunction(dialect, search), everything(dialect, search)]) {
    if (rows.size >= search.limit || weighed.length === 0) continue;
    for (const row of await dialect.read(byWeight(dialect, search, weighed))) rows.set(row.id, row);
  }
  return [...rows.values()];
};
