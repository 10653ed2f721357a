const vowels = 'aeiouy';
const doubles = new Set(['bb', 'dd', 'ff', 'gg', 'mm', 'nn', 'pp', 'rr', 'tt']);
const irregular: ReadonlyMap<string, string> = new Map([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word) => [word, word] as const),
  // Not Porter2's: its rules make `io` of it, another word of our trade.
  ['ios', 'ios'],
]);
const finishedAfterPlural = new Set([
  'inning',
  'outing',
  'canning',
  'herring',
  'earring',
  'proceed',
  'exceed',
  'succeed',
]);

type Rule = readonly [suffix: string, replacement: string];
type Rules = ReadonlyMap<string, readonly Rule[]>;
/** By last letter, the longest suffix first. */
const ruleTable = (rules: readonly Rule[]): Rules => {
  const sorted = [...rules].sort((a, b) => b[0].length - a[0].length);
  return new Map([...'abcdefghijklmnopqrstuvwxyz'].map((end) => [end, sorted.filter(([s]) => s.endsWith(end))]));
};
const step2 = ruleTable([
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['entli', 'ent'],
  ['izer', 'ize'],
  ['ization', 'ize'],
  ['ational', 'ate'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['alli', 'al'],
  ['fulness', 'ful'],
  ['ousli', 'ous'],
  ['ousness', 'ous'],
  ['iveness', 'ive'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['bli', 'ble'],
  ['ogi', 'og'],
  ['fulli', 'ful'],
  ['lessli', 'less'],
  ['li', ''],
]);
const step3 = ruleTable([
  ['tional', 'tion'],
  ['ational', 'ate'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
  ['ative', ''],
]);
const step4 = ruleTable(
  'al ance ence er ic able ible ant ement ment ent ism ate iti ous ive ize ion'.split(' ').map((s) => [s, ''] as const),
);

const isVowel = (letter: string | undefined): boolean => letter !== undefined && vowels.includes(letter);
const hasVowel = (word: string, end: number): boolean => /[aeiouy]/.test(word.slice(0, end));

/** Where the region after the first consonant that follows a vowel begins, looking from `from` on. */
const regionAfter = (word: string, from: number): number => {
  for (let i = from + 1; i < word.length; i++) if (!isVowel(word[i]) && isVowel(word[i - 1])) return i + 1;
  return word.length;
};

const endsInShortSyllable = (word: string): boolean => {
  const end = word.length - 1;
  if (end < 1 || isVowel(word[end]) || !isVowel(word[end - 1])) return false;
  return end === 1 || (!isVowel(word[end - 2]) && !/[wxY]$/.test(word));
};

const withoutPlural = (word: string): string => {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('ied') || word.endsWith('ies')) return word.slice(0, word.length > 4 ? -2 : -1);
  if (word.endsWith('us') || word.endsWith('ss') || !word.endsWith('s')) return word;
  return hasVowel(word, word.length - 2) ? word.slice(0, -1) : word;
};

const withoutTense = (word: string, r1: number): string => {
  const suffix = /[dgy]$/.test(word) ? /(?:eedly|ingly|edly|eed|ing|ed)$/.exec(word)?.[0] : undefined;
  if (suffix === undefined) return word;
  const start = word.length - suffix.length;
  if (suffix.startsWith('eed')) return start >= r1 ? `${word.slice(0, start)}ee` : word;
  if (!hasVowel(word, start)) return word;
  const root = word.slice(0, start);
  if (/(?:at|bl|iz)$/.test(root)) return `${root}e`;
  if (doubles.has(root.slice(-2))) return root.slice(0, -1);
  return r1 >= root.length && endsInShortSyllable(root) ? `${root}e` : root;
};

/** Only the longest suffix that fits is tried; `allowed` may still refuse it. */
const replaceSuffix = (
  word: string,
  rules: Rules,
  region: number,
  allowed: (suffix: string, before: string) => boolean,
): string => {
  for (const [suffix, replacement] of rules.get(word.charAt(word.length - 1)) ?? []) {
    if (!word.endsWith(suffix)) continue;
    const start = word.length - suffix.length;
    return start >= region && allowed(suffix, word.charAt(start - 1)) ? word.slice(0, start) + replacement : word;
  }
  return word;
};

const withoutFinal = (word: string, r1: number, r2: number): string => {
  const last = word.length - 1;
  if (word.endsWith('e')) {
    const root = word.slice(0, -1);
    return last >= r2 || (last >= r1 && !endsInShortSyllable(root)) ? root : word;
  }
  return word.endsWith('ll') && last >= r2 ? word.slice(0, -1) : word;
};

/** Porter's second English stemmer. `word` is lower-case ASCII letters without apostrophes. */
export const stem = (word: string): string => {
  if (word.length < 3) return word;
  const known = irregular.get(word);
  if (known !== undefined) return known;
  // A `y` that acts as a consonant is written `Y` until the end.
  let w = word.includes('y') ? word.replace(/^y|(?<=[aeiouy])y/g, 'Y') : word;
  if (w.includes('YY')) w = w.replaceAll('YY', 'Yy');
  const special = /^(?:gener|commun|arsen)/.exec(w)?.[0];
  const r1 = special === undefined ? regionAfter(w, 0) : special.length;
  const r2 = regionAfter(w, r1);
  w = withoutPlural(w);
  if (finishedAfterPlural.has(w)) return w;
  w = withoutTense(w, r1);
  if (w.length > 2 && /[^aeiouy][yY]$/.test(w)) w = `${w.slice(0, -1)}i`;
  w = replaceSuffix(w, step2, r1, (suffix, before) => {
    if (suffix === 'ogi') return before === 'l';
    return suffix !== 'li' || 'cdeghkmnrt'.includes(before);
  });
  w = replaceSuffix(w, step3, r1, (suffix) => suffix !== 'ative' || w.length - 5 >= r2);
  w = replaceSuffix(w, step4, r2, (suffix, before) => suffix !== 'ion' || before === 's' || before === 't');
  return withoutFinal(w, r1, r2).toLowerCase();
};
