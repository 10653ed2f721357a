import * as z from 'zod';
import { deleteMemory as remove } from '../service/delete-memory.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { expectedVersion } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const deleteMemory = defineTool({
  name: 'delete_memory',
  title: 'Delete memory',
  description: 'Use for what is useless or false: moves a memory to the trash.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
  input: z.strictObject({
    memory_id: z.string(),
    expected_version: expectedVersion,
    reason: z.string().max(1_000).optional(),
  }),
  run: async (input, context) => {
    const id = requireMemoryId(input.memory_id, 'memory_id');
    const deleted = await remove(context, id, input.expected_version ?? null, input.reason ?? null);
    return receipt({ id: deleted.id, version: deleted.version, trashed: true });
  },
});
