import type { SearchTerm } from '../../src/storage/search-document.ts';
import type { Dialect, TextIndex } from './dialect.ts';
import { type IndexedTerm, indexedTerm } from './tokens.ts';
import { prefixRange } from './word-nodes.ts';

/** A term of a question and what the engine is asked for in its place; nothing where no word begins so. */
export interface AskedTerm {
  readonly term: SearchTerm;
  readonly words: readonly IndexedTerm[];
  /** Where words were looked up: how often one is held, a memory with two of them counted twice. */
  readonly held?: number;
}

/** A beginning that more words have stands for those that most memories hold. */
const wordsOfPrefix = 5_000;

const rangeText = `MATCH (w:Word) WHERE w.key >= $first AND w.key < $beyond AND w.memories > 0
  RETURN w.key AS key, w.memories AS memories ORDER BY w.memories DESC, key ASC LIMIT $limit`;

const lookUp = async (
  dialect: Dialect,
  index: TextIndex,
  { text }: IndexedTerm,
): Promise<Required<Pick<AskedTerm, 'words' | 'held'>>> => {
  const rows = await dialect.read({
    text: rangeText,
    parameters: { ...prefixRange(index, text), limit: wordsOfPrefix },
  });
  return {
    words: rows.map(({ key }) => ({ text: String(key).slice(1), prefix: false })),
    held: rows.reduce((sum, { memories }) => sum + Number(memories), 0),
  };
};

export const askedTerms = (
  dialect: Dialect,
  index: TextIndex,
  terms: readonly SearchTerm[],
  marks: readonly string[],
): Promise<readonly AskedTerm[]> =>
  Promise.all(
    terms.map(async (term) => {
      const indexed = marks.map((mark) => indexedTerm(mark, term, dialect.longestToken));
      if (!dialect.keepsWords || !term.prefix) return { term, words: indexed };
      const found = await Promise.all(indexed.map((each) => lookUp(dialect, index, each)));
      return {
        term,
        words: found.flatMap(({ words }) => words),
        held: found.reduce((sum, { held }) => sum + held, 0),
      };
    }),
  );

export const wordsOf = (asked: readonly AskedTerm[]): readonly IndexedTerm[] => asked.flatMap(({ words }) => words);

export const anyPrefix = (words: readonly IndexedTerm[]): boolean => words.some(({ prefix }) => prefix);
