import * as z from 'zod';
import type { JsonObject } from '../domain/memory.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { type StoredMemory, storeMemory as store } from '../service/store-memory.ts';
import { contextDraft, contextInput } from './context-input.ts';
import { memoryType, relationshipTypeName, statedShare, strings } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

/** Who reads the memory, and why that is not what it would be otherwise; nothing in single-tenant mode. */
const audienceFacts = ({ visibility, teamId, because }: StoredMemory['audience']): JsonObject => ({
  ...(visibility === null ? {} : { visibility }),
  ...(teamId === null ? {} : { team_id: teamId }),
  ...(because === null ? {} : { because }),
});

export const storeMemory = defineTool({
  name: 'store_memory',
  title: 'Store memory',
  description:
    'Use when something worth knowing next time was learnt. Link it to what it SOLVES, REPLACES, BUILDS_ON. Near-duplicates are reported, not merged.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  input: z.strictObject({
    type: memoryType,
    title: z.string().min(1),
    content: z.string().min(1),
    summary: z.string().optional(),
    tags: strings.default([]),
    importance: statedShare.default(0.5),
    confidence: statedShare.default(0.8),
    context: contextInput.optional(),
    links: z.array(z.strictObject({ memory_id: z.string(), type: relationshipTypeName })).default([]),
    idempotency_key: z.string().min(1).max(200).optional(),
  }),
  run: async (input, context) => {
    const stored = await store(context, {
      memory: {
        type: input.type,
        title: input.title,
        content: input.content,
        summary: input.summary ?? null,
        tags: input.tags,
        importance: input.importance,
        confidence: input.confidence,
        context: contextDraft(input.context),
      },
      links: input.links.map((link) => ({
        memoryId: requireMemoryId(link.memory_id, 'links.memory_id'),
        type: link.type as RelationshipType,
      })),
      idempotencyKey: input.idempotency_key ?? null,
    });
    return receipt({
      id: stored.id,
      version: stored.version,
      ...(stored.linked > 0 ? { linked: stored.linked } : {}),
      ...(stored.replayed ? { replayed: true } : {}),
      ...audienceFacts(stored.audience),
      ...(stored.nearDuplicates.length > 0
        ? { near_duplicates: stored.nearDuplicates.map(({ id, title, similarity }) => ({ id, title, similarity })) }
        : {}),
    });
  },
});
