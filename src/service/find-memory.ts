import type { MemoryId } from '../domain/ids.ts';
import { parseMemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from './context.ts';

/** Throws `invalid_input` for text that is no id. */
export const requireMemoryId = (text: string, field: string): MemoryId => {
  const id = parseMemoryId(text);
  if (!id) {
    throw new AppError(
      'invalid_input',
      `${field} must be a memory id as the tools print it (a UUID); find it with recall_memories.`,
    );
  }
  return id;
};

export const memoryNotFound = (id: string): AppError =>
  new AppError('not_found', `There is no memory ${id}; find its id with recall_memories or search_memories.`);

/** How many merges an old id may have gone through. */
const maxAliases = 20;

/** Live memories by id, following merged ones to what answers for them. What is absent or in the trash is left out. */
export const findMemories = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, Memory>> => {
  const found = new Map<MemoryId, Memory>();
  let pending = new Map(ids.map((id) => [id, id]));
  for (let step = 0; step < maxAliases && pending.size > 0; step += 1) {
    const loaded = await context.store.memories(context.scope, [...new Set(pending.values())], 'any');
    const byId = new Map(loaded.map((memory) => [memory.id, memory]));
    const next = new Map<MemoryId, MemoryId>();
    for (const [asked, at] of pending) {
      const memory = byId.get(at);
      if (memory?.mergedInto) next.set(asked, memory.mergedInto);
      else if (memory && memory.deletedAt === null) found.set(asked, memory);
    }
    pending = next;
  }
  return found;
};

/** The `not_found` for a memory that is not live: one in the trash can come back, and the caller is told how. */
export const missingMemory = async (context: ServiceContext, id: MemoryId): Promise<AppError> => {
  let at = id;
  for (let step = 0; step < maxAliases; step += 1) {
    const [memory] = await context.store.memories(context.scope, [at], 'any');
    if (!memory) break;
    if (!memory.mergedInto) {
      return new AppError(
        'not_found',
        `Memory ${at} is in the trash; restore_memory, an extended tool, brings it back.`,
      );
    }
    at = memory.mergedInto;
  }
  return memoryNotFound(id);
};

/** One live memory. Throws `not_found`. */
export const findMemory = async (context: ServiceContext, id: MemoryId): Promise<Memory> => {
  const memory = (await findMemories(context, [id])).get(id);
  if (!memory) throw await missingMemory(context, id);
  return memory;
};
