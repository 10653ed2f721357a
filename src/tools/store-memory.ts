import * as z from 'zod';
import type { JsonObject } from '../domain/memory.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import type { ServiceContext } from '../service/context.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { type StoredMemory, storeMemory as store } from '../service/store-memory.ts';
import { contextDraft, contextInput } from './context-input.ts';
import { memoryType, orNothing, relationshipTypeName, statedShare, strings, visibilityName } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool, type ToolAnswer } from './tool.ts';

/** Who reads the memory, and why that is not what it would be otherwise; nothing in single-tenant mode. */
const audienceFacts = ({ visibility, teamId, because }: StoredMemory['audience']): JsonObject => ({
  ...(visibility === null ? {} : { visibility }),
  ...(teamId === null ? {} : { team_id: teamId }),
  ...(because === null ? {} : { because }),
});

const input = z.strictObject({
  type: memoryType,
  title: z.string().min(1),
  content: z.string().min(1),
  summary: z.string().transform(orNothing).optional(),
  tags: strings.default([]),
  importance: statedShare.default(0.5),
  confidence: statedShare.default(0.8),
  context: contextInput.optional(),
  links: z.array(z.strictObject({ memory_id: z.string(), type: relationshipTypeName })).default([]),
  idempotency_key: z.string().min(1).max(200).optional(),
});

const sharedInput = input.extend({
  visibility: visibilityName
    .meta({ listed: { type: 'string', description: 'private, project (default), team, public' } })
    .optional(),
  team_id: z.string().min(1).optional(),
});

type Given = z.output<typeof input> & Partial<Pick<z.output<typeof sharedInput>, 'visibility' | 'team_id'>>;

const run = async (given: Given, context: ServiceContext): Promise<ToolAnswer> => {
  const stored = await store(context, {
    memory: {
      type: given.type,
      title: given.title,
      content: given.content,
      summary: given.summary ?? null,
      tags: given.tags,
      importance: given.importance,
      confidence: given.confidence,
      context: contextDraft(given.context),
      ...(given.visibility === undefined ? {} : { visibility: given.visibility }),
      ...(given.team_id === undefined ? {} : { teamId: given.team_id }),
    },
    links: given.links.map((link) => ({
      memoryId: requireMemoryId(link.memory_id, 'links.memory_id'),
      type: link.type as RelationshipType,
    })),
    idempotencyKey: given.idempotency_key ?? null,
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
};

const definition = {
  name: 'store_memory',
  title: 'Store memory',
  description:
    'Use when something worth knowing next time was learnt. Link it to what it SOLVES, REPLACES, BUILDS_ON. Near-duplicates are reported, not merged.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
} as const;

export const storeMemory = defineTool({
  ...definition,
  whenMultiTenant: defineTool({ ...definition, input: sharedInput, run }),
  input,
  run,
});
