import * as z from 'zod';

export const neo4jSettings = z.strictObject({
  uri: z.string().min(1),
  user: z.string(),
  password: z.string(),
  database: z.string().min(1).nullable().default(null),
  readOnly: z.boolean().default(false),
  multiTenant: z.boolean().default(false),
});

export type Neo4jSettings = z.output<typeof neo4jSettings>;
