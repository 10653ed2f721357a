import type { MemoryType } from '../../src/domain/memory.ts';
import { between, pick, type Random, seeded, zipf } from './random.ts';

/** What an assistant would send to `store_memory`. */
export interface Draft {
  readonly type: MemoryType;
  readonly title: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly importance: number;
  readonly project: string;
  readonly languages: readonly string[];
  readonly files: readonly string[];
}

export interface Corpus {
  readonly draft: () => Draft;
  /** A question in plain words, stop words included, about words that are neither the rarest nor the commonest. */
  readonly question: () => string;
  /** The word that most drafts have, stop words aside. */
  readonly commonWord: string;
}

const trade = `server error test file user data type build request config token cache query path value client session string index
  node table function retry timeout login module version deploy field schema event memory process port connection response
  lock thread queue worker worktree package import export branch commit merge release migration backup restore logger`;
const glue = `the to a of in is and for when it that on with not by this from be as are so then an was or if because only which
  after before at has we must will does but no its can into same`;
const syllables =
  `ba co di fe ga ho in ju ka lo ma ne or pa qui ra se ti un va we xe yo zu tra pre con ster mul pli gen ver
  ser del fra nal tic ton ment`.split(/\s+/);
const types: readonly MemoryType[] = [
  'solution',
  'problem',
  'decision',
  'error',
  'fix',
  'command',
  'code_pattern',
  'task',
];
const languages = ['typescript', 'python', 'rust', 'go', 'sql', 'shell'];

const vocabularySize = 20_000;
const glueShare = 0.38;
const nameShare = 0.03;

const words = (text: string): string[] => text.trim().split(/\s+/);

const makeVocabulary = (random: Random): readonly string[] => {
  const made = new Set(words(trade));
  while (made.size < vocabularySize) {
    made.add(Array.from({ length: between(random, 2, 4) }, () => pick(random, syllables)).join(''));
  }
  return [...made];
};

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Notes of a developer as far as an index can tell: zipf words, stop words, names of code, files and numbers. */
export const corpus = (seed: number): Corpus => {
  // The vocabulary is the same for every seed, so that questions of one corpus fit the texts of another.
  const vocabulary = makeVocabulary(seeded(1));
  const random = seeded(seed);
  const rank = zipf(random, vocabulary.length);
  const glueWords = words(glue);
  const glueRank = zipf(random, glueWords.length);
  const tagRank = zipf(random, 300);
  const projectRank = zipf(random, 20);

  const word = (): string => vocabulary[rank()] as string;
  /** Ranks are even on a logarithmic scale: common and rare words alike. */
  const telling = (least: number, most: number): string =>
    vocabulary[Math.floor(least * (most / least) ** random())] as string;
  const name = (): string => {
    const parts = [word(), word(), word()] as const;
    return pick(random, [
      `${parts[0]}${capital(parts[1])}${capital(parts[2])}`,
      `${parts[0]}_${parts[1]}`,
      `src/${parts[0]}/${parts[1]}-${parts[2]}.ts`,
      `E${parts[0].toUpperCase()}`,
      String(between(random, 100, 65_535)),
    ]);
  };
  const running = (): string => {
    const kind = random();
    if (kind < glueShare) return glueWords[glueRank()] as string;
    return kind < glueShare + nameShare ? name() : word();
  };
  const sentence = (): string => {
    const text = Array.from({ length: between(random, 6, 18) }, running).join(' ');
    return `${capital(text)}.`;
  };
  const several = (least: number, most: number, make: () => string): string[] => [
    ...new Set(Array.from({ length: between(random, least, most) }, make)),
  ];
  const file = (): string => `src/${word()}/${word()}-${word()}.ts`;

  return {
    commonWord: vocabulary[0] as string,
    draft: () => ({
      type: pick(random, types),
      title: capital(
        Array.from({ length: between(random, 4, 9) }, (_, i) =>
          i % 3 === 2 ? running() : telling(5, vocabularySize),
        ).join(' '),
      ).slice(0, 200),
      content: several(3, 9, sentence).join(' '),
      tags: several(1, 4, () => vocabulary[tagRank() + 10] as string),
      importance: Math.round(random() * 100) / 100,
      project: `/srv/projects/${vocabulary[projectRank()] as string}`,
      languages: [pick(random, languages)],
      files: several(0, 3, file),
    }),
    question: () => {
      const [first = '', second = '', third = '', ...rest] = several(3, 5, () => telling(30, 10_000));
      return `how do I ${first} the ${second} when ${third} ${rest.join(' ')}`.trim();
    },
  };
};
