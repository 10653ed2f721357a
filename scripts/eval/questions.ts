import { absentTopics } from './absent-topics.ts';
import { chance, sample } from './chance.ts';
import type { Corpus, Note } from './corpus.ts';
import { isCompoundName, misspell, paraphrase, recased } from './rewording.ts';
import { tellingWords, wordsOf } from './words.ts';

export const kinds = [
  'heading',
  'sentence',
  'name',
  'misspelt',
  'paraphrase',
  'linked',
  'in a row',
  'languages',
] as const;
export type Kind = (typeof kinds)[number];
/** Questions that nothing in the store answers: everyday and trade topics, and packages that it does not hold. */
export const emptyKinds = ['absent topic', 'absent package'] as const;
export type EmptyKind = (typeof emptyKinds)[number];

export interface Question {
  readonly id: string;
  readonly kind: Kind | EmptyKind;
  readonly text: string;
  /** Keys of the notes that answer it; none for the empty kinds. */
  readonly answers: ReadonlySet<string>;
  readonly half: 'dev' | 'test';
}

const most: Readonly<Record<Kind | 'absent package', number>> = {
  heading: 400,
  sentence: 400,
  name: 300,
  misspelt: 300,
  paraphrase: 300,
  linked: 300,
  'in a row': 200,
  languages: 120,
  'absent package': 150,
};

const question = (kind: Question['kind'], text: string, answers: readonly string[]): Question => {
  const id = `${kind} ${text}`;
  return { id, kind, text, answers: new Set(answers), half: chance(`half ${answers[0] ?? id}`) < 0.5 ? 'dev' : 'test' };
};

const isForeignScript = (note: Note): boolean =>
  (note.content.match(/[^\p{ASCII}\p{P}\p{S}]/gu) ?? []).length > note.content.length * 0.03;

/** Short headings are asked as people do, with the name of what they are about. */
const asked = (note: Note): string => {
  const { hidden } = note;
  if (hidden === null) return '';
  return note.origin === 'page' && tellingWords(hidden).length < 3 ? `${note.package} ${hidden}` : hidden;
};

const bare = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');

/** The middle of a text's longest sentence, without accents, in capitals where a script has them. */
const excerpt = (content: string): string => {
  const sentences = content.replace(/```[\s\S]*?(```|$)/g, ' ').split(/[.!?。！？|\n]+/);
  const longest = [...sentences].sort((a, b) => b.length - a.length)[0]?.trim() ?? '';
  const words = longest.split(/\s+/);
  if (words.length < 6) return longest.slice(Math.floor(longest.length / 3), Math.floor(longest.length / 3) + 10);
  const from = Math.floor(words.length / 3);
  return bare(words.slice(from, from + 5).join(' ')).toUpperCase();
};

const languages = (notes: readonly Note[]): readonly Question[] =>
  [...new Map(notes.filter(isForeignScript).map((note) => [excerpt(note.content), note.key]))]
    .filter(([text]) => /[^\p{ASCII}]/u.test(text) || tellingWords(text).length > 2)
    .map(([text, key]) => question('languages', text, [key]));

/** All notes that the same question asks for. */
const byQuestion = (notes: readonly Note[]): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const note of notes) {
    const text = asked(note);
    if (text !== '') found.set(text, [...(found.get(text) ?? []), note.key]);
  }
  return found;
};

const names = (notes: readonly Note[]): readonly Question[] => {
  const byName = new Map<string, string[]>();
  for (const { symbol, key } of notes) {
    if (symbol !== null) byName.set(symbol.toLowerCase(), [...(byName.get(symbol.toLowerCase()) ?? []), key]);
  }
  const unique = notes.filter(
    ({ symbol }) => symbol !== null && isCompoundName(symbol) && byName.get(symbol.toLowerCase())?.length === 1,
  );
  return sample(unique, most.name, ({ key }) => `name ${key}`).map((note) =>
    question('name', recased(note.symbol ?? ''), [note.key]),
  );
};

