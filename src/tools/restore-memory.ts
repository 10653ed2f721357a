import * as z from 'zod';
import { requireMemoryId } from '../service/find-memory.ts';
import { restoreMemory as restore } from '../service/restore-memory.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const restoreMemory = defineTool({
  name: 'restore_memory',
  title: 'Restore memory',
  description:
    'Use to take back delete_memory or merge_memories: the memory returns from the trash with its relationships.',
  profile: 'extended',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({ memory_id: z.string() }),
  run: async (input, context) => {
    const { id, version, changed } = await restore(context, requireMemoryId(input.memory_id, 'memory_id'));
    return receipt({ id, version, ...(changed ? {} : { changed: false }) });
  },
});
