import { parseMemoryId } from '../domain/ids.ts';
import type { JsonValue, Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { CursorPosition } from '../storage/cursor.ts';
import type { MemoryFilter, Sort, SortKey } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import type { Paged, PageRequest } from './ranked-page.ts';

/** What a memory is sorted by. */
export const sortValue = (memory: Memory, { field }: Sort): number | string =>
  ({
    created_at: memory.createdAt,
    updated_at: memory.updatedAt,
    importance: memory.importance,
    confidence: memory.confidence,
    title: memory.title,
  })[field];

const sortKey = (position: CursorPosition): SortKey => {
  const { value, id } = Object(position) as { readonly value?: unknown; readonly id?: unknown };
  const memoryId = typeof id === 'string' ? parseMemoryId(id) : null;
  if (memoryId && (typeof value === 'number' || typeof value === 'string')) return { value, id: memoryId };
  throw new AppError('cursor_invalid', 'This cursor is damaged; repeat the call without cursor.');
};

/**
 * A page of a list in a total order. The cursor holds the last row shown, so that what is written in between neither repeats a memory nor
 * skips one. Throws `cursor_invalid`.
 */
export const pageOfList = async (
  context: ServiceContext,
  request: JsonValue,
  page: PageRequest,
  { filter, sort }: { readonly filter: MemoryFilter; readonly sort: Sort },
): Promise<Paged<Memory>> => {
  const after = page.cursor === null ? {} : { after: sortKey(context.cursors.decode(request, page.cursor)) };
  const rows = await context.store.listMemories(context.scope, { filter, sort, ...after, limit: page.limit + 1 });
  const items = rows.slice(0, page.limit);
  const more = rows.length > page.limit;
  const cursorAfter = (shown: number): string | null => {
    const last = items[shown - 1];
    if (!last) return shown === 0 ? page.cursor : null;
    return more || shown < items.length
      ? context.cursors.encode(request, { value: sortValue(last, sort), id: last.id })
      : null;
  };
  return { items, more, cursorAfter };
};
