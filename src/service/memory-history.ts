import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { Change, ChangeKind } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';
import { memoryNotFound } from './find-memory.ts';

/** One version: what made it, and the record as it then stood. */
export interface MemoryVersion {
  readonly version: number;
  readonly at: number;
  /** Null for the first version of a memory whose log does not reach back to it. */
  readonly kind: ChangeKind | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly record: Memory;
}

export interface MemoryHistory {
  /** As it is now, be it in the trash. */
  readonly current: Memory;
  /** The newest first. */
  readonly versions: readonly MemoryVersion[];
  /** Older ones are there but were not read. */
  readonly more: boolean;
}

const versionsRead = 500;

type MemoryChange = Extract<Change, { readonly entity: 'memory' }>;

/** A version of which the log does not say how it came to be, or not to this caller. */
const unexplained = (record: Memory): MemoryVersion => ({
  version: record.version,
  at: record.updatedAt,
  kind: null,
  by: record.updatedBy,
  reason: null,
  record,
});

/**
 * From the newest change back. The log may have gaps: a version that the caller could not have read is in it only as what made the next
 * one. `oldest` is what the oldest change replaced, and null if there was nothing.
 */
const versionsOf = (
  current: Memory,
  changes: readonly MemoryChange[],
): { readonly versions: MemoryVersion[]; readonly oldest: Memory | null } => {
  const versions: MemoryVersion[] = [];
  let record: Memory | null = current;
  for (const change of changes) {
    if (!record) break;
    const { at, kind, by, reason } = change;
    if (change.version === record.version) versions.push({ version: record.version, at, kind, by, reason, record });
    else versions.push(unexplained(record));
    record = change.before;
  }
  return { versions, oldest: record };
};

/** Every version of a memory that the caller may read, also of one in the trash. Throws `not_found`. */
export const memoryHistory = async (context: ServiceContext, id: MemoryId): Promise<MemoryHistory> => {
  const [current] = await context.store.memories(context.scope, [id], 'any');
  if (!current) throw memoryNotFound(id);
  const changes = await context.store.changes(context.scope, {
    entity: 'memory',
    ids: [id],
    order: 'newest_first',
    limit: versionsRead,
  });
  const { versions, oldest } = versionsOf(current, changes as readonly MemoryChange[]);
  const more = oldest !== null && changes.length === versionsRead;
  if (oldest && !more) versions.push(unexplained(oldest));
  return { current, versions, more };
};

/** One version of it. Throws `invalid_input` that names the versions there are. */
export const versionOf = (history: MemoryHistory, version: number): MemoryVersion => {
  const found = history.versions.find((candidate) => candidate.version === version);
  if (found) return found;
  const kept = history.versions.map((candidate) => candidate.version).reverse();
  const oldest = kept[0] ?? history.current.version;
  const gapless = kept.length === history.current.version - oldest + 1;
  const named = gapless ? `versions ${oldest} to ${history.current.version}` : `versions ${kept.join(', ')}`;
  throw new AppError('invalid_input', `There is no version ${version} of this memory; ${named} are kept.`);
};