const lowerWords = (text: string): ReadonlySet<string> => new Set(tellingWords(text).map((word) => word.toLowerCase()));

/** Asks with words of one note for what a note that it refers to says: three of the first, two of the second, none of both. */
const linked = (kind: 'linked' | 'in a row', { notes, links }: Corpus): readonly Question[] => {
  const byKey = new Map(notes.map((note) => [note.key, note]));
  const frequency = new Map<string, number>();
  for (const note of notes) {
    for (const word of new Set(wordsOf(`${note.title} ${note.content}`).map((one) => one.toLowerCase()))) {
      frequency.set(word, (frequency.get(word) ?? 0) + 1);
    }
  }
  const rarity = (word: string): number => frequency.get(word) ?? 0;
  const known = (words: ReadonlySet<string>, others: ReadonlySet<string>, least: number): string[] =>
    [...words].filter(
      (word) => /^[a-z]{4,}$/.test(word) && !others.has(word) && rarity(word) >= least && rarity(word) < 400,
    );
  const followed = links.filter((link) => (link.origin === 'stated') === (kind === 'linked'));
  return sample(followed, most[kind] * 2, ({ from, to }) => `linked ${from} ${to}`)
    .flatMap(({ from, to }) => {
      const [asking, answering] = [byKey.get(from), byKey.get(to)];
      if (!asking || !answering) return [];
      const [a, b] = [asking, answering].map((note) => lowerWords(`${note.title} ${note.content.slice(0, 600)}`)) as [
        ReadonlySet<string>,
        ReadonlySet<string>,
      ];
      const whole = lowerWords(`${answering.title} ${answering.content}`);
      const first = known(a, whole, 3)
        .sort((x, y) => rarity(x) - rarity(y) || (x < y ? -1 : 1))
        .slice(0, 3);
      const second = known(b, lowerWords(`${asking.title} ${asking.content}`), 20)
        .sort((x, y) => chance(to + x) - chance(to + y))
        .slice(0, 2);
      return first.length < 3 || second.length < 2
        ? []
        : [question(kind, `${second.join(' ')} of ${first.join(' ')}`, [to])];
    })
    .slice(0, most[kind]);
};

const changed = (
  kind: 'misspelt' | 'paraphrase',
  originals: readonly Question[],
  change: (text: string) => string,
): readonly Question[] =>
  sample(originals, most[kind], ({ id }) => `${kind} ${id}`).map((one) => ({
    ...question(kind, change(one.text), [...one.answers]),
    half: one.half,
  }));

/** Made by rule from what the corpus keeps hidden, the same for the same corpus. Each half has its own answers. */
export const makeQuestions = (corpus: Corpus): readonly Question[] => {
  const { notes, foreign } = corpus;
  const plain = notes.filter((note) => !isForeignScript(note));
  const of = (kind: 'heading' | 'sentence', from: readonly Note[]): readonly Question[] => {
    const all = [...byQuestion(from)].filter(([, keys]) => keys.length <= 3);
    return all.map(([text, keys]) => question(kind, text, keys));
  };
  const headings = of(
    'heading',
    plain.filter((note) => note.origin === 'page'),
  );
  const sentences = of(
    'sentence',
    plain.filter((note) => note.origin === 'declaration'),
  );
  const pool = [...headings, ...sentences];
  const absent = foreign.filter((note) => note.hidden !== null && tellingWords(note.hidden).length >= 3);
  return [
    ...sample(headings, most.heading, ({ id }) => id),
    ...sample(sentences, most.sentence, ({ id }) => id),
    ...names(notes),
    ...changed('misspelt', pool, misspell),
    ...changed('paraphrase', pool, paraphrase),
    ...linked('linked', corpus),
    ...linked('in a row', corpus),
    ...sample(languages(notes), most.languages, ({ id }) => id),
    ...absentTopics.map((text) => question('absent topic', text, [])),
    ...sample(absent, most['absent package'], ({ key }) => key).map((note) =>
      question('absent package', note.hidden ?? '', []),
    ),
  ];
};
