import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { explainMatch } from '../search/why.ts';
import { contextualSearch as search } from '../service/contextual-search.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { paging } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { memoryLine, quoted } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

export const contextualSearch = defineTool({
  name: 'contextual_search',
  title: 'Contextual search',
  description: 'Use to search only around one memory: what is related to it within max_depth steps.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    memory_id: z.string(),
    query: z.string().min(1).max(limits.query),
    max_depth: z.number().int().min(1).max(limits.depth).default(2),
    ...paging({ limit: 10, maxTokens: 900 }),
  }),
  run: async (input, context) => {
    const id = requireMemoryId(input.memory_id, 'memory_id');
    const page = { limit: input.limit, cursor: input.cursor ?? null };
    const found = await search(context, id, input.query, input.max_depth, page);
    const around = `${found.searched} memories around ${quoted(found.start.title)}${found.cut ? ' (cut: not all of the neighbourhood)' : ''}`;
    if (found.items.length === 0)
      return { text: `Nothing matches among ${around}. Raise max_depth, or use recall_memories.` };
    const text = listAnswer({
      head: `${found.items.length}${found.more ? ' best, more follow,' : ''} of ${around}. ${dataMark}`,
      page: found,
      maxTokens: input.max_tokens,
      lines: ({ memory, step }) => [
        `${memoryLine(memory)} ${step.depth} step${step.depth > 1 ? 's' : ''} [${explainMatch(found.parsed.query, memory)}]`,
      ],
    });
    return { text };
  },
});
