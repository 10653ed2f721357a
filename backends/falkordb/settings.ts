import * as z from 'zod';

export const graphSettings = {
  /** Prefix of every graph's name. */
  graph: z.string().min(1),
  readOnly: z.boolean().default(false),
  multiTenant: z.boolean().default(false),
};

export const falkordbSettings = z.strictObject({
  uri: z.string().min(1),
  user: z.string(),
  password: z.string(),
  ...graphSettings,
});

export type FalkordbSettings = z.output<typeof falkordbSettings>;
