import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { AppError } from '../errors.ts';
import { requireRelationshipId } from '../service/find-relationship.ts';
import { endRelationship } from '../service/revise-relationship.ts';
import { expectedVersion, moment } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const deleteRelationship = defineTool({
  name: 'delete_relationship',
  title: 'Delete relationship',
  description:
    'Use when a relationship no longer holds (invalidate: it was true until now, or valid_until) or never did (remove). History keeps both.',
  profile: 'extended',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
  input: z.strictObject({
    relationship_id: z.string(),
    mode: z.enum(['invalidate', 'remove']).default('invalidate'),
    valid_until: moment.optional(),
    reason: z.string().max(limits.description).optional(),
    expected_version: expectedVersion,
  }),
  run: async (input, context) => {
    if (input.mode === 'remove' && input.valid_until !== undefined) {
      throw new AppError('invalid_input', 'valid_until goes with mode invalidate: what is removed never was true.');
    }
    const ended = await endRelationship(
      context,
      requireRelationshipId(input.relationship_id),
      input.mode,
      input.valid_until ?? null,
      input.expected_version ?? null,
      input.reason ?? null,
    );
    return receipt({
      id: ended.id,
      version: ended.version,
      [input.mode === 'remove' ? 'removed' : 'invalidated']: true,
    });
  },
});
