import type { ServiceContext } from './context.ts';
import { connectionsOf, type OpenedMemory } from './get-memories.ts';

/** The memories that changed last, of every project, each with its relationships. */
export const recentMemories = async (context: ServiceContext, limit: number): Promise<readonly OpenedMemory[]> => {
  const sort = { field: 'updated_at', direction: 'desc' } as const;
  const memories = await context.store.listMemories(context.scope, { filter: {}, sort, limit });
  if (memories.length === 0) return [];
  const connections = await connectionsOf(
    context,
    memories.map((memory) => memory.id),
  );
  return memories.map((memory) => {
    const seen = connections.get(memory.id);
    return { asked: memory.id, memory, connections: seen?.shown ?? [], moreConnections: seen?.more ?? false };
  });
};
