import type { TextQuery } from '../storage/search-document.ts';
import { fileNamesOf, type SearchedMemory, technologiesOf } from './document.ts';
import { normalise } from './fold.ts';
import { MAX_SCANNED, type Matcher, matcherOf } from './matcher.ts';

export { snippet } from './snippet.ts';

const MAX_WORDS = 4;
const MAX_WORD = 40;
const MAX_MATCHES = 200;

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** The words of a text as they stand there that satisfy a group not yet explained. */
const explaining = (text: string, matches: Matcher, explained: Set<number>, words: Set<string>): void => {
  const normal = normalise(text);
  for (const { start, end, groups } of matches(normal, MAX_MATCHES)) {
    if (words.size >= MAX_WORDS) return;
    if (groups.every((group) => explained.has(group))) continue;
    for (const group of groups) explained.add(group);
    words.add(shortened(normal.slice(start, end), MAX_WORD));
  }
};

/**
 * Why a memory answers a query, in its own words: `title: timeout, login; tag: auth`. Each word of the query is explained once, by the
 * first field that has it. If no field of its own has any, related memories do.
 */
export const explainMatch = (query: TextQuery, memory: SearchedMemory): string => {
  const matches = matcherOf(query);
  const explained = new Set<number>();
  const parts: string[] = [];
  const explain = (field: string, texts: readonly string[]): void => {
    const words = new Set<string>();
    for (const text of texts) {
      if (explained.size < query.groups.length) explaining(text, matches, explained, words);
    }
    if (words.size > 0) parts.push(`${field}: ${[...words].join(', ')}`);
  };
  explain('title', [memory.title]);
  explain('tag', memory.tags);
  explain('technology', technologiesOf(memory));
  explain('content', [memory.content, memory.summary ?? '']);
  explain('file', fileNamesOf(memory));
  if (parts.length > 0) return parts.join('; ');
  return memory.content.length > MAX_SCANNED ? 'content' : 'related memories';
};
