import * as c from './character.ts';
import { fold } from './fold.ts';
import { isApostrophe } from './scan.ts';

/** A name taken apart. Everything is folded, nothing is stemmed or cut. */
export interface Compound {
  /** The words of the name, each with all joined forms that contain it, the shortest span first. */
  readonly parts: readonly CompoundPart[];
  /** The name and its sub-names without what joined them: `src/readFile.ts` has `srcreadfilets`, `readfilets`, `readfile`. */
  readonly joined: readonly string[];
  /** Beginnings and single numbers of a number with points, so that 1.2 finds 1.2.3. */
  readonly numbers: readonly string[];
}

export interface CompoundPart {
  readonly text: string;
  readonly within: readonly string[];
}

/** How tightly a piece holds to the one before: the greater the tighter. */
const PATH = 1;
const MEMBER = 2;
const PHRASE = 3;
const CASE = 4;
const NUMBER = 5;

interface Piece {
  readonly text: string;
  readonly tie: number;
}

interface Node {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Longer stretches without a joiner are encoded data, not names. */
const MAX_SPLIT = 64;
const MAX_NUMBER_PREFIXES = 4;
const allDigits = /^[0-9]+$/;

const joinerTie = (char: string): number => {
  if ('/\\@#'.includes(char)) return PATH;
  return '.:'.includes(char) ? MEMBER : PHRASE;
};

/** Between `HTTP` and `Server`, but not in `URLs`. */
const endsCapitals = (text: string, at: number, end: number): boolean => {
  if (at + 1 >= end || c.classAt(text, at + 1) !== c.LOWER) return false;
  return text[at + 1] !== 's' || (at + 2 < end && c.classAt(text, at + 2) === c.LOWER);
};

/** Letters before or after digits come apart where there is one such border; `0x1f`, `i18n` and hashes stay whole. */
const pushByDigits = (word: string, tie: number, pieces: Piece[]): void => {
  const border = /^(?:[0-9]+(?=[^0-9])|[^0-9]+(?=[0-9]))/.exec(word)?.[0].length ?? 0;
  const rest = word.slice(border);
  if (border === 0 || (/[0-9]/.test(rest) && !allDigits.test(rest))) {
    pieces.push({ text: word, tie });
    return;
  }
  pieces.push({ text: word.slice(0, border), tie }, { text: rest, tie: NUMBER });
};

const pushByCase = (text: string, start: number, end: number, firstTie: number, pieces: Piece[]): void => {
  let from = start;
  let tie = firstTie;
  const push = (to: number): void => {
    const folded = fold(text.slice(from, to));
    if (folded !== '') pushByDigits(folded, tie, pieces);
  };
  if (end - start <= MAX_SPLIT) {
    let previous = c.OTHER;
    for (let at = start; at < end; at += c.widthAt(text, at)) {
      const kind = c.classAt(text, at);
      if (kind === c.MARK) continue;
      const rises = kind === c.UPPER && (previous === c.LOWER || previous === c.DIGIT);
      if (at > start && (rises || (kind === c.UPPER && previous === c.UPPER && endsCapitals(text, at, end)))) {
        push(at);
        from = at;
        tie = CASE;
      }
      previous = kind;
    }
  }
  push(end);
};

const piecesOf = (text: string, start: number, end: number, contracted: (at: number) => boolean): Piece[] => {
  const pieces: Piece[] = [];
  let from = start;
  let tie = PATH;
  for (let at = start; at < end; at++) {
    if (c.classAt(text, at) !== c.JOINER || (isApostrophe(text[at]) && contracted(at))) continue;
    pushByCase(text, from, at, tie, pieces);
    tie = joinerTie(text.charAt(at));
    while (c.classAt(text, at + 1) === c.JOINER) at++;
    from = at + 1;
  }
  pushByCase(text, from, end, tie, pieces);
  return pieces;
};

/** Digits that were apart are joined by `p`, for 1.2 is not 12 and other marks would split the token in some stores. */
const join = (pieces: readonly Piece[], from: number, to: number): string => {
  let text = '';
  for (const piece of pieces.slice(from, to)) {
    text += /[0-9]$/.test(text) && /^[0-9]/.test(piece.text) ? `p${piece.text}` : piece.text;
  }
  return text;
};

/** The whole, its halves at the loosest tie, and so on down; neighbours inside the tight ones too (`graphql` in GraphQLClient). */
const nodesOf = (pieces: readonly Piece[]): Node[] => {
  const nodes: Node[] = [];
  const visit = (from: number, to: number): void => {
    if (to - from < 2) return;
    nodes.push({ from, to, text: join(pieces, from, to) });
    let loosest = NUMBER;
    for (let i = from + 1; i < to; i++) loosest = Math.min(loosest, pieces[i]?.tie ?? NUMBER);
    let start = from;
    for (let i = from + 1; i <= to; i++) {
      if (i < to && pieces[i]?.tie !== loosest) continue;
      if (i - start < to - from) visit(start, i);
      start = i;
    }
  };
  visit(0, pieces.length);
  for (let i = 1; i < pieces.length; i++) {
    const [left, right] = [pieces[i - 1] as Piece, pieces[i] as Piece];
    if (right.tie < PHRASE || (allDigits.test(left.text) && allDigits.test(right.text))) continue;
    nodes.push({ from: i - 1, to: i + 1, text: left.text + right.text });
  }
  return nodes.sort((a, b) => a.to - a.from - (b.to - b.from));
};

interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Numbers held together by joiners become one leaf. */
const leavesOf = (pieces: readonly Piece[], numbers: Set<string>): Leaf[] => {
  const leaves: Leaf[] = [];
  for (let from = 0, to: number; from < pieces.length; from = to) {
    to = from + 1;
    if (allDigits.test(pieces[from]?.text ?? '')) {
      while (to < pieces.length && allDigits.test(pieces[to]?.text ?? '')) to++;
      for (let i = from; i < to && to - from > 1; i++) {
        const text = pieces[i]?.text ?? '';
        if (text.length > 1) numbers.add(text);
        if (i > from && i < to - 1 && i - from < MAX_NUMBER_PREFIXES) numbers.add(join(pieces, from, i + 1));
      }
    }
    leaves.push({ from, to, text: join(pieces, from, to) });
  }
  return leaves;
};

export const takeApart = (text: string, start: number, end: number): Compound => {
  // A contraction's apostrophe was no border to the scanner either.
  const contracted = (at: number): boolean => /^.(?:t|re|ve|ll|d|m)(?![\p{L}\p{N}])/iu.test(text.slice(at, at + 5));
  const pieces = piecesOf(text, start, end, contracted);
  const numbers = new Set<string>();
  const leaves = leavesOf(pieces, numbers);
  const nodes = nodesOf(pieces);
  for (const leaf of leaves) {
    if (leaf.text.startsWith('0x') && leaf.text.length > 3) numbers.add(leaf.text.slice(2));
  }
  // Single letters and digits are only found as part of the name, unless there is nothing else.
  let words = leaves.filter((leaf) => leaf.text.length > 1);
  if (words.length === 0) words = [{ from: 0, to: pieces.length, text: join(pieces, 0, pieces.length) }];
  const parts = words.map((leaf) => ({
    text: leaf.text,
    within: nodes.filter((n) => n.from <= leaf.from && n.to >= leaf.to && n.text !== leaf.text).map((n) => n.text),
  }));
  const own = new Set(parts.map((part) => part.text));
  const joined = [...new Set(nodes.map((node) => node.text))].filter((node) => !own.has(node));
  return { parts, joined, numbers: [...numbers].filter((number) => !own.has(number)) };
};
