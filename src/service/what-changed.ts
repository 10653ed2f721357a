import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import type { Change } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import type { Paged, PageRequest } from './ranked-page.ts';

/** A change with its record as it is now; null once purged. */
export type ToldChange =
  | { readonly entity: 'memory'; readonly change: Change; readonly now: Memory | null }
  | { readonly entity: 'relationship'; readonly change: Change; readonly now: Relationship | null };

export interface Changes extends Paged<ToldChange> {
  /** Where to go on later, when more will have happened: also at the end. */
  readonly cursorAfter: (shown: number) => string;
  /** Of the memories at the ends of these relationships, as they are now. */
  readonly titles: ReadonlyMap<MemoryId, string>;
}

// One position in one log: it may be used with any of the parameters.
const request = 'what_changed';

const startOf = (
  { cursors }: ServiceContext,
  cursor: string | null,
  since: Millis | null,
): { afterSeq: number } | { since: Millis } => {
  if (cursor === null) return since === null ? { afterSeq: 0 } : { since };
  const position = cursors.decode(request, cursor);
  if (typeof position !== 'number')
    throw new AppError('cursor_invalid', 'This cursor is damaged; repeat the call with since.');
  return { afterSeq: position };
};

const lastSeq = async (context: ServiceContext): Promise<number> =>
  (await context.store.changes(context.scope, { order: 'newest_first', limit: 1 }))[0]?.seq ?? 0;

/** What happened since a time or a cursor, the oldest first, in the order of the log whatever the clocks said. Throws `cursor_invalid`. */
export const whatChanged = async (
  context: ServiceContext,
  since: Millis | null,
  page: PageRequest,
): Promise<Changes> => {
  const start = startOf(context, page.cursor, since);
  const read = await context.store.changes(context.scope, { ...start, order: 'oldest_first', limit: page.limit + 1 });
  const changes = read.slice(0, page.limit);
  const idsOf = (entity: Change['entity']): string[] => [
    ...new Set(changes.filter((change) => change.entity === entity).map((change) => change.id)),
  ];
  const relationshipIds = idsOf('relationship') as RelationshipId[];
  const relationships =
    relationshipIds.length === 0
      ? []
      : await context.store.relationships(context.scope, {
          ids: relationshipIds,
          state: 'any',
          withTrashedEnds: true,
          limit: relationshipIds.length,
        });
  const ends = relationships.flatMap(({ from, to }) => [from, to]);
  const named = [...new Set([...(idsOf('memory') as MemoryId[]), ...ends])];
  const memories = await context.store.memories(context.scope, named, 'any');
  const memoryById = new Map<string, Memory>(memories.map((memory) => [memory.id, memory]));
  const edgeById = new Map<string, Relationship>(relationships.map((edge) => [edge.id, edge]));
  const items = changes.map(
    (change): ToldChange =>
      change.entity === 'memory'
        ? { entity: 'memory', change, now: memoryById.get(change.id) ?? null }
        : { entity: 'relationship', change, now: edgeById.get(change.id) ?? null },
  );
  const before = 'afterSeq' in start ? start.afterSeq : changes.length === 0 ? await lastSeq(context) : 0;
  const cursorAfter = (shown: number): string => {
    const last = changes[shown - 1];
    if (last) return context.cursors.encode(request, last.seq);
    return page.cursor ?? context.cursors.encode(request, before);
  };
  const titles = new Map(memories.map(({ id, title }) => [id, title]));
  return { items, more: read.length > page.limit, cursorAfter, titles };
};
