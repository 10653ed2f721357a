import { chance } from './chance.ts';

const pairs = `remove delete,create make,error failure,get retrieve,set assign,specify define,list enumerate,function method,
  string text,directory folder,check verify,default standard,invoke call,argument parameter,option setting,install setup,
  convert transform,contain include,begin start,stop halt,send transmit,change modify,allow permit,value data,key name,
  object instance,number integer,usage use,example sample,support handle,read load,write save,close shut,open begin,show display,
  wait pause,run execute,build compile,property attribute,element node,event signal,request query,response reply,timeout delay`;

const synonyms: ReadonlyMap<string, string> = new Map(
  pairs.split(',').flatMap((pair) => {
    const [a = '', b = ''] = pair.trim().split(/\s+/);
    return [
      [a, b],
      [b, a],
    ] as const;
  }),
);
const askings = [
  'how do I',
  'what is the',
  'where do we',
  'why does',
  'can you tell me about',
  'is there a way to',
  'which one',
];

/** Another number or tense, where a rule of thumb makes one. */
const inflected = (word: string): string => {
  if (!/^[a-z]{4,}$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.endsWith('ed')) return `${word.slice(0, -2)}ing`;
  if (/[^s]s$/.test(word)) return word.slice(0, -1);
  return /(?:ing|ly|ss|[xyz])$/.test(word) ? word : `${word}s`;
};

/** The same question in other words: turned round, asked as people ask, one word in three replaced, one in three inflected. */
export const paraphrase = (question: string): string => {
  const words = question.replace(/[.!?:]+$/, '').split(/\s+/);
  const middle = Math.floor(words.length / 2);
  const turned = [...words.slice(middle), ...words.slice(0, middle)].map((word) => {
    const lower = word.toLowerCase();
    const draw = chance(`${question} ${word}`);
    if (draw < 0.34) return synonyms.get(lower) ?? word;
    return draw < 0.67 ? inflected(word) : word;
  });
  const asking = askings[Math.floor(chance(`ask ${question}`) * askings.length)] ?? '';
  return `${asking} ${turned.join(' ')}?`;
};

const letters = 'etaoinsrhlducmfwypvbgkqjxz';

/** One slip of the fingers inside a word: two letters exchanged, one left out, doubled, or wrong. */
const slip = (word: string, seed: string): string => {
  const at = 1 + Math.floor(chance(`at ${seed}`) * (word.length - 2));
  const kind = Math.floor(chance(`kind ${seed}`) * 4);
  const letter = letters[Math.floor(chance(`letter ${seed}`) * letters.length)] ?? 'e';
  if (kind === 0) return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
  if (kind === 1) return word.slice(0, at) + word.slice(at + 1);
  if (kind === 2) return word.slice(0, at) + word.charAt(at) + word.slice(at);
  return word.slice(0, at) + letter + word.slice(at + 1);
};

/** Half of the words of five letters and more, at least one. */
export const misspell = (question: string): string => {
  const words = question.split(/\s+/);
  const long = words.filter((word) => /^[A-Za-z]{5,}$/.test(word));
  const ranked = [...new Set(long)].sort((a, b) => chance(`${question} ${a}`) - chance(`${question} ${b}`));
  const wrong = new Set(ranked.slice(0, Math.ceil(ranked.length / 2)));
  return words.map((word) => (wrong.has(word) ? slip(word, `${question} ${word}`) : word)).join(' ');
};

const partsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .split(' ')
    .filter(Boolean);

export const isCompoundName = (name: string): boolean => partsOf(name).length > 1 && /^[A-Za-z]{7,}$/.test(name);

const casings: readonly ((parts: readonly string[]) => string)[] = [
  (parts) => parts.join('_').toLowerCase(),
  (parts) => parts.join('-').toLowerCase(),
  (parts) => parts.join(' ').toLowerCase(),
  (parts) => parts.join('').toLowerCase(),
  (parts) => `where do we use ${parts.join('_').toUpperCase()} and why`,
];

/** A name written in another way than its author did. */
export const recased = (name: string): string =>
  (casings[Math.floor(chance(`case ${name}`) * casings.length)] as (parts: readonly string[]) => string)(partsOf(name));
