import type { TextQuery } from '../storage/search-document.ts';
import { fileNamesOf, type SearchedMemory, technologiesOf } from './document.ts';
import { matcherOf } from './matcher.ts';

/** An answer has at least this share of the words asked, or this many of them where a long text was pasted. */
const answeringShare = 0.34;
const answeringWords = 5;
/** A word that was guessed for one that nobody wrote. */
const guessedWord = 0.5;
const MAX_MATCHES = 200;

/**
 * Whether none of these memories, the best that were found, has enough of the words asked to be an answer. `guessed` are the words that
 * were looked for instead of others. How rare a word is does not count: that tells little in a small store.
 */
export const isWeak = (query: TextQuery, guessed: readonly string[], best: readonly SearchedMemory[]): boolean => {
  const matches = matcherOf(query);
  const worth = query.groups.map((terms) => (terms.some((term) => guessed.includes(term.text)) ? guessedWord : 1));
  return best.every((memory) => {
    const texts = [memory.title, ...memory.tags, ...technologiesOf(memory), memory.content, memory.summary ?? ''];
    const held = new Set(
      [...texts, ...fileNamesOf(memory)].flatMap((text) => matches(text, MAX_MATCHES).flatMap((match) => match.groups)),
    );
    const share = [...held].reduce((sum, group) => sum + (worth[group] ?? 0), 0) / query.groups.length;
    return share < answeringShare && held.size < answeringWords;
  });
};
