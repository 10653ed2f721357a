import type { Relationship, RelationshipType } from '../../src/domain/relationship.ts';
import type { MemoryFilter, SearchHit } from '../../src/storage/query.ts';
import type { SearchDocument, SearchTerm, TextQuery } from '../../src/storage/search-document.ts';
import { fieldWeights, searchFields } from '../../src/storage/search-document.ts';
import { passes } from './memory-filter.ts';
import { compareText } from './order.ts';
import type { State } from './state.ts';
import { liveRelationships } from './state.ts';

const isHit = (token: string, { text, prefix }: SearchTerm): boolean =>
  prefix ? token.startsWith(text) : token === text;

const weightedCount = (document: SearchDocument, term: SearchTerm): number =>
  searchFields.reduce(
    (sum, field) => sum + fieldWeights[field] * document[field].filter((token) => isHit(token, term)).length,
    0,
  );

const lengthOf = (document: SearchDocument): number =>
  searchFields.reduce((sum, field) => sum + document[field].length, 0);

const matches = (document: SearchDocument, { groups, mode }: TextQuery): boolean => {
  const isMatched = (group: readonly SearchTerm[]): boolean => group.some((term) => weightedCount(document, term) > 0);
  return mode === 'all' ? groups.length > 0 && groups.every(isMatched) : groups.some(isMatched);
};

const distinctTerms = ({ groups }: TextQuery): readonly SearchTerm[] => [
  ...new Map(groups.flat().map((term) => [`${term.prefix ? 'prefix' : 'word'} ${term.text}`, term])).values(),
];

/** Okapi BM25 with k1 = 1.2 and b = 0.75, over all these documents. */
const makeScorer = (documents: readonly SearchDocument[], query: TextQuery): ((document: SearchDocument) => number) => {
  const averageLength = documents.reduce((sum, document) => sum + lengthOf(document), 0) / documents.length;
  const terms = distinctTerms(query).map((term) => {
    const holders = documents.filter((document) => weightedCount(document, term) > 0).length;
    return { term, idf: Math.max(1e-6, Math.log((documents.length - holders + 0.5) / (holders + 0.5))) };
  });
  return (document) =>
    terms.reduce((sum, { term, idf }) => {
      const f = weightedCount(document, term);
      return sum + (idf * f * 2.2) / (f + 1.2 * (0.25 + (0.75 * lengthOf(document)) / averageLength));
    }, 0);
};

export const searchState = (
  state: State,
  query: TextQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] => {
  const score = makeScorer([...state.documents.values()], query);
  const hits: SearchHit[] = [];
  for (const [id, document] of state.documents) {
    const memory = state.memories.get(id);
    if (memory && matches(document, query) && passes(state, memory, filter)) {
      hits.push({ memory, score: score(document) });
    }
  }
  return hits.sort((a, b) => b.score - a.score || compareText(a.memory.id, b.memory.id)).slice(0, limit);
};

export interface RankedRelationship {
  readonly relationship: Relationship;
  readonly words: readonly string[];
  readonly score: number;
}

/** All that match, best first. */
export const rankRelationships = (
  state: State,
  query: TextQuery,
  types: readonly RelationshipType[] | null,
): readonly RankedRelationship[] => {
  const covered = liveRelationships(state).map((relationship) => {
    const words = state.reasons.get(relationship.id) ?? [];
    // The content counts with weight 1, as a reason does.
    const document: SearchDocument = { title: [], tags: [], content: words, identifiers: [], context: [] };
    return { relationship, words, document };
  });
  const score = makeScorer(
    covered.map(({ document }) => document),
    query,
  );
  return covered
    .filter(({ relationship, document }) => (types?.includes(relationship.type) ?? true) && matches(document, query))
    .map(({ relationship, words, document }) => ({ relationship, words, score: score(document) }))
    .sort((a, b) => b.score - a.score || compareText(a.relationship.id, b.relationship.id));
};
