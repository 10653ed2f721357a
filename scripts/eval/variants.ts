import Database from 'better-sqlite3';
import type { Memory } from '../../src/domain/memory.ts';
import { technologiesOf } from '../../src/search/document.ts';
import { normalise } from '../../src/search/fold.ts';
import { parseQuery } from '../../src/search/query.ts';
import { isStopWord } from '../../src/search/stop-words.ts';
import { eachPiece, tokenOf } from '../../src/search/tokenizer.ts';
import type { ServiceContext } from '../../src/service/context.ts';
import { searchMemories } from '../../src/service/search-memories.ts';
import type { SearchHit } from '../../src/storage/query.ts';
import {
  type SearchDocument,
  type SearchField,
  searchFields,
  type TextQuery,
} from '../../src/storage/search-document.ts';
import type { Search } from './baselines.ts';
import type { EvaluatedStore } from './evaluated-store.ts';

type SearchStore = ServiceContext['store'];

/** The search of the server, as `recall_memories` asks it. */
export const served =
  (store: EvaluatedStore, context: ServiceContext = store.context): Search =>
  async (question) => {
    const request = {
      query: question,
      terms: [],
      options: { mode: 'any', tolerance: 'normal' },
      filter: {},
      sort: null,
    } as const;
    const found = await searchMemories(context, request, { limit: 10, cursor: null });
    return found.items.map((memory) => store.keyOf(memory.id));
  };

export const withSettings = (
  context: ServiceContext,
  ranking: Partial<ServiceContext['settings']['ranking']>,
): ServiceContext => ({
  ...context,
  settings: { ...context.settings, ranking: { ...context.settings.ranking, ...ranking } },
});

/** The same store, asked something else than the server would. */
export const asking = (store: EvaluatedStore, change: (query: TextQuery, question: string) => TextQuery): Search => {
  let current = '';
  const altered = Object.create(store.context.store, {
    search: {
      value: ((scope, query, filter, limit) =>
        store.context.store.search(scope, change(query, current), filter, limit)) satisfies SearchStore['search'],
    },
  }) as SearchStore;
  const search = served(store, { ...store.context, store: altered });
  return (question) => {
    current = question;
    return search(question);
  };
};

export const stopWordsKept = (query: TextQuery, question: string): TextQuery => ({
  ...query,
  groups: [
    ...query.groups,
    ...parseQuery(question)
      .dropped.filter(isStopWord)
      .map((plain) => [{ text: tokenOf(plain), prefix: false }]),
  ],
});

/** Names are looked for in their parts only. */
export const withoutJoinedNames = (query: TextQuery): TextQuery => ({
  ...query,
  groups: query.groups.map((group) => group.slice(0, 1)),
});

const plainWords = (text: string): readonly string[] => {
  const words: string[] = [];
  eachPiece(normalise(text), (piece) => {
    for (const { plain } of piece.words) words.push(plain);
    return true;
  });
  return words;
};

/** A document whose words are left as they were written, but for case and accents. */
export const unstemmedDocument = (memory: Memory): SearchDocument => ({
  title: plainWords(memory.title),
  tags: plainWords([...memory.tags, ...technologiesOf(memory)].join('\n')),
  content: plainWords(memory.content),
  identifiers: [],
  context: [],
});

export const unstemmedQuery = (_: TextQuery, question: string): TextQuery => {
  const words = [...new Set(plainWords(question))];
  const telling = words.filter((word) => !isStopWord(word));
  return { groups: (telling.length > 0 ? telling : words).map((text) => [{ text, prefix: false }]), mode: 'any' };
};

/** The same index with other weights; only for questions that want any of their words. */
export const reweighted = (store: EvaluatedStore, weights: Readonly<Record<SearchField, number>>): ServiceContext => {
  const db = new Database(store.path, { readonly: true });
  const best = db.prepare<[string, number], [string, number]>(
    `SELECT m.id, -f.score FROM (SELECT rowid, bm25(memory_text, ${searchFields.map((field) => weights[field]).join(', ')}) AS score
      FROM memory_text WHERE memory_text MATCH ? ORDER BY score LIMIT ?) f JOIN memory m ON m.pk = f.rowid ORDER BY f.score, m.id`,
  );
  best.raw(true);
  const inner = store.context.store;
  const search: SearchStore['search'] = async (scope, query, _filter, limit) => {
    const terms = [...new Set(query.groups.flat().map(({ text }) => `"${text}"`))];
    if (terms.length === 0) return [];
    const rows = best.all(terms.join(' OR '), limit);
    const scores = new Map(rows);
    const memories = await inner.memories(scope, [...scores.keys()] as Memory['id'][], 'live');
    return memories.map((memory): SearchHit => ({ memory, score: scores.get(memory.id) ?? 0 }));
  };
  return { ...store.context, store: Object.create(inner, { search: { value: search } }) as SearchStore };
};
