import type { SearchTerm, TextQuery } from '../storage/search-document.ts';
import { normalise } from './fold.ts';
import { isStopWord } from './stop-words.ts';
import { eachPiece, tokenOf, type Word } from './tokenizer.ts';

export interface QueryOptions {
  /** Default `any`. */
  readonly mode?: 'any' | 'all';
  /** `strict`: every word must be there. `normal` (default): as `mode` says. `fuzzy`: words that begin alike count too. */
  readonly tolerance?: 'strict' | 'normal' | 'fuzzy';
}

export interface ParsedQuery {
  readonly query: TextQuery;
  /** Words that were left out, folded: stop words, and what was beyond the limit of terms. */
  readonly dropped: readonly string[];
}

const MAX_TERMS = 64;
const MIN_PREFIX = 3;
const canBegin = /^\D.{2}/u;

interface Group {
  readonly plain: string;
  readonly terms: readonly SearchTerm[];
  readonly stop: boolean;
}

const exact = (text: string): SearchTerm => ({ text, prefix: false });

const commonPrefix = (a: string, b: string): string => {
  let end = 0;
  while (end < a.length && a[end] === b[end]) end++;
  return a.slice(0, end);
};

/** Stored words are stems, so a prefix must not go beyond what stemming leaves: `authenti` finds `authent`, `study` `studi`. */
const prefixOf = (plain: string): SearchTerm => {
  const token = tokenOf(plain);
  const common = commonPrefix(token, plain);
  const text = common.length < MIN_PREFIX ? token : common;
  return { text: /^[a-z]{5,}$/.test(text) ? text.replace(/[aeiy]$/, '') : text, prefix: true };
};

const groupOf = (word: Word, prefix: boolean): Group => {
  const terms = [word.token, ...new Set(word.within)].map(exact);
  return { plain: word.plain, terms: prefix ? [...terms, prefixOf(word.plain)] : terms, stop: isStopWord(word.plain) };
};

/** A name made of stop words alone (`isNot`) is looked for as a whole. */
const groupsOf = (words: readonly Word[], prefix: (last: boolean, plain: string) => boolean): readonly Group[] => {
  const groups = words.map((word, i) => groupOf(word, prefix(i === words.length - 1, word.plain)));
  const whole = words[0]?.within.at(-1);
  if (whole === undefined || !groups.every((group) => group.stop)) return groups;
  return [{ plain: whole, terms: [exact(whole)], stop: false }];
};

const read = (text: string, fuzzy: boolean): readonly Group[] => {
  const groups: Group[] = [];
  const normal = normalise(text);
  eachPiece(normal, ({ words }, _start, end) => {
    const starred = normal[end] === '*' && /^\s?$/.test(normal.charAt(end + 1));
    groups.push(...groupsOf(words, (last, plain) => (starred && last) || (fuzzy && canBegin.test(plain))));
    return true;
  });
  return groups;
};

const written = ({ text, prefix }: SearchTerm): string => (prefix ? `${text}*` : text);
const keyOf = (group: Group): string => group.terms.map(written).sort().join(' ');

/** The longest words tell most, when there are too many; the order in which they came must not matter. */
const withinLimit = (groups: readonly Group[]): ReadonlySet<Group> => {
  const kept = new Set<Group>();
  const terms = new Set<string>();
  const ranked = groups.map((group) => ({ group, key: keyOf(group) }));
  ranked.sort((a, b) => b.group.plain.length - a.group.plain.length || (a.key < b.key ? -1 : 1));
  for (const { group } of ranked) {
    const fresh = group.terms.map(written).filter((term) => !terms.has(term));
    if (terms.size + fresh.length > MAX_TERMS) continue;
    for (const term of fresh) terms.add(term);
    kept.add(group);
  }
  return kept;
};

const build = (groups: readonly Group[], mode: 'any' | 'all'): ParsedQuery => {
  const telling = groups.filter((group) => !group.stop);
  const wanted = telling.length > 0 ? telling : groups;
  const unique = [...new Map(wanted.map((group) => [keyOf(group), group])).values()];
  const kept = withinLimit(unique);
  const left = groups.filter(
    (group) => (wanted === telling && group.stop) || (unique.includes(group) && !kept.has(group)),
  );
  return {
    query: { groups: unique.filter((group) => kept.has(group)).map((group) => group.terms), mode },
    dropped: [...new Set(left.map((group) => group.plain))],
  };
};

/** Any text is a valid query; one without a word has no groups and finds nothing. */
export const parseQuery = (text: string, options: QueryOptions = {}): ParsedQuery =>
  build(read(text, options.tolerance === 'fuzzy'), options.tolerance === 'strict' ? 'all' : (options.mode ?? 'any'));

/** Several terms at once: `all` wants every word of every term. Here `strict` leaves the choice between terms to `mode`. */
export const parseTerms = (terms: readonly string[], options: QueryOptions = {}): ParsedQuery =>
  build(
    terms.flatMap((term) => read(term, options.tolerance === 'fuzzy')),
    options.mode ?? 'any',
  );
