/** Order of UTF-8 bytes, which is that of code points; UTF-16 units put emoji before some of the letters. */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const compareValues = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));

const foldAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export const equalIgnoringCase = (a: string, b: string): boolean => foldAscii(a) === foldAscii(b);

export const beginsIgnoringCase = (text: string, prefix: string): boolean =>
  foldAscii(text).startsWith(foldAscii(prefix));
