import type { MemoryId } from '../../domain/ids.ts';
import type { Relationship } from '../../domain/relationship.ts';
import { contextWords, searchDocument } from '../../search/document.ts';
import type { ServiceContext } from '../context.ts';
import type { FileRecord, OnProgress } from './format.ts';

const batchSize = 100;
const relationshipsRead = 5_000;

const byCloseness = (a: Relationship, b: Relationship): number =>
  Number(a.origin === 'automatic') - Number(b.origin === 'automatic') ||
  b.strength - a.strength ||
  (a.id < b.id ? -1 : 1);

const neighbours = (edges: readonly Relationship[], limit: number): ReadonlyMap<MemoryId, readonly MemoryId[]> => {
  const found = new Map<MemoryId, MemoryId[]>();
  const add = (id: MemoryId, other: MemoryId): void => {
    const others = found.get(id) ?? [];
    if (others.length < limit) found.set(id, [...others, other]);
  };
  for (const { from, to } of [...edges].sort(byCloseness)) {
    add(from, to);
    add(to, from);
  }
  return found;
};

const renew = async (context: ServiceContext, ids: readonly MemoryId[], limit: number): Promise<void> => {
  const { store, scope } = context;
  const near = neighbours(await store.relationships(scope, { of: ids, limit: relationshipsRead }), limit);
  const related = ids.filter((id) => near.has(id));
  if (related.length === 0) return;
  const wanted = [...new Set(related.flatMap((id) => [id, ...(near.get(id) ?? [])]))];
  const memories = new Map((await store.memories(scope, wanted, 'live')).map((memory) => [memory.id, memory]));
  const operations = related.flatMap((id) => {
    const memory = memories.get(id);
    if (memory === undefined) return [];
    const words = contextWords(
      (near.get(id) ?? []).flatMap((other) => memories.get(other) ?? []),
      limit,
    );
    return [{ op: 'index_memory', id, document: searchDocument(memory, words) } as const];
  });
  await store.write(scope, { operations, at: context.now(), by: null });
};

/** Gives each memory of a file the words of those that it is related to, once all of them are there. */
export const renewWords = async (
  context: ServiceContext,
  records: AsyncIterable<FileRecord>,
  total: number,
  onProgress: OnProgress,
): Promise<void> => {
  const limit = context.settings.ranking.contextWords;
  if (limit === 0) return;
  let ids: MemoryId[] = [];
  let done = 0;
  for await (const { kind, record } of records) {
    if (kind !== 'memory') break;
    ids.push(record.id);
    if (ids.length < batchSize) continue;
    await renew(context, ids, limit);
    done += ids.length;
    ids = [];
    onProgress({ phase: 'indexing', done, total });
  }
  if (ids.length > 0) await renew(context, ids, limit);
};
