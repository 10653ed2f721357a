import * as z from 'zod';
import { snippet } from '../search/snippet.ts';
import { explainMatch } from '../search/why.ts';
import { recallMemories as recall } from '../service/recall-memories.ts';
import { memoryTypeName, paging } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { connectionLine, memoryLine } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const snippetCharacters = 110;

export const recallMemories = defineTool({
  name: 'recall_memories',
  title: 'Recall memories',
  description:
    'Use before starting work or when stuck: ask in plain words what is known. Best first, with ids, why they matched and what is linked.',
  profile: 'core',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    query: z.string().min(1),
    memory_types: z.array(memoryTypeName).optional(),
    project_path: z.string().optional(),
    ...paging({ limit: 10, maxTokens: 900 }),
  }),
  run: async (input, context) => {
    const found = await recall(
      context,
      {
        query: input.query,
        terms: [],
        options: { mode: 'any', tolerance: 'normal' },
        filter: {
          ...(input.memory_types ? { types: input.memory_types } : {}),
          ...(input.project_path ? { projects: [await context.resolveProject(input.project_path)] } : {}),
        },
        sort: null,
      },
      { limit: input.limit, cursor: input.cursor ?? null },
    );
    const { parsed } = found;
    if (found.items.length === 0 || !parsed) {
      return { text: 'No memory matches. Try other words or fewer filters; store_memory keeps what you find out.' };
    }
    context.noteUse(found.items.map((memory) => memory.id));
    const text = listAnswer({
      head: `${found.items.length}${found.more ? ' best, more follow' : ' found'}. ${dataMark}`,
      page: found,
      maxTokens: input.max_tokens,
      lines: (memory) => [
        memoryLine(memory),
        `  ${snippet(memory, parsed.query, snippetCharacters)} [${explainMatch(parsed.query, memory)}]`,
      ],
      extras: (memory) =>
        (found.linked.get(memory.id) ?? []).map(
          (link) => `  linked: ${connectionLine(link.relationship, memory.id, link.memory)}`,
        ),
    });
    return { text };
  },
});
