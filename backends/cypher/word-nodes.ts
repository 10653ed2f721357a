import { audienceOf } from '../../src/domain/access.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { TextIndex } from './dialect.ts';
import type { Draft, KeptMemory, KeptRelationship } from './draft.ts';
import { audienceMark } from './keys.ts';
import { isLiveMemory, isLiveRelationship } from './records.ts';
import { wordsOfTexts } from './texts.ts';
import { indexedToken } from './tokens.ts';

/** How many records of an index hold a word of theirs: `(:Word {key, text, memories})`. */
export interface WordDelta {
  readonly key: string;
  readonly text: string;
  readonly memories: number;
}

const letterOf: Readonly<Record<TextIndex, string>> = { memory_text: 'm', relationship_text: 'r' };

export const wordKey = (index: TextIndex, token: string): string => letterOf[index] + token;

/** Behind every character of a token. */
const beyondTokens = '{';

export const prefixRange = (index: TextIndex, prefix: string): { readonly first: string; readonly beyond: string } => {
  const first = wordKey(index, prefix);
  return { first, beyond: first + beyondTokens };
};

/** What the draft adds to the numbers of words, and takes away. */
export const wordDeltas = (tenant: TenantId | null, draft: Draft, longest: number): readonly WordDelta[] => {
  const deltas = new Map<string, { text: string; memories: number }>();
  const count = (index: TextIndex, mark: string, words: Iterable<string>, sign: 1 | -1): void => {
    // Words that are the same once they are cut count once.
    const keys = new Map([...words].map((word) => [wordKey(index, indexedToken(mark, word, longest)), word]));
    for (const [key, text] of keys) {
      const delta = deltas.get(key) ?? { text, memories: 0 };
      delta.memories += sign;
      deltas.set(key, delta);
    }
  };
  const memory = (kept: KeptMemory | null | undefined, sign: 1 | -1): void => {
    if (!kept || !isLiveMemory(kept.memory)) return;
    const mark = audienceMark(tenant, audienceOf(kept.memory.context) ?? '');
    count('memory_text', mark, wordsOfTexts(kept.texts), sign);
  };
  const relationship = (kept: KeptRelationship | null | undefined, sign: 1 | -1): void => {
    if (!kept || !isLiveRelationship(kept.relationship)) return;
    count('relationship_text', audienceMark(tenant, ''), kept.words, sign);
  };
  for (const [id, after] of draft.memories) {
    memory(draft.images.memories.get(id), -1);
    memory(after, 1);
  }
  for (const [id, after] of draft.relationships) {
    relationship(draft.images.relationships.get(id), -1);
    relationship(after, 1);
  }
  return [...deltas].flatMap(([key, { text, memories }]) => (memories === 0 ? [] : [{ key, text, memories }]));
};
