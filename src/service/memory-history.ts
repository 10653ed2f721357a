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

/** Every version of a memory, also of one in the trash. Throws `not_found`. */
export const memoryHistory = async (context: ServiceContext, id: MemoryId): Promise<MemoryHistory> => {
  const [current] = await context.store.memories(context.scope, [id], 'any');
  if (!current) throw memoryNotFound(id);
  const changes = await context.store.changes(context.scope, {
    entity: 'memory',
    ids: [id],
    order: 'newest_first',
    limit: versionsRead,
  });
  const versions: MemoryVersion[] = [];
  let record: Memory | null = current;
  for (const change of changes as readonly (Change & { before: Memory | null })[]) {
    if (!record) break;
    const { at, kind, by, reason } = change;
    versions.push({ version: record.version, at, kind, by, reason, record });
    record = change.before;
  }
  const more = record !== null && changes.length === versionsRead;
  if (record && !more) {
    versions.push({
      version: record.version,
      at: record.updatedAt,
      kind: null,
      by: record.updatedBy,
      reason: null,
      record,
    });
  }
  return { current, versions, more };
};

/** One version of it. Throws `invalid_input` that names the versions there are. */
export const versionOf = (history: MemoryHistory, version: number): MemoryVersion => {
  const found = history.versions.find((candidate) => candidate.version === version);
  if (found) return found;
  const oldest = history.versions.at(-1)?.version ?? history.current.version;
  throw new AppError(
    'invalid_input',
    `There is no version ${version} of this memory; versions ${oldest} to ${history.current.version} are kept.`,
  );
};
