import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { strings } from './inputs.ts';

const list = strings.max(limits.contextList).optional();

const fields = z.strictObject({
  text: z.string().max(limits.relationshipContext).optional(),
  scope: z.enum(['full', 'partial', 'conditional']).optional(),
  conditions: list,
  evidence: list,
  components: list,
  exceptions: list,
});

/** Why a relationship holds: in words, from which the parts are read, or the parts themselves. */
export const reasonInput = z.union([z.string().max(limits.relationshipContext), fields]).transform((given) => {
  if (typeof given === 'string') return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [Key in keyof typeof given]-?: NonNullable<(typeof given)[Key]>;
  };
});
