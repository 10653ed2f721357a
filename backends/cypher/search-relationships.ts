import type { RelationshipId } from '../../src/domain/ids.ts';
import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { distinctTerms, frequenciesIn, lengthOf, makeScorer } from '../../src/storage/bm25.ts';
import type { SearchDocument, TextQuery } from '../../src/storage/search-document.ts';
import { accessParameters } from './access.ts';
import { anyPrefix, askedTerms, wordsOf } from './asked-terms.ts';
import type { Dialect } from './dialect.ts';
import { where } from './filter.ts';
import { audienceMark } from './keys.ts';
import { endConditions, endsText, listRelationships } from './relationships.ts';
import { findable } from './search.ts';
import type { Row } from './values.ts';

/** What no question about reasons comes near: more than these are cut by the engine's order. */
const candidates = 5_000;

const documentOf = (words: unknown): SearchDocument => ({
  title: [],
  tags: [],
  content: String(words).split(' '),
  identifiers: [],
  context: [],
});

interface Found {
  readonly id: RelationshipId;
  readonly type: RelationshipType;
  readonly document: SearchDocument;
}

const toFound = ({ id, kind, words }: Row): Found => ({
  id: id as RelationshipId,
  type: kind as RelationshipType,
  document: documentOf(words),
});

/** Readers of a relationship are those of both its ends, so that its numbers are counted when they are asked for. */
export const searchRelationships = async (
  dialect: Dialect,
  scope: TenantScope,
  question: TextQuery,
  types: readonly RelationshipType[] | null,
  limit: number,
): Promise<readonly Relationship[]> => {
  const query = findable(question);
  if (query === null || limit < 1 || types?.length === 0) return [];
  const terms = distinctTerms(query);
  const words = wordsOf(await askedTerms(dialect, 'relationship_text', terms, [audienceMark(scope.tenant, '')]));
  if (words.length === 0) return [];
  const ends = endConditions(scope, false);
  const parameters = accessParameters(scope);
  const [rows, [totals]] = await Promise.all([
    dialect.read({
      text: `WITH $query AS q ${dialect.callTextIndex('relationship_text', 'q', anyPrefix(words))} WITH node AS r, score AS s WHERE r.live = true
        ${endsText(['s'])}${where(ends)}
        RETURN r.id AS id, r.type AS kind, r.words AS words ORDER BY s DESC, id ASC LIMIT $candidates`,
      parameters: {
        ...parameters,
        query: dialect.anyOf(words),
        candidates,
      },
    }),
    dialect.read({
      text: `MATCH (a:Memory)-[e]->(b:Memory)${where(ends)} RETURN count(e) AS documents, sum(e.words) AS tokens`,
      parameters,
    }),
  ]);
  const found = rows.map(toFound);
  const holders = terms.map(
    (_, place) => found.filter(({ document }) => (frequenciesIn(document, terms)[place] ?? 0) > 0).length,
  );
  const corpus = { documents: Number(totals?.documents ?? 0), tokens: Number(totals?.tokens ?? 0) };
  const score = makeScorer(query, corpus, holders);
  const best = found
    .filter(({ type }) => types?.includes(type) ?? true)
    .flatMap(({ id, document }) => {
      const value = score(frequenciesIn(document, terms), lengthOf(document));
      return value === null ? [] : [{ id, score: value }];
    })
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
  const ids = best.map(({ id }) => id);
  const records = await listRelationships(dialect, scope, { ids, limit: ids.length });
  const byId = new Map(records.map((record) => [record.id, record]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};
