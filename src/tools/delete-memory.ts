import * as z from 'zod';
import type { ServiceContext } from '../service/context.ts';
import { deleteMemory as remove } from '../service/delete-memory.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { expectedVersion, requiredVersion } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool, type ToolAnswer } from './tool.ts';

const input = z.strictObject({
  memory_id: z.string(),
  expected_version: expectedVersion,
  reason: z.string().max(1_000).optional(),
});

const run = async (given: z.output<typeof input>, context: ServiceContext): Promise<ToolAnswer> => {
  const id = requireMemoryId(given.memory_id, 'memory_id');
  const deleted = await remove(context, id, given.expected_version ?? null, given.reason ?? null);
  return receipt({ id: deleted.id, version: deleted.version, trashed: true });
};

const definition = {
  name: 'delete_memory',
  title: 'Delete memory',
  description: 'Use for what is useless or false: moves a memory to the trash.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
} as const;

export const deleteMemory = defineTool({
  ...definition,
  whenMultiTenant: defineTool({ ...definition, input: input.extend({ expected_version: requiredVersion }), run }),
  input,
  run,
});
