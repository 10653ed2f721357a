import * as z from 'zod';
import type { ServiceContext } from '../service/context.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { updateMemory as update } from '../service/update-memory.ts';
import { contextDraft, contextInput } from './context-input.ts';
import {
  expectedVersion,
  memoryTypeName,
  orNothing,
  requiredVersion,
  share,
  strings,
  visibilityName,
} from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool, type ToolAnswer } from './tool.ts';

const input = z.strictObject({
  memory_id: z.string(),
  type: memoryTypeName.optional(),
  title: z.string().min(1).optional(),
  content: z.string().min(1).optional(),
  summary: z.string().nullable().transform(orNothing).optional(),
  tags: strings.optional(),
  importance: share.optional(),
  confidence: share.optional(),
  effectiveness: share
    .nullable()
    .meta({ listed: { type: ['number', 'null'] } })
    .optional(),
  context: contextInput.meta({ listed: { type: 'object' } }).optional(),
  expected_version: expectedVersion,
});

const sharedInput = input.extend({
  visibility: visibilityName.meta({ listed: { type: 'string' } }).optional(),
  team_id: z.string().min(1).optional(),
  expected_version: requiredVersion,
  merge: z
    .array(z.enum(['tags']))
    .meta({ listed: { type: 'array', items: { enum: ['tags'] } } })
    .optional(),
});

type Given = z.output<typeof input> & Partial<Pick<z.output<typeof sharedInput>, 'visibility' | 'team_id' | 'merge'>>;

const run = async (given: Given, context: ServiceContext): Promise<ToolAnswer> => {
  const { memory_id, expected_version, merge, team_id: teamId, context: place, ...fields } = given;
  const changes = Object.fromEntries(Object.entries({ ...fields, teamId }).filter(([, value]) => value !== undefined));
  const updated = await update(
    context,
    requireMemoryId(memory_id, 'memory_id'),
    place === undefined ? changes : { ...changes, context: contextDraft(place) },
    expected_version ?? null,
    merge ?? [],
  );
  return receipt({ id: updated.id, version: updated.version, ...(updated.changed ? {} : { changed: false }) });
};

const definition = {
  name: 'update_memory',
  title: 'Update memory',
  description:
    'Use when a memory is wrong or out of date: give what changes. With expected_version, a conflict returns the current record.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
} as const;

export const updateMemory = defineTool({
  ...definition,
  whenMultiTenant: defineTool({
    ...definition,
    input: sharedInput,
    run,
  }),
  input,
  run,
});
