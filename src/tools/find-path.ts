import * as z from 'zod';
import { isSymmetric, type RelationshipType } from '../domain/relationship.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { findPath as find } from '../service/find-path.ts';
import type { ToldStep } from '../service/told-steps.ts';
import { budget, relationshipTypeName } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { dataMark } from './text/list-answer.ts';
import { arrow, automaticMark, memoryLine, reasonOf } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const closingReserve = 60;

const stepLine = ({ relationship, memory, step }: ToldStep): string =>
  `  ${arrow(step.type, step.forward, isSymmetric(step.type))} ${memoryLine(memory)}${automaticMark(relationship)}${reasonOf(relationship)}`;

export const findPath = defineTool({
  name: 'find_path',
  title: 'Find path',
  description:
    'Use to learn how two memories hang together: the shortest path between them and why each step is there.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    from_memory_id: z.string(),
    to_memory_id: z.string(),
    relationship_types: z.array(relationshipTypeName).optional(),
    direction: z.enum(['outgoing', 'incoming', 'both']).default('both'),
    max_depth: z.number().int().min(1).max(10).default(5),
    max_tokens: budget(1_500),
  }),
  run: async (input, context) => {
    const { start, end, steps, cut } = await find(context, {
      from: requireMemoryId(input.from_memory_id, 'from_memory_id'),
      to: requireMemoryId(input.to_memory_id, 'to_memory_id'),
      types: (input.relationship_types as RelationshipType[] | undefined) ?? null,
      direction: input.direction,
      maxDepth: input.max_depth,
    });
    if (start.id === end.id) return { text: 'Both ids are the same memory.' };
    if (steps.length === 0) {
      const bound = cut ? ' The search was cut: too many relationships to follow all; narrow relationship_types.' : '';
      return { text: `No path of up to ${input.max_depth} steps.${bound}` };
    }
    const room = new AnswerBudget(input.max_tokens, closingReserve);
    const lines = [
      `${steps.length} step${steps.length > 1 ? 's' : ''}. ${dataMark}`,
      memoryLine(start),
      ...steps.map(stepLine),
    ];
    const shown = lines.filter((line) => room.take(line));
    if (shown.length < lines.length)
      shown.push(`truncated: ${lines.length - shown.length} lines did not fit into max_tokens ${input.max_tokens}`);
    return { text: shown.join('\n') };
  },
});
