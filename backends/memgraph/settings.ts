import * as z from 'zod';

export const memgraphSettings = z.strictObject({
  uri: z.string().min(1),
  user: z.string(),
  password: z.string(),
  readOnly: z.boolean().default(false),
  multiTenant: z.boolean().default(false),
});

export type MemgraphSettings = z.output<typeof memgraphSettings>;
