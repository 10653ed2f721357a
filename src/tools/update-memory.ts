import * as z from 'zod';
import { requireMemoryId } from '../service/find-memory.ts';
import { updateMemory as update } from '../service/update-memory.ts';
import { contextDraft, contextInput } from './context-input.ts';
import { expectedVersion, memoryTypeName, share, strings } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const updateMemory = defineTool({
  name: 'update_memory',
  title: 'Update memory',
  description:
    'Use when a memory is wrong or out of date: give what changes. With expected_version, a conflict returns the current record.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    memory_id: z.string(),
    type: memoryTypeName.optional(),
    title: z.string().min(1).optional(),
    content: z.string().min(1).optional(),
    summary: z.string().nullable().optional(),
    tags: strings.optional(),
    importance: share.optional(),
    confidence: share.optional(),
    effectiveness: share
      .nullable()
      .meta({ listed: { type: ['number', 'null'] } })
      .optional(),
    context: contextInput.meta({ listed: { type: 'object' } }).optional(),
    expected_version: expectedVersion,
  }),
  run: async ({ memory_id, expected_version, context: place, ...fields }, context) => {
    const changes = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const updated = await update(
      context,
      requireMemoryId(memory_id, 'memory_id'),
      place === undefined ? changes : { ...changes, context: contextDraft(place) },
      expected_version ?? null,
    );
    return receipt({ id: updated.id, version: updated.version, ...(updated.changed ? {} : { changed: false }) });
  },
});
