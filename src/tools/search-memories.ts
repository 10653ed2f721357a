import * as z from 'zod';
import type { Memory } from '../domain/memory.ts';
import { normaliseTags } from '../domain/memory-rules.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import { explainMatch } from '../search/why.ts';
import { type MemoryFilter, type Sort, searchMemories as search } from '../service/search-memories.ts';
import { memoryTypeName, moment, paging, relationshipTypeName, share, strings } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { memoryLine, opening } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const sorts = {
  newest: { field: 'created_at', direction: 'desc' },
  oldest: { field: 'created_at', direction: 'asc' },
  updated: { field: 'updated_at', direction: 'desc' },
  importance: { field: 'importance', direction: 'desc' },
  confidence: { field: 'confidence', direction: 'desc' },
  title: { field: 'title', direction: 'asc' },
} as const satisfies Record<string, Sort>;

const input = z.strictObject({
  query: z.string().optional(),
  terms: strings.optional(),
  match_mode: z.enum(['any', 'all']).default('any'),
  search_tolerance: z.enum(['strict', 'normal', 'fuzzy']).default('normal'),
  memory_types: z.array(memoryTypeName).optional(),
  tags: strings.optional(),
  tag_mode: z.enum(['any', 'all']).default('any'),
  project_path: z.string().optional(),
  languages: strings.optional(),
  frameworks: strings.optional(),
  min_importance: share.optional(),
  min_confidence: share.optional(),
  created_after: moment.optional(),
  created_before: moment.optional(),
  relationship_filter: z.array(relationshipTypeName).optional(),
  sort: z.enum(['relevance', 'newest', 'oldest', 'updated', 'importance', 'confidence', 'title']).optional(),
  ...paging({ limit: 20, maxTokens: 1_500 }),
});

const filterOf = async (
  given: z.output<typeof input>,
  resolveProject: (text: string) => Promise<string>,
): Promise<MemoryFilter> => ({
  ...(given.memory_types ? { types: given.memory_types } : {}),
  ...(given.tags ? { tags: { values: normaliseTags(given.tags), mode: given.tag_mode } } : {}),
  ...(given.project_path ? { projects: [await resolveProject(given.project_path)] } : {}),
  ...(given.languages ? { languages: given.languages } : {}),
  ...(given.frameworks ? { frameworks: given.frameworks } : {}),
  ...(given.min_importance === undefined ? {} : { minImportance: given.min_importance }),
  ...(given.min_confidence === undefined ? {} : { minConfidence: given.min_confidence }),
  ...(given.created_after === undefined ? {} : { createdAfter: given.created_after }),
  ...(given.created_before === undefined ? {} : { createdBefore: given.created_before }),
  ...(given.relationship_filter ? { relatedBy: given.relationship_filter as RelationshipType[] } : {}),
});

export const searchMemories = defineTool({
  name: 'search_memories',
  title: 'Search memories',
  description: 'Use to filter or list. By words: query, or terms. Without words: a list, newest first, with its total.',
  profile: 'core',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input,
  run: async (given, context) => {
    const sort = given.sort === undefined || given.sort === 'relevance' ? null : sorts[given.sort];
    const found = await search(
      context,
      {
        query: given.query?.trim() || null,
        terms: given.terms ?? [],
        options: { mode: given.match_mode, tolerance: given.search_tolerance },
        filter: await filterOf(given, context.resolveProject),
        sort,
      },
      { limit: given.limit, cursor: given.cursor ?? null },
    );
    if (found.items.length === 0) {
      return { text: 'Nothing matches. Loosen a filter, use match_mode any, or search_tolerance fuzzy.' };
    }
    const { parsed, total } = found;
    const amount =
      total === null
        ? `${found.items.length}${found.more ? ', more follow' : ' found'}`
        : `${found.items.length} of ${total}`;
    const why = (memory: Memory): string => {
      if (!parsed) return '';
      return ` [${found.byMeaning.has(memory.id) ? 'meaning' : explainMatch(parsed.query, memory)}]`;
    };
    const text = listAnswer({
      head: `${amount}. ${dataMark}`,
      page: found,
      maxTokens: given.max_tokens,
      lines: (memory) => [memoryLine(memory), `  ${opening(memory.summary || memory.content, 80)}${why(memory)}`],
    });
    return { text };
  },
});
