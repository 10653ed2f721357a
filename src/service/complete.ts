import { limits } from '../domain/limits.ts';
import type { Memory } from '../domain/memory.ts';
import { matcherOf } from '../search/matcher.ts';
import { parseQuery } from '../search/query.ts';
import type { Facet } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

export interface Completion {
  /** Best first. */
  readonly values: readonly string[];
  /** False if more were there than are looked at. */
  readonly complete: boolean;
}

/** How many are looked at to know how many there are. */
const most = limits.pageSize;
const longest = 200;
const unstorable = /[\0\p{Surrogate}]/u;
const idBeginning = /^[0-9a-f][0-9a-f-]{0,35}$/;

const facets = { project: 'projects', type: 'types', tag: 'tags' } as const satisfies Record<string, Facet>;

const none: Completion = { values: [], complete: true };
const of = (values: readonly string[]): Completion => ({ values, complete: values.length < most });
const isHopeless = (text: string): boolean => text.length > longest || unstorable.test(text);

/** Values of live memories that begin so, the most frequent first. */
export const completeFacet = async (
  context: ServiceContext,
  subject: keyof typeof facets,
  text: string,
): Promise<Completion> => {
  if (isHopeless(text)) return none;
  const counts = await context.store.facet(context.scope, facets[subject], text.trim(), most);
  return of(counts.map(({ value }) => value));
};

/** Whether the title itself has every word; a search also finds what has them elsewhere. */
const byTitle = async (context: ServiceContext, text: string): Promise<Completion> => {
  // The word that is being typed may end anywhere.
  const { query } = parseQuery(text.endsWith('*') ? text : `${text}*`, { mode: 'all' });
  const matches = matcherOf(query);
  const inTitle = ({ title }: Memory): boolean =>
    new Set(matches(title, limits.title).flatMap(({ groups }) => groups)).size === query.groups.length;
  const hits = await context.store.search(context.scope, query, {}, most);
  const values = hits.filter(({ memory }) => inTitle(memory)).map(({ memory }) => memory.id);
  return { values, complete: hits.length < most };
};

/** Ids that begin so; for other text, ids of memories whose title has these words; for none, the memories that changed last. */
export const completeId = async (context: ServiceContext, text: string): Promise<Completion> => {
  const wanted = text.trim();
  if (isHopeless(wanted)) return none;
  if (wanted === '') {
    const sort = { field: 'updated_at', direction: 'desc' } as const;
    const latest = await context.store.listMemories(context.scope, { filter: {}, sort, limit: most });
    return of(latest.map((memory) => memory.id));
  }
  const prefix = wanted.toLowerCase();
  const ids = idBeginning.test(prefix) ? await context.store.idsByPrefix(context.scope, prefix, most) : [];
  // `face` and `added` are words too.
  return ids.length > 0 ? of(ids) : byTitle(context, wanted);
};
