/**
 * The words of a memory as the one tokenizer of `src/search` wrote them, by field. A store keeps and indexes these tokens as
 * they are, lower case, split at the space and nowhere else, and never looks at the memory's own text.
 */
export interface SearchDocument {
  readonly title: readonly string[];
  readonly tags: readonly string[];
  readonly content: readonly string[];
  /** Identifiers kept whole (`readfilesync`, `errmodulenotfound`). */
  readonly identifiers: readonly string[];
  /** Words of related memories. */
  readonly context: readonly string[];
}

export const searchFields = ['title', 'tags', 'content', 'identifiers', 'context'] as const;
export type SearchField = (typeof searchFields)[number];

/** How much one occurrence counts, by field. */
export const fieldWeights: Readonly<Record<SearchField, number>> = Object.freeze({
  title: 2,
  tags: 1,
  content: 1,
  identifiers: 0.5,
  context: 0.4,
});

/** A word to look for, as the tokenizer wrote it. With `prefix`, every stored word that begins with it counts. */
export interface SearchTerm {
  readonly text: string;
  readonly prefix: boolean;
}

/**
 * What to look for: groups joined by `mode`, the terms inside a group by OR. `all` wants every group, `any` at least one.
 * No groups, or an empty group under `all`, matches nothing.
 */
export interface TextQuery {
  readonly groups: readonly (readonly SearchTerm[])[];
  readonly mode: 'any' | 'all';
}
