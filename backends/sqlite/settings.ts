import { resolve } from 'node:path';
import * as z from 'zod';

export const sqliteSettings = z.strictObject({
  /** Made absolute, so that no form of it reads as a URI or as an in-memory database. */
  path: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  /** `full` flushes to the disk before a write is answered; `normal` survives a killed process but not a power cut. */
  synchronous: z.enum(['full', 'normal']).default('full'),
  readOnly: z.boolean().default(false),
  /** Which of the two shapes of a store: see `Backend.open`. */
  multiTenant: z.boolean().default(false),
});

export type SqliteSettings = z.output<typeof sqliteSettings>;
