import type { RelationshipType } from '../../src/domain/relationship.ts';
import type { CallerScope } from '../../src/domain/scope.ts';
import { distinctTerms, makeScorer } from '../../src/storage/bm25.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import type { Connection } from './connection.ts';
import { frequenciesInTexts, lengthOfTexts } from './field-texts.ts';
import { quoted } from './match.ts';
import { edgeParams, readEdge } from './relationships.ts';
import type { Ranked, TextIndex } from './text-index.ts';

/** Live relationships between live memories, those that the scope may read. Takes `edgeParams`. */
const seen = (scope: CallerScope): string => `r.live = 1 AND a.live = 1 AND b.live = 1${readEdge(scope)}`;
const ends = 'CROSS JOIN memory a ON a.pk = r.from_pk CROSS JOIN memory b ON b.pk = r.to_pk';

const tokens = "CASE r.words WHEN '' THEN 0 ELSE 1 + length(r.words) - length(replace(r.words, ' ', '')) END";
export const corpusSql = (scope: CallerScope): string =>
  `SELECT count(*), coalesce(sum(${tokens}), 0) FROM relationship r ${ends} WHERE ${seen(scope)}`;

const holdersSql = ({ table }: TextIndex, scope: CallerScope): string =>
  `SELECT r.pk, r.type, r.words FROM ${table} CROSS JOIN relationship r ON r.pk = ${table}.rowid ${ends}
    WHERE ${table} MATCH ? AND ${seen(scope)}`;

/**
 * All that match, scored by the numbers of what the scope may read. These are counted anew each time, over every relationship in scope: it
 * is a rare question.
 */
export const rankedRelationships = (
  connection: Connection,
  scope: CallerScope,
  index: TextIndex,
  query: TextQuery,
  types: readonly RelationshipType[] | null,
): readonly Ranked[] => {
  const terms = distinctTerms(query);
  const params = edgeParams(scope);
  const any = terms.flatMap(quoted).join(' OR ');
  const rows = connection
    .rows<[number, RelationshipType, string]>(holdersSql(index, scope), [any, ...params])
    .map(([pk, type, words]) => ({ pk, type, words, frequencies: frequenciesInTexts(['', '', words], terms) }));
  const holders = terms.map((_, place) => rows.filter(({ frequencies }) => (frequencies[place] ?? 0) > 0).length);
  const [documents, all] = connection.row<[number, number]>(corpusSql(scope), params) ?? [0, 0];
  const score = makeScorer(query, { documents, tokens: all }, holders);
  return rows
    .filter(({ type }) => types?.includes(type) ?? true)
    .flatMap(({ pk, words, frequencies }) => {
      const points = score(frequencies, lengthOfTexts([words]));
      return points === null ? [] : [[pk, -points] as Ranked];
    });
};
