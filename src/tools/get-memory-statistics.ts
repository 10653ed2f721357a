import * as z from 'zod';
import { memoryStatistics } from '../service/memory-statistics.ts';
import { defineTool } from './tool.ts';

const counted = (counts: readonly { readonly value: string; readonly count: number }[]): string =>
  counts.map(({ value, count }) => `${JSON.stringify(value)} ${count}`).join(', ');

const ranked = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

export const getMemoryStatistics = defineTool({
  name: 'get_memory_statistics',
  title: 'Get memory statistics',
  description: 'Use for an overview: how many memories and relationships there are, by type, tag and project.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({ top: z.number().int().min(1).max(50).default(10) }),
  run: async ({ top }, context) => {
    const counts = await memoryStatistics(context, top);
    const lines = [
      `memories: ${counts.memories} (${counts.trashed} more in the trash)`,
      `by type: ${ranked(counts.byType)}`,
      `relationships: ${counts.relationships}`,
      `by type: ${ranked(counts.byRelationshipType)}`,
      `tags, the ${top} most used: ${counted(counts.tags)}`,
      `projects, the ${top} largest: ${counted(counts.projects)}`,
    ];
    return { text: lines.filter((line) => !line.endsWith(': ')).join('\n') };
  },
});
