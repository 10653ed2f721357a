import * as z from 'zod';
import type { Place } from './sources.ts';

export interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly allowed: string;
  readonly description: string;
  /** As it would stand in the environment, or how to find it and what to print in the documentation. */
  readonly fallback: string | { readonly find: (place: Place) => string; readonly documented: string };
  /** An empty value means something. Elsewhere it counts as unset, because client configurations are full of them. */
  readonly emptyCounts?: true;
  /** Shown as it was understood: absolute. */
  readonly isPath?: true;
  /** A name that other programs know: read from the environment where ours is unset. */
  readonly alias?: string;
  /** Never printed. */
  readonly secret?: true;
}

export const variable = <Schema extends z.ZodType>(definition: Variable<Schema>): Variable<Schema> => definition;

export const choice = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  fallback: Names[number],
  description: string,
): Variable<z.ZodPipe<z.ZodString, z.ZodEnum<{ [Name in Names[number]]: Name }>>> =>
  variable({ schema: z.string().toLowerCase().pipe(z.enum(names)), allowed: names.join(', '), fallback, description });

export const flag = (description: string, fallback = 'false'): Variable<z.ZodType<boolean, string>> =>
  variable({
    schema: z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
    allowed: 'true, false, 1, 0',
    fallback,
    description,
  });

export const integer = (
  least: number,
  most: number,
  fallback: number,
  description: string,
): Variable<z.ZodType<number, string>> =>
  variable({
    schema: z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .pipe(z.int().min(least).max(most)),
    allowed: `an integer from ${least} to ${most}`,
    fallback: String(fallback),
    description,
  });
