/** Tokens are cut at this many UTF-8 bytes: one store drops those of 40 and more, and a tenant's key may stand in front. */
export const MAX_TOKEN_BYTES = 32;
/** NFKC can make one character eighteen. */
const MAX_NORMALISED = 200_000;

const ascii = /^[\0-\x7f]*$/;
// Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, tatweel, variation selectors, what is invisible, apostrophes.
const accents = /[\u0300-\u036f]|[\u0591-\u05c7\u05f3\u05f4]|[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;
const unseen = /[\ufe00-\ufe0f]|\p{Cf}|['\u2019\u02bc]/gu;
const variants: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ħ', 'h'],
  ['ς', 'σ'],
  ['ة', 'ه'],
  ['ى', 'ي'],
  ['ی', 'ي'],
  ['ک', 'ك'],
]);
const variant = /[ßæœøłđðþħςةىیک\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;
// The digits of the three blocks above begin at a code whose last hexadecimal digit is 0 or 6.
const plainVariant = (char: string): string => {
  const code = char.charCodeAt(0);
  return variants.get(char) ?? String(code >= 0x966 && code <= 0x96f ? code - 0x966 : code & 0xf);
};

export const normalise = (text: string): string =>
  ascii.test(text) ? text : text.normalize('NFKC').slice(0, MAX_NORMALISED);

/** Lower case without accents. Upper case first, because ı, ς and ß have one upper form with i, σ and ss. */
export const fold = (word: string): string => {
  if (ascii.test(word)) return word.includes("'") ? word.toLowerCase().replaceAll("'", '') : word.toLowerCase();
  const bare = word.toUpperCase().toLowerCase().normalize('NFKD').replace(accents, '').replace(unseen, '');
  return bare.replace(variant, plainVariant).normalize('NFC');
};

/** The longest beginning that is short enough and ends with a whole character. */
export const cut = (token: string): string => {
  if (token.length * 3 <= MAX_TOKEN_BYTES) return token;
  let bytes = 0;
  let end = 0;
  for (const char of token) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > MAX_TOKEN_BYTES) break;
    end += char.length;
  }
  return token.slice(0, end);
};
