import type { Relationship, RelationshipContext } from '../domain/relationship.ts';
import type { SearchTerm } from '../storage/search-document.ts';
import { tokenize } from './tokenizer.ts';

export const contextLists = ['conditions', 'evidence', 'components', 'exceptions'] as const;
export type ContextList = (typeof contextLists)[number];

const tokensOf = (text: string): readonly string[] => {
  const { words, identifiers } = tokenize(text);
  return [...words, ...identifiers];
};

// No token of the tokenizer holds a `=`: a word in its place cannot be taken for a plain word.
const inPlace = (place: string, token: string): string => `${place}=${token}`;

export const scopeTerm = (scope: NonNullable<RelationshipContext['scope']>): SearchTerm => ({
  text: inPlace('scope', scope),
  prefix: false,
});
export const evidenceTerm: SearchTerm = { text: inPlace('has', 'evidence'), prefix: false };

/** One group: any of these words in that list of a context. */
export const listTerms = (list: ContextList, texts: readonly string[]): readonly SearchTerm[] =>
  [...new Set(texts.flatMap(tokensOf))].map((token) => ({ text: inPlace(list, token), prefix: false }));

/** What a store keeps to find a relationship by its reason: the words of all parts, and those of each list once more with their place. */
export const relationshipWords = (relationship: Pick<Relationship, 'description' | 'context'>): readonly string[] => {
  const { description, context } = relationship;
  if (!context) return tokensOf(description ?? '');
  const said = [description ?? '', context.text ?? ''].flatMap(tokensOf);
  const placed = contextLists.flatMap((list) => {
    const tokens = context[list].flatMap(tokensOf);
    // Lists read out of the text repeat its words; those given as fields do not.
    const fresh = tokens.filter((token) => !said.includes(token));
    return [...fresh, ...[...new Set(tokens)].map((token) => inPlace(list, token))];
  });
  return [
    ...said,
    ...placed,
    ...(context.scope === null ? [] : [scopeTerm(context.scope).text]),
    ...(context.evidence.length > 0 ? [evidenceTerm.text] : []),
  ];
};
