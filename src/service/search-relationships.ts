import type { JsonObject, Memory } from '../domain/memory.ts';
import type { Relationship, RelationshipContext, RelationshipType } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import { parseQuery } from '../search/query.ts';
import { type ContextList, contextLists, evidenceTerm, listTerms, scopeTerm } from '../search/relationship-words.ts';
import type { TextQuery } from '../storage/search-document.ts';
import type { ServiceContext } from './context.ts';
import { type Paged, type PageRequest, pageOfRanked, rankedDepth } from './ranked-page.ts';

/** Every given part must hold; within a list, any of its entries. */
export interface ReasonRequest extends Partial<Record<ContextList, readonly string[]>> {
  readonly query: string | null;
  readonly scope: NonNullable<RelationshipContext['scope']> | null;
  readonly hasEvidence: boolean;
  readonly types: readonly RelationshipType[] | null;
}

export interface ReasonFound {
  readonly relationship: Relationship;
  readonly from: Memory;
  readonly to: Memory;
}

const textQuery = (request: ReasonRequest): TextQuery => {
  const words = request.query === null ? [] : parseQuery(request.query).query.groups.flat();
  const groups = [
    ...(request.query === null ? [] : [words]),
    ...contextLists.flatMap((list) => (request[list] ? [listTerms(list, request[list])] : [])),
    ...(request.scope === null ? [] : [[scopeTerm(request.scope)]]),
    ...(request.hasEvidence ? [[evidenceTerm]] : []),
  ];
  if (groups.length === 0) {
    throw new AppError(
      'invalid_input',
      'Say what to look for: query, scope, has_evidence, conditions, evidence, components or exceptions.',
    );
  }
  return { groups, mode: 'all' };
};

/** Live relationships by the words and the structure of their reason, the best match first. Throws `invalid_input`, `cursor_invalid`. */
export const searchRelationships = async (
  context: ServiceContext,
  request: ReasonRequest,
  page: PageRequest,
): Promise<Paged<ReasonFound>> => {
  const query = textQuery(request);
  const key = { tool: 'reasons', ...request } as unknown as JsonObject;
  const hits = await context.store.searchRelationships(
    context.scope,
    query,
    request.types,
    rankedDepth(context, key, page),
  );
  const paged = pageOfRanked(context, key, page, hits, (edge) => edge.id);
  const ends = [...new Set(paged.items.flatMap((edge) => [edge.from, edge.to]))];
  const memories = new Map((await context.store.memories(context.scope, ends, 'live')).map((m) => [m.id, m]));
  const items = paged.items.flatMap((relationship) => {
    const [from, to] = [memories.get(relationship.from), memories.get(relationship.to)];
    return from && to ? [{ relationship, from, to }] : [];
  });
  return { ...paged, items };
};
