const longest = 80;
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * Text as a file name and as a link: without what some file system or Obsidian takes for something else, of a length that all of
 * them keep.
 */
export const safeName = (text: string): string => {
  const plain = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"/\\|?*#^[\]%]+/gu, ' ')
    .replace(/\s+/g, ' ');
  const letters = [...plain].slice(0, longest).join('');
  // Some file systems count bytes, 255 of them, ending and number included.
  const short = Buffer.from(letters)
    .subarray(0, 200)
    .toString()
    .replace(/\uFFFD+$/, '');
  const trimmed = short.replace(/^[\s.]+|[\s.]+$/g, '');
  return (trimmed === '' ? 'untitled' : trimmed).replace(reserved, '$1_');
};

/** Gives each note a name of its own, upper and lower case taken as one. */
export const noteNames = (): ((text: string, suffixes: readonly string[]) => string) => {
  const taken = new Set<string>();
  return (text, suffixes) => {
    const base = safeName(text);
    const candidates = suffixes.map((suffix) => (suffix === '' ? base : `${base} (${suffix})`));
    const isFree = (name: string): boolean => !taken.has(name.toUpperCase().toLowerCase());
    let name = candidates.find(isFree);
    for (let number = 2; name === undefined; number += 1) {
      const numbered = `${base} (${number})`;
      if (isFree(numbered)) name = numbered;
    }
    taken.add(name.toUpperCase().toLowerCase());
    return name;
  };
};

/** `[[name|text]]`, whatever is in the text. */
export const wikilink = (name: string, text: string): string =>
  `[[${name}|${text
    .replace(/[\p{Cc}[\]|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()}]]`;
