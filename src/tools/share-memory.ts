import * as z from 'zod';
import { requireMemoryId } from '../service/find-memory.ts';
import { shareMemory as share } from '../service/share-memory.ts';
import { requiredVersion, visibilityName } from './inputs.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const shareMemory = defineTool({
  name: 'share_memory',
  title: 'Share memory',
  description:
    'Use when the user wants other people to read a memory, or fewer: team without team_id is the whole tenant.',
  profile: 'core',
  multiTenantOnly: true,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    memory_id: z.string(),
    visibility: visibilityName,
    team_id: z.string().min(1).optional(),
    expected_version: requiredVersion,
  }),
  run: async (input, context) => {
    const id = requireMemoryId(input.memory_id, 'memory_id');
    const shared = await share(context, id, input.visibility, input.team_id ?? null, input.expected_version);
    return receipt({
      id: shared.id,
      version: shared.version,
      visibility: shared.visibility,
      ...(shared.teamId === null ? {} : { team_id: shared.teamId }),
      ...(shared.changed ? {} : { changed: false }),
    });
  },
});
