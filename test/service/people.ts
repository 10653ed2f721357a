import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory, Visibility } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { shareMemory } from '../../src/service/share-memory.ts';
import { storeMemory } from '../../src/service/store-memory.ts';
import type { Workbench } from './workbench.ts';

/** Stores a memory of the shop, all of it the title, for readers of one's choice. */
export const keep = async (
  { context }: Workbench,
  title: string,
  visibility?: Visibility,
  teamId?: string,
): Promise<MemoryId> => {
  const memory = {
    type: 'general',
    title,
    content: title,
    summary: null,
    tags: [],
    importance: 0.5,
    confidence: 0.8,
    context: {},
    ...(visibility === undefined ? {} : { visibility }),
    ...(teamId === undefined ? {} : { teamId }),
  } as const;
  return (await storeMemory(context, { memory, links: [], idempotencyKey: null })).id;
};

/** A memory in whatever state, if this person may read it. */
export const seen = async ({ context }: Workbench, id: MemoryId): Promise<Memory | undefined> => {
  const [memory] = await context.store.memories(context.scope, [id], 'any');
  return memory;
};

/** Live relationships of a memory that this person may read. */
export const edgesOf = ({ context }: Workbench, id: MemoryId): Promise<readonly Relationship[]> =>
  context.store.relationships(context.scope, { of: [id], limit: 100 });

/** The next version, read by others than before. */
export const share = async (
  bench: Workbench,
  id: MemoryId,
  visibility: Visibility,
  teamId: string | null = null,
): Promise<void> => {
  await shareMemory(bench.context, id, visibility, teamId, (await seen(bench, id))?.version ?? 0);
};

/** Ids in the lines of an answer, in their order. */
export const idsIn = (text: string): string[] =>
  [...text.matchAll(/^\w+ (\S{8}-\S{27}) "/gm)].map((match) => match[1] ?? '');
