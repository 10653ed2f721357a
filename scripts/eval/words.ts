import { isStopWord } from '../../src/search/stop-words.ts';

/** Words as a person would count them; not the tokenizer that is under test. */
export const wordsOf = (text: string): readonly string[] =>
  text.match(/[\p{L}\p{N}][\p{L}\p{N}_$'.-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu) ?? [];

export const tellingWords = (text: string): readonly string[] =>
  wordsOf(text).filter((word) => word.length > 2 && !isStopWord(word.toLowerCase().replaceAll("'", '')));
