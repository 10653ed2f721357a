import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { isSymmetric, type RelationshipType } from '../domain/relationship.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { relatedMemories } from '../service/related-memories.ts';
import type { ToldStep } from '../service/told-steps.ts';
import { paging, relationshipTypeName } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { arrow, automaticMark, memoryLine, quoted } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

/** Nearer ones are further left; the arrow is seen from the memory through which this one was reached. */
const line = ({ step, memory, relationship }: ToldStep): string => {
  const via = step.depth > 1 ? ` (from ${step.from.slice(0, 8)})` : '';
  return `${step.depth}${via} ${arrow(step.type, step.forward, isSymmetric(step.type))} ${memoryLine(memory)} strength ${step.strength}${automaticMark(relationship)}`;
};

export const getRelatedMemories = defineTool({
  name: 'get_related_memories',
  title: 'Get related memories',
  description: 'Use to follow relationships from a memory, nearest first, up to five steps (max_depth).',
  profile: 'core',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    memory_id: z.string(),
    relationship_types: z.array(relationshipTypeName).optional(),
    direction: z.enum(['outgoing', 'incoming', 'both']).default('both'),
    max_depth: z.number().int().min(1).max(limits.depth).default(1),
    ...paging({ limit: 20, maxTokens: 1_500 }),
  }),
  run: async (input, context) => {
    const related = await relatedMemories(
      context,
      requireMemoryId(input.memory_id, 'memory_id'),
      {
        types: (input.relationship_types as RelationshipType[] | undefined) ?? null,
        direction: input.direction,
        maxDepth: input.max_depth,
      },
      { limit: input.limit, cursor: input.cursor ?? null },
    );
    const name = `${related.start.type} ${quoted(related.start.title)}`;
    if (related.items.length === 0) {
      return { text: `Nothing is related to ${name} within ${input.max_depth} step${input.max_depth > 1 ? 's' : ''}.` };
    }
    const amount = `${related.items.length} of ${related.total}${related.cut ? ' or more (cut: too many relationships to follow all)' : ''}`;
    const text = listAnswer({
      head: `${amount} related to ${name}. ${dataMark}`,
      page: related,
      maxTokens: input.max_tokens,
      lines: (item) => [line(item)],
    });
    return { text };
  },
});
