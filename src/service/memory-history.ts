import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { Change, ChangeKind } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { memoryNotFound } from './find-memory.ts';
import type { Paged, PageRequest } from './ranked-page.ts';

/** One version: what made it, and the record as it then stood. */
export interface MemoryVersion {
  readonly version: number;
  readonly at: number;
  /** Null for the first version of a memory whose log does not reach back to it. */
  readonly kind: ChangeKind | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly record: Memory;
  /** Place in the log from which to go on to the version before it. */
  readonly seq: number | null;
}

export interface MemoryHistory extends Paged<MemoryVersion> {
  /** As it is now, be it in the trash. */
  readonly current: Memory;
  /** The version before an item of this page, null for the first. */
  readonly before: (item: MemoryVersion) => MemoryVersion | null;
}

const changesRead = 100;

type MemoryChange = Extract<Change, { readonly entity: 'memory' }>;

const changesOf = (context: ServiceContext, id: MemoryId, beforeSeq: number | null): Promise<readonly Change[]> =>
  context.store.changes(context.scope, {
    entity: 'memory',
    ids: [id],
    ...(beforeSeq === null ? {} : { beforeSeq }),
    order: 'newest_first',
    limit: changesRead,
  });

/** A version of which the log does not say how it came to be, or not to this caller. */
const unexplained = (record: Memory): MemoryVersion => ({
  version: record.version,
  at: record.updatedAt,
  kind: null,
  by: record.updatedBy,
  reason: null,
  record,
  seq: null,
});

/**
 * From a record and the place in the log of what replaced it, backwards to the first version. The log may have gaps: a version that the
 * caller could not have read is in it only as what made the next one.
 */
async function* versionsFrom(
  context: ServiceContext,
  newest: Memory,
  replacedAt: number | null,
): AsyncGenerator<MemoryVersion> {
  let record = newest;
  let beforeSeq = replacedAt;
  for (;;) {
    const changes = (await changesOf(context, newest.id, beforeSeq)) as readonly MemoryChange[];
    for (const { seq, at, kind, by, reason, version, before } of changes) {
      yield version === record.version
        ? { version, at, kind, by, reason, record, seq }
        : { ...unexplained(record), seq };
      if (before === null) return;
      record = before;
      beforeSeq = seq;
    }
    if (changes.length < changesRead) break;
  }
  yield unexplained(record);
}

/** A memory in whatever state. Throws `not_found`. */
export const memoryInAnyState = async (context: ServiceContext, id: MemoryId): Promise<Memory> => {
  const [current] = await context.store.memories(context.scope, [id], 'any');
  if (!current) throw memoryNotFound(id);
  return current;
};

/** The newest version that `matches`, and the one before it; null if there is none such. */
export const findChange = async (
  context: ServiceContext,
  current: Memory,
  matches: (version: MemoryVersion) => boolean,
): Promise<{ readonly after: Memory; readonly before: Memory } | null> => {
  let after: MemoryVersion | null = null;
  for await (const version of versionsFrom(context, current, null)) {
    if (after !== null) return { after: after.record, before: version.record };
    if (matches(version)) after = version;
  }
  return null;
};

/** One version of a memory, or else the numbers of those that there are, the newest first. */
export const findVersion = async (
  context: ServiceContext,
  current: Memory,
  wanted: number,
): Promise<MemoryVersion | { readonly kept: readonly number[] }> => {
  const kept: number[] = [];
  for await (const version of versionsFrom(context, current, null)) {
    if (version.version === wanted) return version;
    kept.push(version.version);
  }
  return { kept };
};

/** One version of a memory. Throws `invalid_input` that names the versions there are. */
export const versionOf = async (context: ServiceContext, current: Memory, wanted: number): Promise<MemoryVersion> => {
  const found = await findVersion(context, current, wanted);
  if (!('kept' in found)) return found;
  const numbers = [...found.kept].reverse();
  const oldest = numbers[0] ?? current.version;
  const gapless = numbers.length === current.version - oldest + 1;
  const named = gapless ? `versions ${oldest} to ${current.version}` : `versions ${numbers.join(', ')}`;
  throw new AppError('invalid_input', `There is no version ${wanted} of this memory; ${named} are kept.`);
};

const damaged = (): AppError =>
  new AppError('cursor_invalid', 'This cursor is damaged; repeat the call without cursor.');

/** What `versionsFrom` starts with: the memory as it is, or what the last version shown took the place of. */
const startOf = async (
  context: ServiceContext,
  current: Memory,
  position: unknown,
): Promise<{ readonly record: Memory; readonly replacedAt: number | null }> => {
  if (position === null) return { record: current, replacedAt: null };
  if (typeof position !== 'number') throw damaged();
  const [shown] = await changesOf(context, current.id, position + 1);
  if (shown?.seq !== position || shown.before === null) throw damaged();
  return { record: shown.before as Memory, replacedAt: position };
};

/** The versions of a memory that the caller may read, also of one in the trash, the newest first. Throws `not_found`, `cursor_invalid`. */
export const memoryHistory = async (
  context: ServiceContext,
  id: MemoryId,
  page: PageRequest,
): Promise<MemoryHistory> => {
  const key = { tool: 'history', id };
  const current = await memoryInAnyState(context, id);
  const start = await startOf(context, current, page.cursor === null ? null : context.cursors.decode(key, page.cursor));
  const read: MemoryVersion[] = [];
  for await (const version of versionsFrom(context, start.record, start.replacedAt)) {
    read.push(version);
    if (read.length > page.limit) break;
  }
  const items = read.slice(0, page.limit);
  const cursorAfter = (shown: number): string | null => {
    const last = items[shown - 1];
    if (!last) return page.cursor;
    return read.length > shown && last.seq !== null ? context.cursors.encode(key, last.seq) : null;
  };
  return {
    current,
    items,
    more: read.length > page.limit,
    cursorAfter,
    before: (item) => read[read.indexOf(item) + 1] ?? null,
  };
};
