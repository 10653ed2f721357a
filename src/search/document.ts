import type { Memory, MemoryContext } from '../domain/memory.ts';
import type { SearchDocument } from '../storage/search-document.ts';
import { normalise } from './fold.ts';
import { isStopWord } from './stop-words.ts';
import { eachPiece, tokenize } from './tokenizer.ts';

/** The parts of a memory that are searched. */
export type SearchedMemory = Pick<Memory, 'title' | 'content' | 'summary' | 'tags'> & {
  readonly context: Pick<MemoryContext, 'languages' | 'frameworks' | 'technologies' | 'filesInvolved'>;
};

const MAX_CONTEXT_WORDS = 40;
/** What a neighbour is about is said early. */
const NEIGHBOUR_CONTENT = 2_000;

/** Technologies are found like tags, and files by their name alone: folders are shared by too many. */
export const technologiesOf = (memory: SearchedMemory): readonly string[] => [
  ...memory.context.languages,
  ...memory.context.frameworks,
  ...memory.context.technologies,
];
export const fileNamesOf = (memory: SearchedMemory): readonly string[] =>
  memory.context.filesInvolved.map((file) => /[^/\\]*[/\\]*$/.exec(file)?.[0] ?? file);

/** Each label whole and in words, each token once. */
const labels = (texts: readonly string[]): readonly string[] => {
  const tokens = tokenize([...new Set(texts)].join('\n'));
  return [...new Set([...tokens.words, ...tokens.identifiers])];
};

/** What a store keeps to find the memory. `context` comes from `contextWords`. */
export const searchDocument = (memory: SearchedMemory, context: readonly string[] = []): SearchDocument => {
  const title = tokenize(memory.title);
  const content = tokenize(memory.summary === null ? memory.content : `${memory.content}\n${memory.summary}`);
  const names = [...title.identifiers, ...content.identifiers, ...labels(fileNamesOf(memory))];
  return {
    title: title.words,
    tags: labels([...memory.tags, ...technologiesOf(memory)]),
    content: content.words,
    identifiers: [...new Set(names)],
    context,
  };
};

/** Reads on until it has `limit` words. */
const telling = (text: string, into: Set<string>, limit: number): void =>
  eachPiece(normalise(text), ({ words }) => {
    for (const { token, plain } of words) if (!isStopWord(plain)) into.add(token);
    return into.size < limit;
  });

type Neighbour = Pick<Memory, 'title' | 'tags' | 'summary' | 'content'>;

/** The first words of a memory that say something, each once. */
const firstWords = (memory: Neighbour, most: number): readonly string[] => {
  const words = new Set<string>();
  for (const text of [memory.title, ...memory.tags, memory.summary ?? '', memory.content.slice(0, NEIGHBOUR_CONTENT)]) {
    if (words.size < most) telling(text, words, most);
  }
  return [...words].slice(0, most);
};

const inTurns = (queues: readonly (readonly string[])[], turns: number, limit: number): readonly string[] => {
  const chosen = new Set<string>();
  for (let turn = 0; turn < turns; turn++) {
    for (const queue of queues) {
      const word = queue[turn];
      if (word !== undefined && chosen.size < limit) chosen.add(word);
    }
  }
  return [...chosen];
};

/**
 * Up to `limit` words of related memories, each once: of every neighbour in turn its next word, titles and tags first.
 * Give the closest neighbour first, and only those that all readers of the memory may read.
 */
export const contextWords = (
  neighbours: readonly Neighbour[],
  limit: number = MAX_CONTEXT_WORDS,
): readonly string[] => {
  const heard = neighbours.slice(0, limit);
  // Of many neighbours few words each are enough; more are read where they say the same.
  for (let most = Math.ceil(limit / Math.max(1, heard.length)) + 2; ; most *= 2) {
    const turns = Math.min(most, limit);
    const queues = heard.map((memory) => firstWords(memory, turns));
    const chosen = inTurns(queues, turns, limit);
    const all = turns === limit || queues.every((queue) => queue.length < turns);
    if (all || chosen.length === limit) return chosen;
  }
};
