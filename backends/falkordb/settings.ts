import * as z from 'zod';

const common = {
  /** Prefix of every graph's name. */
  graph: z.string().min(1),
  readOnly: z.boolean().default(false),
  multiTenant: z.boolean().default(false),
};

export const falkordbSettings = z.strictObject({
  uri: z.string().min(1),
  user: z.string(),
  password: z.string(),
  ...common,
});

export type FalkordbSettings = z.output<typeof falkordbSettings>;
