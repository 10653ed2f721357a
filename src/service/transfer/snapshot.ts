import type { Memory } from '../../domain/memory.ts';
import type { Relationship } from '../../domain/relationship.ts';
import type { Change, ChangeQuery, MemoryFilter } from '../../storage/query.ts';
import type { ServiceContext } from '../context.ts';

const recordsPerPage = 500;

/** The end of the log: everything before it is what an export shows, whatever is written meanwhile. */
export const endOfLog = async ({ store, scope }: ServiceContext): Promise<number> =>
  (await store.changes(scope, { order: 'newest_first', limit: 1 }))[0]?.seq ?? 0;

/** Lines of the log in pages, oldest first. */
export async function* changePages(
  { store, scope }: ServiceContext,
  query: Omit<ChangeQuery, 'order' | 'limit'>,
): AsyncGenerator<readonly Change[]> {
  let afterSeq = query.afterSeq ?? 0;
  for (;;) {
    const page = await store.changes(scope, { ...query, afterSeq, order: 'oldest_first', limit: recordsPerPage });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < recordsPerPage) return;
    afterSeq = last.seq;
  }
}

/** The records as they stood at a place in the log; what came later is left out. */
const asOf = async <R extends Memory | Relationship>(
  context: ServiceContext,
  entity: Change['entity'],
  records: readonly R[],
  seq: number,
): Promise<readonly R[]> => {
  const first = new Map<string, Change>();
  const ids = records.map(({ id }) => id);
  for await (const page of changePages(context, { entity, ids, afterSeq: seq })) {
    for (const change of page) if (!first.has(change.id)) first.set(change.id, change);
  }
  return records.flatMap((record) => {
    const change = first.get(record.id);
    if (change === undefined) return [record];
    return change.before === null ? [] : [change.before as R];
  });
};

/** Memories in the order of their creation, ties by id. */
export async function* memoryPages(
  context: ServiceContext,
  filter: MemoryFilter,
  seq: number,
): AsyncGenerator<readonly Memory[]> {
  const sort = { field: 'created_at', direction: 'asc' } as const;
  let last: Memory | undefined;
  for (;;) {
    const after = last && { after: { value: last.createdAt, id: last.id } };
    const page = await context.store.listMemories(context.scope, { filter, sort, limit: recordsPerPage, ...after });
    if (page.length > 0) yield await asOf(context, 'memory', page, seq);
    last = page.at(-1);
    if (last === undefined || page.length < recordsPerPage) return;
  }
}

/** All relationships by id: closed, removed and with an end in the trash, too. */
export async function* relationshipPages(
  context: ServiceContext,
  seq: number,
): AsyncGenerator<readonly Relationship[]> {
  let last: Relationship | undefined;
  for (;;) {
    const page = await context.store.relationships(context.scope, {
      state: 'any',
      withTrashedEnds: true,
      limit: recordsPerPage,
      ...(last && { after: last.id }),
    });
    if (page.length > 0) yield await asOf(context, 'relationship', page, seq);
    last = page.at(-1);
    if (last === undefined || page.length < recordsPerPage) return;
  }
}
