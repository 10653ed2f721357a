import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import { createRelationship as create } from '../service/create-relationship.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { relationshipContext } from '../service/relationship-context.ts';
import { relationshipType, share } from './inputs.ts';
import { reasonInput } from './reason-input.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const createRelationship = defineTool({
  name: 'create_relationship',
  title: 'Create relationship',
  description: 'Use when two memories belong together; reads "from TYPE to". Said again, it adds evidence.',
  profile: 'core',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  input: z.strictObject({
    from_memory_id: z.string(),
    to_memory_id: z.string(),
    relationship_type: relationshipType,
    strength: share.optional(),
    confidence: share.optional(),
    context: reasonInput.meta({ listed: { type: 'string', description: 'Why and when it holds' } }).optional(),
    description: z.string().max(limits.description).optional(),
  }),
  run: async (input, context) => {
    const stated = await create(context, {
      from: requireMemoryId(input.from_memory_id, 'from_memory_id'),
      to: requireMemoryId(input.to_memory_id, 'to_memory_id'),
      type: input.relationship_type as RelationshipType,
      strength: input.strength ?? null,
      confidence: input.confidence ?? null,
      description: input.description ?? null,
      context: input.context === undefined ? null : relationshipContext(input.context),
      validFrom: null,
    });
    const { id, version, created, evidenceCount } = stated;
    return receipt({ id, version, ...(created ? {} : { reinforced: true, evidence_count: evidenceCount }) });
  },
});
