import * as z from 'zod';
import type { MemoryId } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import { AppError } from '../errors.ts';
import { missingMemory, requireMemoryId } from '../service/find-memory.ts';
import { getMemories } from '../service/get-memories.ts';
import { budget, strings } from './inputs.ts';
import { openedAnswer } from './text/opened-answer.ts';
import { defineTool } from './tool.ts';

export const getMemory = defineTool({
  name: 'get_memory',
  title: 'Get memory',
  description: 'Use to read memories in full, with version and relationships, by the ids that recall and search print.',
  profile: 'core',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    memory_id: z.string().optional(),
    memory_ids: strings.max(limits.idsPerCall).optional(),
    include_relationships: z.boolean().default(true),
    max_tokens: budget(4_000),
  }),
  run: async (input, context) => {
    const asked = [...(input.memory_id === undefined ? [] : [input.memory_id]), ...(input.memory_ids ?? [])];
    if (asked.length === 0) throw new AppError('invalid_input', 'Give memory_id, or memory_ids for several.');
    const ids = asked.map((text) => requireMemoryId(text, input.memory_ids ? 'memory_ids' : 'memory_id'));
    const found = await getMemories(context, ids, input.include_relationships);
    if (found.opened.length === 0) {
      const [only = '' as MemoryId, ...others] = found.missing;
      if (others.length === 0) throw await missingMemory(context, only);
      throw new AppError(
        'not_found',
        `There is no memory ${found.missing.slice(0, 3).join(', ')}${others.length > 2 ? ' …' : ''}; find ids with recall_memories or search_memories.`,
      );
    }
    context.noteUse(found.opened.map(({ memory }) => memory.id));
    return { text: openedAnswer(found, input.max_tokens) };
  },
});
