import * as z from 'zod';
import { AppError } from '../errors.ts';
import { whoAmI } from '../service/who-am-i.ts';
import { receipt } from './text/receipt.ts';
import { defineTool } from './tool.ts';

export const whoami = defineTool({
  name: 'whoami',
  title: 'Who am I',
  description: 'Use to see who the server takes you for: tenant, user, teams, projects.',
  profile: 'core',
  multiTenantOnly: true,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({}),
  run: async (_, context) => {
    const identity = whoAmI(context);
    if (identity === null) throw new AppError('invalid_input', 'The server runs in single-tenant mode: all is yours.');
    const { tenant, user, teams, projects, role } = identity;
    return receipt({ tenant, user, teams, projects, role });
  },
});
