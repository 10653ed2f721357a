import * as z from 'zod';
import { memoryStatistics } from '../service/memory-statistics.ts';
import { budget } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { defineTool } from './tool.ts';

const leftOutReserve = 30;

/** A list on one line, as far as there is room for it. Nothing for an empty one. */
const listLine = (title: string, entries: readonly string[], room: AnswerBudget): readonly string[] => {
  if (entries.length === 0) return [];
  let line = `${title}: ${entries[0]}`;
  let shown = 1;
  for (const entry of entries.slice(1)) {
    if (line.length + entry.length + leftOutReserve > room.left) break;
    line += `, ${entry}`;
    shown += 1;
  }
  if (shown < entries.length) line += ` … truncated: ${entries.length - shown} more`;
  return room.take(line) ? [line] : [];
};

const counted = (counts: readonly { readonly value: string; readonly count: number }[]): readonly string[] =>
  counts.map(({ value, count }) => `${JSON.stringify(value)} ${count}`);

const ranked = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts)
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`);

export const getMemoryStatistics = defineTool({
  name: 'get_memory_statistics',
  title: 'Get memory statistics',
  description: 'Use for an overview: how many memories and relationships there are, by type, tag and project.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({ top: z.number().int().min(1).max(50).default(10), max_tokens: budget(1_500) }),
  run: async ({ top, max_tokens }, context) => {
    const counts = await memoryStatistics(context, top);
    const room = new AnswerBudget(max_tokens);
    const totals = [
      `memories: ${counts.memories} (${counts.trashed} more in the trash)`,
      `relationships: ${counts.relationships}`,
    ];
    for (const line of totals) room.spend(line);
    const [memories = '', relationships = ''] = totals;
    const byType = listLine('by type', ranked(counts.byType), room);
    const byRelationshipType = listLine('by type', ranked(counts.byRelationshipType), room);
    const tags = listLine(`tags, the ${top} most used`, counted(counts.tags), room);
    const projects = listLine(`projects, the ${top} largest`, counted(counts.projects), room);
    return { text: [memories, ...byType, relationships, ...byRelationshipType, ...tags, ...projects].join('\n') };
  },
});
