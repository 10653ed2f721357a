import type { Memory } from '../domain/memory.ts';
import type { TextQuery } from '../storage/search-document.ts';
import { normalise } from './fold.ts';
import { type Match, matcherOf } from './matcher.ts';

const MAX_MATCHES = 500;

/** The run of matches within `width` that satisfies most groups; the earliest of equals. */
const bestRun = (matches: readonly Match[], width: number): readonly [start: number, end: number] | null => {
  const counts = new Map<number, number>();
  let best: readonly [number, number] | null = null;
  let most = 0;
  let first = 0;
  for (const match of matches) {
    for (const group of match.groups) counts.set(group, (counts.get(group) ?? 0) + 1);
    for (let left = matches[first]; left !== undefined && left !== match && match.end - left.start > width; ) {
      for (const group of left.groups) {
        const count = counts.get(group) ?? 0;
        if (count > 1) counts.set(group, count - 1);
        else counts.delete(group);
      }
      first++;
      left = matches[first];
    }
    if (counts.size <= most) continue;
    most = counts.size;
    best = [matches[first]?.start ?? match.start, match.end];
  }
  return best;
};

/** Moves a cut to a blank nearby, so that words stay whole, and never into a surrogate pair. */
const wordStart = (text: string, at: number, latest: number): number => {
  if (at <= 0) return 0;
  const blank = text.slice(at, Math.min(latest, at + 24)).search(/\s/);
  if (blank !== -1) return at + blank + 1;
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
};
const wordEnd = (text: string, at: number, earliest: number): number => {
  if (at >= text.length) return text.length;
  const from = Math.max(earliest, at - 24);
  const blank = /\s\S*$/.exec(text.slice(from, at + 1));
  if (blank !== null) return from + blank.index;
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) ? at - 1 : at;
};

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** The part of the content that has most words of the query, or its beginning, on one line of at most `maxChars`. */
export const snippet = (memory: Pick<Memory, 'content'>, query: TextQuery, maxChars: number): string => {
  if (memory.content.length <= maxChars) return oneLine(memory.content);
  const normal = normalise(memory.content);
  // Show what was written, unless normalising has moved the places.
  const text = normal.length === memory.content.length ? memory.content : normal;
  const width = Math.max(1, maxChars - 2);
  const [from, to] = bestRun(matcherOf(query)(normal, MAX_MATCHES), width) ?? [0, 0];
  const lead = Math.min(from, Math.max(0, Math.floor((width - (to - from)) / 3)));
  const start = wordStart(text, Math.min(from - lead, Math.max(0, text.length - width)), from);
  const end = wordEnd(text, start + width, Math.min(to, start + width));
  return `${start > 0 ? '…' : ''}${oneLine(text.slice(start, end))}${end < text.length ? '…' : ''}`;
};
