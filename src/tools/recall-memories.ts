import * as z from 'zod';
import { snippet } from '../search/snippet.ts';
import { isWeak } from '../search/weak-match.ts';
import { explainMatch } from '../search/why.ts';
import { recallMemories as recall } from '../service/recall-memories.ts';
import { memoryTypeName, paging } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { connectionLine, memoryLine } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const snippetCharacters = 110;
/** Of what hardly matches, so many are shown and the rest is left to the cursor. */
const weakShown = 3;

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
    const guessed = found.repairs.map((repair) => repair.by);
    // One of a wanted type may be found by the words of its neighbours alone, and a later page was asked for.
    const judged = input.cursor === undefined && input.memory_types === undefined && found.byMeaning.size === 0;
    const weak = judged && isWeak(parsed.query, guessed, found.items);
    const items = weak ? found.items.slice(0, weakShown) : found.items;
    context.noteUse(items.map((memory) => memory.id));
    const amount = `${items.length}${found.more ? ' best, more follow' : ' found'}.`;
    const text = listAnswer({
      head: `${weak ? 'No memory answers this; the nearest have few of its words.' : amount} ${dataMark}`,
      page: { ...found, items },
      maxTokens: input.max_tokens,
      lines: (memory) => [
        memoryLine(memory),
        `  ${snippet(memory, parsed.query, snippetCharacters)} [${found.byMeaning.has(memory.id) ? 'meaning' : explainMatch(parsed.query, memory)}]`,
      ],
      extras: (memory) =>
        (found.linked.get(memory.id) ?? []).map(
          (link) => `  linked: ${connectionLine(link.relationship, memory.id, link.memory)}`,
        ),
    });
    return { text };
  },
});
