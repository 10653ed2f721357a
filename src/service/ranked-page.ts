import type { JsonValue } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from './context.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

export interface Paged<T> {
  readonly items: readonly T[];
  /** More follow behind `items`. */
  readonly more: boolean;
  /** Where to go on if only the first `shown` of `items` fitted into the answer. Null if that was all. */
  readonly cursorAfter: (shown: number) => string | null;
}

type Cursors = Pick<ServiceContext, 'cursors'>;

const markBytes = 4;

/** Four bytes that stand for a UUID: all of its bits, folded. */
const mark = (id: string): string => {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  const folded = Buffer.alloc(markBytes);
  bytes.forEach((byte, index) => {
    folded[index % markBytes] = (folded[index % markBytes] ?? 0) ^ byte;
  });
  return folded.toString('latin1');
};

const shownBefore = ({ cursors }: Cursors, request: JsonValue, cursor: string | null): ReadonlySet<string> => {
  if (cursor === null) return new Set();
  const position = cursors.decode(request, cursor);
  if (!(position instanceof Uint8Array) || position.length % markBytes > 0)
    throw new AppError('cursor_invalid', 'This cursor is damaged; repeat the call without cursor.');
  const bytes = Buffer.from(position).toString('latin1');
  return new Set(
    Array.from({ length: bytes.length / markBytes }, (_, i) => bytes.slice(i * markBytes, (i + 1) * markBytes)),
  );
};

/** How many of the best are needed to fill this page and to know whether another follows. */
export const rankedDepth = (context: Cursors, request: JsonValue, page: PageRequest): number =>
  shownBefore(context, request, page.cursor).size + page.limit + 1;

/**
 * A page of a ranking that is made anew for each page. The cursor names what was shown, so that no page repeats a memory and none is
 * skipped, whatever is written in between. Throws `cursor_invalid`.
 */
export const pageOfRanked = <T>(
  context: Cursors,
  request: JsonValue,
  page: PageRequest,
  ranked: readonly T[],
  idOf: (item: T) => string,
): Paged<T> => {
  const shown = shownBefore(context, request, page.cursor);
  const unseen = ranked.filter((item) => !shown.has(mark(idOf(item))));
  const items = unseen.slice(0, page.limit);
  const more = unseen.length > page.limit;
  const cursorAfter = (count: number): string | null => {
    if (!more && count >= items.length) return null;
    const marks = [...shown, ...items.slice(0, count).map((item) => mark(idOf(item)))].join('');
    return context.cursors.encode(request, Buffer.from(marks, 'latin1'));
  };
  return { items, more, cursorAfter };
};
