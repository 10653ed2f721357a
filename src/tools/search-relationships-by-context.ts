import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import { searchRelationships } from '../service/search-relationships.ts';
import { paging, relationshipTypeName, strings } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { quoted, reasonOf } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

export const searchRelationshipsByContext = defineTool({
  name: 'search_relationships_by_context',
  title: 'Search relationships by context',
  description: 'Use to find relationships by why they hold: by words of the reason (query) or by its parts.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    query: z.string().max(limits.query).optional(),
    scope: z.enum(['full', 'partial', 'conditional']).optional(),
    conditions: strings.optional(),
    evidence: strings.optional(),
    components: strings.optional(),
    exceptions: strings.optional(),
    has_evidence: z.boolean().default(false),
    relationship_types: z.array(relationshipTypeName).optional(),
    ...paging({ limit: 10, maxTokens: 1_200 }),
  }),
  run: async (input, context) => {
    const { conditions, evidence, components, exceptions } = input;
    const found = await searchRelationships(
      context,
      {
        query: input.query?.trim() || null,
        scope: input.scope ?? null,
        hasEvidence: input.has_evidence,
        types: (input.relationship_types as RelationshipType[] | undefined) ?? null,
        ...(conditions ? { conditions } : {}),
        ...(evidence ? { evidence } : {}),
        ...(components ? { components } : {}),
        ...(exceptions ? { exceptions } : {}),
      },
      { limit: input.limit, cursor: input.cursor ?? null },
    );
    if (found.items.length === 0) return { text: 'No relationship has such a reason. Use fewer parts or other words.' };
    const text = listAnswer({
      head: `${found.items.length}${found.more ? ' best, more follow' : ' found'}. ${dataMark}`,
      page: found,
      maxTokens: input.max_tokens,
      lines: ({ relationship, from, to }) => [
        `${from.id} ${quoted(from.title)} ${relationship.type} ${to.id} ${quoted(to.title)} [${relationship.id}]`,
        ` ${reasonOf(relationship)}`,
      ],
    });
    return { text };
  },
});
