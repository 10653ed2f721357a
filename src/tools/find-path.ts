import * as z from 'zod';
import type { Memory } from '../domain/memory.ts';
import { isSymmetric, type RelationshipType } from '../domain/relationship.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { findPath as find } from '../service/find-path.ts';
import type { ToldStep } from '../service/told-steps.ts';
import { budget, relationshipTypeName } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { dataMark } from './text/list-answer.ts';
import { arrow, automaticMark, memoryLine, reasonOf } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const closingReserve = 80;

const stepLine = ({ relationship, memory, step }: ToldStep, withReason: boolean): string =>
  `  ${arrow(step.type, step.forward, isSymmetric(step.type))} ${memoryLine(memory)}${automaticMark(relationship)}${withReason ? reasonOf(relationship) : ''}`;

/** The steps from the start on: with their reasons if all of it fits, else without, else as far as there is room. */
const pathText = (start: Memory, steps: readonly ToldStep[], maxTokens: number): string => {
  const head = `${steps.length} step${steps.length > 1 ? 's' : ''}. ${dataMark}`;
  const linesOf = (withReason: boolean): readonly string[] => [
    head,
    memoryLine(start),
    ...steps.map((step) => stepLine(step, withReason)),
  ];
  const whole = linesOf(true);
  if (new AnswerBudget(maxTokens).take(...whole)) return whole.join('\n');
  const short = linesOf(false);
  const room = new AnswerBudget(maxTokens, closingReserve);
  const cut = short.findIndex((line) => !room.take(line));
  if (cut === -1) return [...short, `truncated: reasons did not fit into max_tokens ${maxTokens}`].join('\n');
  const left = `truncated: ${short.length - cut} lines and reasons did not fit into max_tokens ${maxTokens}`;
  return [...short.slice(0, cut), left].join('\n');
};

export const findPath = defineTool({
  name: 'find_path',
  title: 'Find path',
  description: 'Use to learn how two memories hang together: the shortest path and why each step is there.',
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
    return { text: pathText(start, steps, input.max_tokens) };
  },
});
