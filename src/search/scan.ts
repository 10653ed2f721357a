import * as c from './character.ts';

/** `word` has nothing to split; `compound` is an identifier, path, version …; `symbol` is a name such as C++ or .NET. */
export type SpanKind = 'word' | 'compound' | 'symbol' | 'cjk' | 'unspaced' | 'emoji';

/** Returns false to stop. */
export type SpanVisitor = (kind: SpanKind, start: number, end: number) => boolean;

/** A longer name is cut into several. */
const MAX_COMPOUND = 256;
const contraction = /['\u2019](?:t|re|ve|ll|d|m)(?![\p{L}\p{N}])/iuy;
const possessive = /['\u2019]s(?![\p{L}\p{N}])/iuy;
const symbol = /(?:[cg]\+\+|[cf]#(?![\p{L}\p{N}#]))/iuy;
const dotnet = /\.net(?![\p{L}\p{N}])/iuy;

const matchEnd = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

export const isApostrophe = (char: string | undefined): boolean => char === "'" || char === '\u2019';

const possessiveEnd = (text: string, at: number): number =>
  isApostrophe(text[at]) ? matchEnd(possessive, text, at) : -1;

/** Where the word after the joiner at `at` begins, or -1 if no word follows it directly. */
const afterJoiner = (text: string, at: number): number => {
  let next = at + 1;
  if (text[at] === '_') while (text[next] === '_') next++;
  else if (text[at] === ':' && text[next] === ':') next++;
  return c.isWordClass(c.classAt(text, next)) ? next : -1;
};

interface Name {
  readonly end: number;
  readonly splits: boolean;
}

/** Reads the name that begins at `start`, over joiners, to its end. */
const readName = (text: string, start: number): Name => {
  let [lower, innerUpper, digit, letter, joined] = [false, false, false, false, false];
  let at = start;
  for (;;) {
    const kind = c.classAt(text, at);
    if (c.isWordClass(kind)) {
      if (kind === c.LOWER) lower = true;
      else if (kind === c.UPPER && at > start) innerUpper = true;
      if (kind === c.DIGIT) digit = true;
      else letter = true;
      at += c.widthAt(text, at);
    } else if (kind === c.MARK) at += c.widthAt(text, at);
    else if (kind === c.JOINER) {
      const contracted = isApostrophe(text[at]) ? matchEnd(contraction, text, at) : -1;
      if (contracted !== -1) {
        at = contracted;
        continue;
      }
      const next = at - start < MAX_COMPOUND && possessiveEnd(text, at) === -1 ? afterJoiner(text, at) : -1;
      if (next === -1) break;
      joined = true;
      at = next;
    } else break;
  }
  return { end: at, splits: joined || (innerUpper && lower) || (digit && letter) };
};

const readRun = (text: string, start: number, kind: number): number => {
  let at = start;
  for (let next = kind; next === kind || next === c.MARK; next = c.classAt(text, at)) at += c.widthAt(text, at);
  return at;
};

/** Visits all that can be found in a normalised text, in order. Linear in its length. */
export const scan = (text: string, visit: SpanVisitor): void => {
  let at = 0;
  while (at < text.length) {
    const kind = c.classAt(text, at);
    const start = at;
    let span: SpanKind | null = null;
    if (c.isWordClass(kind)) {
      const sign = text[at + 1];
      const end = sign === '+' || sign === '#' ? matchEnd(symbol, text, at) : -1;
      const name = end === -1 ? readName(text, at) : { end, splits: false };
      span = end !== -1 ? 'symbol' : name.splits ? 'compound' : 'word';
      at = name.end;
      const owned = possessiveEnd(text, at);
      if (!visit(span, start, at)) return;
      if (owned !== -1) at = owned;
      continue;
    }
    if (kind === c.CJK || kind === c.UNSPACED) {
      span = kind === c.CJK ? 'cjk' : 'unspaced';
      at = readRun(text, at, kind);
    } else if (kind === c.EMOJI) {
      span = 'emoji';
      at += c.widthAt(text, at);
    } else {
      const end = text[at] === '.' ? matchEnd(dotnet, text, at) : -1;
      if (end !== -1) span = 'symbol';
      at = end === -1 ? at + 1 : end;
    }
    if (span !== null && !visit(span, start, at)) return;
  }
};
