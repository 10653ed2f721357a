import { classAt, MARK, widthAt } from './character.ts';
import { takeApart } from './compound.ts';
import { cut, fold, MAX_TOKEN_BYTES, normalise } from './fold.ts';
import { type SpanKind, scan } from './scan.ts';
import { stem } from './stem.ts';

/** Grows with every change of what is written, which then asks for a new index. */
export const TOKENIZER_VERSION = 1;

/** One word of a text. */
export interface Word {
  /** What is stored: folded, stemmed if it is ASCII letters, cut. */
  readonly token: string;
  /** As typed but folded. */
  readonly plain: string;
  /** Tokens of the joined names that contain it: a text with one of these has the word too. */
  readonly within: readonly string[];
}

/** What was found at a place of a normalised text. */
export interface Piece {
  readonly words: readonly Word[];
  /** Tokens of the whole name and its sub-names, for the index only. */
  readonly identifiers: readonly string[];
}

/** Returns false to stop. `start` and `end` count in `normalise(text)`. */
export type PieceVisitor = (piece: Piece, start: number, end: number) => boolean;

export interface Tokens {
  /** In the order of the text, with repetitions. */
  readonly words: string[];
  /** Names kept whole, and parts of them that are no words; each once. */
  readonly identifiers: string[];
}

const none: readonly never[] = [];
const letters = /^[a-z]+$/;
const leadingMarks = /^\p{M}+/u;

/** Most words of a text were in the one before. Emptied when full, so that it stays small. */
const stems = new Map<string, string>();
const MAX_STEMS = 20_000;

const rememberedStem = (word: string): string => {
  let found = stems.get(word);
  if (found === undefined) {
    if (stems.size >= MAX_STEMS) stems.clear();
    found = cut(stem(word));
    if (word.length <= MAX_TOKEN_BYTES) stems.set(word, found);
  }
  return found;
};

/** The token of a folded word. */
export const tokenOf = (folded: string): string => (letters.test(folded) ? rememberedStem(folded) : cut(folded));

const plainPiece = (folded: string, identifiers: readonly string[] = none): Piece => ({
  words: folded === '' ? none : [{ token: tokenOf(folded), plain: folded, within: none }],
  identifiers,
});

const compoundPiece = (text: string): Piece => {
  const { parts, joined, numbers } = takeApart(text, 0, text.length);
  return {
    words: parts
      .filter((part) => part.text !== '')
      .map((part) => ({ token: tokenOf(part.text), plain: part.text, within: part.within.map(tokenOf) })),
    identifiers: [...joined, ...numbers].map(tokenOf),
  };
};

/** C++ is written `cpp`, C# `csharp`, .NET `dotnet`: what people type who avoid the signs. */
const symbolPiece = (text: string): Piece => {
  const folded = text.toLowerCase();
  if (folded === '.net') return plainPiece('dotnet', ['net']);
  return plainPiece(folded.replace('++', 'pp').replace('#', 'sharp'));
};

const makers: Readonly<Record<'word' | 'compound' | 'symbol' | 'emoji', (text: string) => Piece>> = {
  word: (text) => plainPiece(fold(text)),
  compound: compoundPiece,
  symbol: symbolPiece,
  emoji: (text) => plainPiece(`u${text.codePointAt(0)?.toString(16) ?? ''}`),
};

const unitEnd = (run: string, start: number): number => {
  let end = start + widthAt(run, start);
  while (end < run.length && classAt(run, end) === MARK) end += widthAt(run, end);
  return end;
};

/** The pair of characters with its first one as a name where that alone can be a word; the last one has no pair. */
const pairPiece = (first: string, second: string, singles: boolean, alone: boolean): Piece => {
  const single = fold(first).replace(leadingMarks, '');
  if (second !== '') return plainPiece(single + fold(second), singles ? [cut(single)] : none);
  return alone ? plainPiece(single) : { words: none, identifiers: singles ? [cut(single)] : none };
};

const visitUnspaced = (
  run: string,
  offset: number,
  pieceOf: (first: string, second: string, alone: boolean) => Piece,
  visit: PieceVisitor,
): boolean => {
  for (let start = 0, middle = unitEnd(run, 0); start < run.length; ) {
    const end = middle < run.length ? unitEnd(run, middle) : middle;
    const piece = pieceOf(run.slice(start, middle), run.slice(middle, end), start === 0);
    if (!visit(piece, offset + start, offset + end)) return false;
    start = middle;
    middle = end;
  }
  return true;
};

/** Goes over all that can be found in a text, which must be normalised. */
export const eachPiece = (text: string, visit: PieceVisitor): void => {
  const seen = new Map<string, Piece>();
  const once = (key: string, make: () => Piece): Piece => {
    let piece = seen.get(key);
    if (piece === undefined) {
      piece = make();
      seen.set(key, piece);
    }
    return piece;
  };
  scan(text, (kind: SpanKind, start, end) => {
    const raw = text.slice(start, end);
    if (kind === 'cjk' || kind === 'unspaced') {
      const pieceOf = (first: string, second: string, alone: boolean): Piece =>
        once(`${first}|${second}|${alone}`, () => pairPiece(first, second, kind === 'cjk', alone));
      return visitUnspaced(raw, start, pieceOf, visit);
    }
    const piece = once(raw, () => makers[kind](raw));
    return visit(piece, start, end);
  });
};

/** The one way from text to tokens, for what is stored and for what is asked. Tokens are letters, digits and marks, never empty. */
export const tokenize = (text: string): Tokens => {
  const words: string[] = [];
  const identifiers = new Set<string>();
  eachPiece(normalise(text), (piece) => {
    for (const word of piece.words) words.push(word.token);
    for (const identifier of piece.identifiers) identifiers.add(identifier);
    return true;
  });
  return { words, identifiers: [...identifiers] };
};
