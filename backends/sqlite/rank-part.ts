import { distinctTerms, makeScorer, termWeight } from '../../src/storage/bm25.ts';
import type { SearchTerm, TextQuery } from '../../src/storage/search-document.ts';
import { inList } from './access.ts';
import { audienceOfRow, memoryOfRow, type TextPart } from './audiences.ts';
import { type Connection, limited } from './connection.ts';
import { frequenciesInTexts, lengthOfTexts } from './field-texts.ts';
import type { Condition } from './filter.ts';
import { type Match, quoted } from './match.ts';
import { matching, type Ranked, type TextIndex } from './text-index.ts';

const holdersSql = ({ table }: TextIndex): string =>
  `SELECT count(*), coalesce(sum(${audienceOfRow('rowid')} IN ${inList}), 0) FROM ${table} WHERE ${table} MATCH ?`;

interface Term {
  readonly term: SearchTerm;
  /** Memories that hold it: in the tenant and in scope. */
  readonly all: number;
  readonly inScope: number;
}

const countTerms = (connection: Connection, index: TextIndex, part: TextPart, query: TextQuery): readonly Term[] =>
  distinctTerms(query).map((term) => {
    const [expression] = quoted(term);
    // What no stored word can be is held by nobody.
    if (expression === undefined) return { term, all: 0, inScope: 0 };
    const [all, inScope] = connection.row<[number, number]>(holdersSql(index), [part.numbers, expression]) ?? [0, 0];
    return { term, all, inScope };
  });

/**
 * How much more a memory can score by the numbers of the scope than by those of the index: no term can weigh more than this much more,
 * and no length be damped this much less.
 */
const mostGain = (terms: readonly Term[], { inScope, ofTenant }: TextPart): number => {
  const gains = terms.map(
    (term) => termWeight(inScope.documents, term.inScope) / termWeight(ofTenant.documents, term.all),
  );
  const lengths = (inScope.tokens * ofTenant.documents) / (ofTenant.tokens * inScope.documents);
  const rounding = 1 + 1e-9;
  return Math.max(...gains) * Math.max(1, lengths) * rounding;
};

/** Rows of the index in scope by the index's own score, which counts the whole tenant. */
const candidatesSql = (index: TextIndex, where: string, filter: Condition | null): string => {
  const { table, score } = index;
  const row = `${table}.rowid`;
  const join = filter === null ? '' : ` CROSS JOIN memory m ON m.pk = ${memoryOfRow(row)}`;
  return `SELECT ${row}, ${score} AS score FROM ${table}${join} WHERE ${where} AND ${audienceOfRow(row)} IN ${inList}${
    filter === null ? '' : ` AND ${filter.sql}`
  } ORDER BY score ${limited}`;
};

type Candidate = [row: number, score: number];

const textsSql = ({ table }: TextIndex): string =>
  `SELECT ${memoryOfRow('id')}, c0, c1, c2, c3, c4 FROM ${table}_content WHERE id IN ${inList}`;

type Texts = [pk: number, ...texts: string[]];

/** Scored at a time, before it is asked whether that was enough. */
const scoredAtOnce = 64;
const fewest = 300;

/** Scores candidates by the numbers of the scope alone, lowest first as everywhere here. */
const scorerOf = (
  connection: Connection,
  index: TextIndex,
  { inScope }: TextPart,
  query: TextQuery,
  terms: readonly Term[],
): ((candidates: readonly Candidate[]) => Ranked[]) => {
  const words = terms.map(({ term }) => term);
  const score = makeScorer(
    query,
    inScope,
    terms.map((term) => term.inScope),
  );
  return (candidates) =>
    connection.rows<Texts>(textsSql(index), [JSON.stringify(candidates.map(([row]) => row))]).map((row) => {
      const texts = row.slice(1) as string[];
      return [row[0], -(score(frequenciesInTexts(texts, words), lengthOfTexts(texts)) ?? 0)];
    });
};

const byScore = ([, a]: Ranked, [, b]: Ranked): number => a - b;

/** The best and all that score as the last of them. Null if these are not all candidates, and the rest may hold better ones. */
const bestOf = (
  candidates: readonly Candidate[],
  all: boolean,
  score: (candidates: readonly Candidate[]) => Ranked[],
  gain: number,
  limit: number,
): readonly Ranked[] | null => {
  const found: Ranked[] = [];
  for (let from = 0; from < candidates.length; from += scoredAtOnce) {
    found.push(...score(candidates.slice(from, from + scoredAtOnce)));
    const last = found.sort(byScore)[limit - 1]?.[1];
    const next = candidates[from + scoredAtOnce]?.[1];
    // Both are below zero: a gain makes the next one lower, and so better.
    if (last !== undefined && next !== undefined && last < next * gain) return found.filter(([, each]) => each <= last);
  }
  return all ? found : null;
};

/**
 * The best by the numbers of the scope alone, and all that score as the last of them. Candidates come in the order of the index's own
 * score; once none of the rest can reach the last of the best, whatever it gains, the best are found.
 */
export const rankedInPart = (
  connection: Connection,
  index: TextIndex,
  part: TextPart,
  query: TextQuery,
  match: Match,
  filter: Condition | null,
  limit: number,
): readonly Ranked[] => {
  if (part.inScope.documents === 0) return [];
  const where = matching(index, match);
  const sql = candidatesSql(index, where.sql, filter);
  const candidatesWithin = (reach: number): Candidate[] =>
    connection.rows<Candidate>(sql, [...where.params, part.numbers, ...(filter?.params ?? []), reach]);

  let reach = Math.max(3 * limit, fewest);
  let candidates = candidatesWithin(reach);
  if (candidates.length === 0) return [];
  const terms = countTerms(connection, index, part, query);
  const score = scorerOf(connection, index, part, query, terms);
  const gain = mostGain(terms, part);
  for (;;) {
    const best = bestOf(candidates, candidates.length < reach, score, gain, limit);
    if (best !== null) return best;
    reach *= 4;
    candidates = candidatesWithin(reach);
  }
};
