import * as z from 'zod';
import { requireMemoryId } from '../service/find-memory.ts';
import { mergeMemories as merge } from '../service/merge-memories.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const mergeMemories = defineTool({
  name: 'merge_memories',
  title: 'Merge memories',
  description:
    'Use for two memories that say the same: folds one, with tags, text and relationships, into the other, which then answers for its id. restore_memory undoes it.',
  profile: 'extended',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
  input: z.strictObject({
    from_memory_id: z.string(),
    into_memory_id: z.string(),
    append_content: z.boolean().default(true),
  }),
  run: async (input, context) => {
    const from = requireMemoryId(input.from_memory_id, 'from_memory_id');
    const into = requireMemoryId(input.into_memory_id, 'into_memory_id');
    const merged = await merge(context, from, into, input.append_content);
    return receipt({
      id: merged.id,
      version: merged.version,
      alias: merged.alias,
      moved_relationships: merged.movedRelationships,
    });
  },
});
