import * as z from 'zod';
import { listTeams as list } from '../service/list-teams.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const listTeams = defineTool({
  name: 'list_teams',
  title: 'List teams',
  description: 'Use to see your teams and how many memories each holds.',
  profile: 'core',
  multiTenantOnly: true,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({}),
  run: async (_, context) => {
    const teams = await list(context);
    return receipt({ teams: teams.map(({ team, memories }) => ({ team, memories })) });
  },
});
