import * as z from 'zod';
import { memoryTypes, visibilities } from '../domain/memory.ts';
import { relationshipTypes } from '../domain/relationship.ts';

/** Any case. The closed lists are checked but shown once, by the tool that needs them most: each showing costs a hundred tokens. */
export const relationshipTypeName = z
  .string()
  .transform((name) => name.trim().toUpperCase())
  .pipe(z.enum(relationshipTypes as [string, ...string[]]));
export const memoryTypeName = z
  .string()
  .transform((name) => name.trim().toLowerCase())
  .pipe(z.enum(memoryTypes));

/** The same with the list in full. */
export const memoryType = memoryTypeName.meta({ listed: { type: 'string', enum: [...memoryTypes] } });
export const relationshipType = relationshipTypeName.meta({ listed: { type: 'string', enum: [...relationshipTypes] } });

/** 0–1, which the tool that stores memories says and the others need not repeat. */
export const share = z
  .number()
  .min(0)
  .max(1)
  .meta({ listed: { type: 'number' } });
export const statedShare = z.number().min(0).max(1);
export const strings = z.array(z.string());

/** An empty text is how some callers say that there is none. */
export const orNothing = (text: string | null): string | null => (text?.trim() ? text : null);
export const requiredVersion = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const expectedVersion = requiredVersion.optional();

export const visibilityName = z
  .string()
  .transform((name) => name.trim().toLowerCase())
  .pipe(z.enum(visibilities));

const limit = (most: number, usual: number) =>
  z
    .number()
    .int()
    .min(1)
    .max(most)
    .default(usual)
    .meta({ listed: { type: 'integer' } });
const maxTokens = (usual: number) =>
  z
    .number()
    .int()
    .min(200)
    .max(100_000)
    .default(usual)
    .meta({ listed: { type: 'integer' } });

/** What every tool that reads a list takes. `maxTokens` bounds the whole answer, at four characters a token. */
export const paging = (usual: { limit: number; maxTokens: number }, most = 100) => ({
  limit: limit(most, usual.limit),
  cursor: z.string().optional(),
  max_tokens: maxTokens(usual.maxTokens),
});

export const budget = maxTokens;

/** `Date.parse` takes 30 February for 2 March. */
const isDay = (year: number, month: number, day: number): boolean =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;

/** ISO 8601, a day or a moment with its zone; a moment without one is UTC. Comes out as milliseconds. */
export const moment = z.string().transform((text, issues) => {
  const given = text.trim();
  const [, year, month, day, time] = /^(\d{4})-(\d{2})-(\d{2})([T ]\S+)?$/i.exec(given) ?? [];
  const zoned = time === undefined || /(?:Z|[+-]\d{2}:?\d{2})$/i.test(time) ? given : `${given}Z`;
  const at = isDay(Number(year), Number(month), Number(day)) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(at))
    issues.addIssue({ code: 'custom', message: 'must be ISO 8601, e.g. 2026-11-23 or 2026-11-23T14:00:00Z' });
  return at;
});
