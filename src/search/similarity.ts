import type { SearchDocument, TextQuery } from '../storage/search-document.ts';
import { isStopWord } from './stop-words.ts';

const TITLE_SHARE = 0.35;
/** Content that stands whole inside a longer one is nearly the same, if it says enough. */
const CONTAINED = 0.9;
const MIN_CONTAINED = 12;
const MAX_PROBE_WORDS = 3;

type Said = Pick<SearchDocument, 'title' | 'content'>;

const sharedCount = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const word of few) if (many.has(word)) shared++;
  return shared;
};

const overlap = (a: readonly string[], b: readonly string[], minContained: number): number => {
  const [left, right] = [new Set(a), new Set(b)];
  const smaller = Math.min(left.size, right.size);
  if (left.size + right.size === 0) return 1;
  const shared = sharedCount(left, right);
  const jaccard = shared / (left.size + right.size - shared);
  return smaller >= minContained ? Math.max(jaccard, (CONTAINED * shared) / smaller) : jaccard;
};

/** How much two memories say the same, 0–1; the same words make 1. Without any word nothing can be said: 0. */
export const similarity = (a: Said, b: Said): number => {
  if (a.title.length + a.content.length === 0 || b.title.length + b.content.length === 0) return 0;
  const title = overlap(a.title, b.title, Number.POSITIVE_INFINITY);
  return TITLE_SHARE * title + (1 - TITLE_SHARE) * overlap(a.content, b.content, MIN_CONTAINED);
};

/**
 * A query that a store answers fast because all of its few words must be there: those of the title that look rare. Half of a short
 * title is enough, so that one with another turn of phrase is found too.
 */
export const duplicateProbe = (document: Said): TextQuery => {
  const telling = (words: readonly string[]): string[] => [...new Set(words)].filter((word) => !isStopWord(word));
  const title = telling(document.title);
  const words = title.length > 0 ? title : telling(document.content.slice(0, 200));
  const rareness = (word: string): number => word.length + (/\d/.test(word) ? 4 : 0);
  words.sort((a, b) => rareness(b) - rareness(a) || (a < b ? -1 : 1));
  const wanted = words.length <= 2 ? words.length : Math.min(MAX_PROBE_WORDS, Math.ceil(words.length / 2));
  return { groups: words.slice(0, wanted).map((text) => [{ text, prefix: false }]), mode: 'all' };
};
