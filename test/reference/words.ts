import type { TermFrequency } from '../../src/storage/query.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import { compareText } from './order.ts';
import type { State } from './state.ts';

/** Each word of live memories, counted once for each memory that holds it. */
const frequencies = ({ documents }: State): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const document of documents.values()) {
    const words = new Set(searchFields.flatMap((field) => document[field]));
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
};

/** A word asked for twice is answered once. */
export const termFrequencies = (state: State, terms: readonly string[]): readonly TermFrequency[] => {
  const counts = frequencies(state);
  return [...new Set(terms)].flatMap((text) => {
    const frequency = counts.get(text);
    return frequency === undefined ? [] : [{ text, frequency }];
  });
};

export const listVocabulary = (
  state: State,
  { prefix, minLength, maxLength, limit }: Parameters<GraphStore['vocabulary']>[1],
): readonly TermFrequency[] =>
  [...frequencies(state)]
    .map(([text, frequency]) => ({ text, frequency }))
    .filter(({ text }) => text.startsWith(prefix) && text.length >= minLength && text.length <= maxLength)
    .sort((a, b) => compareText(a.text, b.text))
    .slice(0, limit);
