import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import { AppError } from '../errors.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { requireRelationshipId } from '../service/find-relationship.ts';
import { relationshipContext } from '../service/relationship-context.ts';
import { supersedeRelationship, updateRelationship as update } from '../service/revise-relationship.ts';
import { expectedVersion, relationshipTypeName, share } from './inputs.ts';
import { reasonInput } from './reason-input.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const updateRelationship = defineTool({
  name: 'update_relationship',
  title: 'Update relationship',
  description:
    'Use to strengthen, weaken or explain a relationship, or to record that it held or failed (outcome). New ends or type supersede it: it is closed with the reason, a new one opens.',
  profile: 'extended',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  input: z.strictObject({
    relationship_id: z.string(),
    strength: share.optional(),
    confidence: share.optional(),
    context: reasonInput.meta({ listed: { type: 'string' } }).optional(),
    description: z.string().max(limits.description).optional(),
    outcome: z.enum(['success', 'failure']).optional(),
    relationship_type: relationshipTypeName.optional(),
    from_memory_id: z.string().optional(),
    to_memory_id: z.string().optional(),
    reason: z.string().max(limits.description).optional(),
    expected_version: expectedVersion,
  }),
  run: async (input, context) => {
    const id = requireRelationshipId(input.relationship_id);
    const changes = {
      strength: input.strength ?? null,
      confidence: input.confidence ?? null,
      description: input.description ?? null,
      context: input.context === undefined ? null : relationshipContext(input.context),
      outcome: input.outcome ?? null,
    };
    const successor = {
      type: (input.relationship_type as RelationshipType | undefined) ?? null,
      from: input.from_memory_id === undefined ? null : requireMemoryId(input.from_memory_id, 'from_memory_id'),
      to: input.to_memory_id === undefined ? null : requireMemoryId(input.to_memory_id, 'to_memory_id'),
    };
    const version = input.expected_version ?? null;
    const reason = input.reason ?? null;
    if (Object.values(successor).some((part) => part !== null)) {
      const next = await supersedeRelationship(context, id, changes, successor, version, reason);
      return receipt({ id: next.id, version: next.version, supersedes: id });
    }
    if (Object.values(changes).every((part) => part === null)) {
      throw new AppError(
        'invalid_input',
        'Nothing to change: give at least one field besides relationship_id and reason.',
      );
    }
    const updated = await update(context, id, changes, version, reason);
    return receipt({ id: updated.id, version: updated.version });
  },
});
