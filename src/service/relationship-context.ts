import { limits } from '../domain/limits.ts';
import type { RelationshipContext } from '../domain/relationship.ts';

export type ContextFields = Partial<RelationshipContext>;

const conditionMarks = /\b(?:only\s+)?(?:when|whenever|if|provided that|as long as|while|given that|in case)\s+/gi;
const evidenceMarks =
  /\b(?:because|since|as shown by|verified (?:by|in|with)|confirmed (?:by|in|with)|tested (?:by|in|with|on)|measured (?:by|in|with|at)|evidence:?|observed in|seen in|according to)\s+/gi;
const exceptionMarks =
  /\b(?:except(?: for| when| if| in)?|unless|but not(?: for| when| if| in)?|excluding|other than)\s+/gi;
const componentMarks =
  /\b(?:affects|involves|component:?|components:?|module:?|modules:?|in the (?=\w+ (?:module|service|layer|component|package)))\s*/gi;

const partial = /\b(?:partial(?:ly)?|partly|some(?:times)?|limited|workaround)\b/i;
const full = /\b(?:full(?:y)?|complete(?:ly)?|always|entirely|every)\b/i;

const marks = [
  ['exceptions', exceptionMarks],
  ['conditions', conditionMarks],
  ['evidence', evidenceMarks],
  ['components', componentMarks],
] as const;

interface Mark {
  readonly kind: (typeof marks)[number][0];
  readonly start: number;
  readonly end: number;
}

/** Marks in the order of the text; where two overlap, the one that begins first, and of those the earlier in `marks`. */
const marksIn = (text: string): readonly Mark[] => {
  const found = marks.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(
      (match): Mark => ({ kind, start: match.index, end: match.index + match[0].length }),
    ),
  );
  found.sort((a, b) => a.start - b.start);
  return found.filter((mark, index) => index === 0 || mark.start >= (found[index - 1]?.end ?? 0));
};

const clause = (text: string): string =>
  (text.split(/[.;\n](?:\s|$)|,\s+(?=(?:but|and then|so)\b)/, 1)[0] ?? '')
    .replace(/[\s,.;:()]+$/, '')
    .trim()
    .slice(0, limits.contextItem);

const scopeOf = (text: string, conditional: boolean): RelationshipContext['scope'] => {
  if (partial.test(text)) return 'partial';
  if (conditional) return 'conditional';
  return full.test(text) ? 'full' : null;
};

const unique = (items: readonly string[]): readonly string[] =>
  [...new Set(items.filter((item) => item !== ''))].slice(0, limits.contextList);

/**
 * What a reason says, found by its English signal words: after `when`, `if` … a condition, after `because`, `verified by` … evidence, after
 * `except`, `unless` … an exception, after `affects`, `module` … a component. Fields that are given stand as given.
 */
export const relationshipContext = (given: string | ContextFields): RelationshipContext => {
  const fields: ContextFields = typeof given === 'string' ? { text: given } : given;
  const text = fields.text ?? '';
  const found = {
    conditions: [] as string[],
    evidence: [] as string[],
    components: [] as string[],
    exceptions: [] as string[],
  };
  const seen = marksIn(text);
  seen.forEach((mark, index) => {
    found[mark.kind].push(clause(text.slice(mark.end, seen[index + 1]?.start ?? text.length)));
  });
  const conditional =
    (fields.conditions ?? found.conditions).length > 0 || (fields.exceptions ?? found.exceptions).length > 0;
  return {
    text: fields.text ?? null,
    scope: fields.scope ?? scopeOf(text, conditional),
    conditions: unique(fields.conditions ?? found.conditions),
    evidence: unique(fields.evidence ?? found.evidence),
    components: unique(fields.components ?? found.components),
    exceptions: unique(fields.exceptions ?? found.exceptions),
  };
};
