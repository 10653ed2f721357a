/** What a character is to the tokenizer. */
export const OTHER = 0;
export const LOWER = 1;
export const UPPER = 2;
/** A letter without case. */
export const LETTER = 3;
export const DIGIT = 4;
/** Belongs to the character before it: combining marks and what is invisible. */
export const MARK = 5;
/** Chinese, Japanese, Korean: written without spaces, one character can be a word. */
export const CJK = 6;
/** Thai, Lao, Khmer, Burmese …: written without spaces. */
export const UNSPACED = 7;
export const EMOJI = 8;
/** Ties words to one name. */
export const JOINER = 9;

const UNKNOWN = 255;
const joiners = "_-./\\:@#'\u2019\u2010\u200c";

const classify = (char: string, code: number): number => {
  if (joiners.includes(char)) return JOINER;
  if (/[\p{M}\p{Cf}]/u.test(char)) return MARK;
  if (/[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}]/u.test(char) && /[\p{L}\p{Nl}]/u.test(char))
    return CJK;
  if (/[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}]/u.test(char) && /\p{L}/u.test(char)) return UNSPACED;
  if (/[\p{Lu}\p{Lt}]/u.test(char)) return UPPER;
  if (/\p{Ll}/u.test(char)) return LOWER;
  if (/\p{Nd}/u.test(char)) return DIGIT;
  if (/[\p{L}\p{N}]/u.test(char)) return LETTER;
  return code >= 0x2600 && /\p{Extended_Pictographic}/u.test(char) ? EMOJI : OTHER;
};

const known = new Uint8Array(0x10000).fill(UNKNOWN);

/** Of the character that begins at `index`. Lone surrogates are OTHER. */
export const classAt = (text: string, index: number): number => {
  const code = text.charCodeAt(index);
  if (Number.isNaN(code)) return OTHER;
  const found = known[code] as number;
  if (found !== UNKNOWN) return found;
  if (code >= 0xd800 && code <= 0xdbff) {
    const point = text.codePointAt(index) as number;
    return point > 0xffff ? classify(String.fromCodePoint(point), point) : OTHER;
  }
  const fresh = classify(String.fromCharCode(code), code);
  known[code] = fresh;
  return fresh;
};

/** Code units of the character that begins at `index`. */
export const widthAt = (text: string, index: number): number => {
  const code = text.charCodeAt(index);
  return code >= 0xd800 && code <= 0xdbff && (text.codePointAt(index) as number) > 0xffff ? 2 : 1;
};

export const isWordClass = (kind: number): boolean => kind >= LOWER && kind <= DIGIT;
