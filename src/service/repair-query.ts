import type { ParsedQuery } from '../search/query.ts';
import { allowedEdits, bestReplacement } from '../search/repair.ts';
import type { SearchTerm } from '../storage/search-document.ts';
import type { ServiceContext } from './context.ts';

/** A word of the query that no memory holds, and what was looked for instead. */
export interface Repair {
  readonly word: string;
  readonly by: string;
}

const vocabularyRead = 20_000;

const repaired = async (context: ServiceContext, word: string): Promise<string | null> => {
  const edits = allowedEdits(word.length);
  if (edits === 0) return null;
  // Most mistakes spare the first two letters, and the words that share both are few.
  for (const shared of [2, 1]) {
    const candidates = await context.store.vocabulary(context.scope, {
      prefix: word.slice(0, shared),
      minLength: word.length - edits,
      maxLength: word.length + edits,
      limit: vocabularyRead,
    });
    const best = bestReplacement(word, candidates);
    if (best !== null) return best;
  }
  return null;
};

/**
 * Replaces the words of a query that no memory in scope holds by the nearest that one does. A mistake in the first letter is not found:
 * it would need a look at the whole vocabulary.
 */
export const repairQuery = async (
  context: ServiceContext,
  parsed: ParsedQuery,
): Promise<{ readonly parsed: ParsedQuery; readonly repairs: readonly Repair[] }> => {
  const { groups, mode } = parsed.query;
  const terms = [
    ...new Set(
      groups
        .flat()
        .filter((term) => !term.prefix)
        .map((term) => term.text),
    ),
  ];
  const known = new Set((await context.store.termFrequencies(context.scope, terms)).map((term) => term.text));
  const repairs: Repair[] = [];
  const mended = await Promise.all(
    groups.map(async (group): Promise<readonly SearchTerm[]> => {
      const [first] = group;
      if (!first || group.some((term) => term.prefix || known.has(term.text))) return group;
      const by = await repaired(context, first.text);
      if (by === null) return group;
      repairs.push({ word: first.text, by });
      return [...group, { text: by, prefix: false }];
    }),
  );
  return repairs.length === 0
    ? { parsed, repairs }
    : { parsed: { ...parsed, query: { groups: mended, mode } }, repairs };
};
