import Database from 'better-sqlite3';
import type { Memory } from '../../src/domain/memory.ts';
import { searchDocument } from '../../src/search/document.ts';
import { parseQuery } from '../../src/search/query.ts';
import { isStopWord } from '../../src/search/stop-words.ts';
import { tokenOf } from '../../src/search/tokenizer.ts';
import type { ServiceContext } from '../../src/service/context.ts';
import { type FoundMemories, searchMemories } from '../../src/service/search-memories.ts';
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

/** What the server finds, as `recall_memories` asks it. */
export const found = (context: ServiceContext, question: string): Promise<FoundMemories> => {
  const options = { mode: 'any', tolerance: 'normal' } as const;
  const request = { query: question, terms: [], options, filter: {}, sort: null };
  return searchMemories(context, request, { limit: 10, cursor: null });
};

export const served =
  (store: EvaluatedStore, context: ServiceContext = store.context): Search =>
  async (question) =>
    (await found(context, question)).items.map((memory) => store.keyOf(memory.id));

export const withSettings = (
  context: ServiceContext,
  ranking: Partial<ServiceContext['settings']['ranking']>,
): ServiceContext => ({
  ...context,
  settings: { ...context.settings, ranking: { ...context.settings.ranking, ...ranking } },
});

/** The same methods but for `search`. */
const searchedBy = (context: ServiceContext, search: SearchStore['search']): ServiceContext => ({
  ...context,
  store: Object.create(context.store, { search: { value: search } }) as SearchStore,
});

/** The same store, asked something else than the server would. */
export const asking = (store: EvaluatedStore, change: (query: TextQuery, question: string) => TextQuery): Search => {
  let current = '';
  const inner = store.context.store;
  const context = searchedBy(store.context, (scope, query, filter, limit) =>
    inner.search(scope, change(query, current), filter, limit),
  );
  const search = served(store, context);
  return (question) => {
    current = question;
    return search(question);
  };
};

export const stopWordsKept = (query: TextQuery, question: string): TextQuery => {
  const stopWords = parseQuery(question).dropped.filter(isStopWord);
  return {
    ...query,
    groups: [...query.groups, ...stopWords.map((plain) => [{ text: tokenOf(plain), prefix: false }])],
  };
};

/** Names are stored and looked for in their parts only; a guessed word stays. */
export const documentWithoutNames = (memory: Memory, context: readonly string[]): SearchDocument => ({
  ...searchDocument(memory, context),
  identifiers: [],
});
export const queryWithoutNames = (query: TextQuery, question: string): TextQuery => {
  const joined = new Set(parseQuery(question).query.groups.flatMap((group) => group.slice(1).map((term) => term.text)));
  return { ...query, groups: query.groups.map((group) => group.filter((term) => !joined.has(term.text))) };
};

/** The same index with other weights; only for questions that want any of their words. */
export const reweighted = (
  store: EvaluatedStore,
  weights: Readonly<Record<SearchField, number>>,
): { readonly context: ServiceContext; close(): void } => {
  const db = new Database(store.path, { readonly: true });
  const best = db
    .prepare<[string, number], [string, number]>(
      `SELECT m.id, -f.score FROM
        (SELECT rowid, bm25(memory_text, ${searchFields.map((field) => weights[field]).join(', ')}) AS score
          FROM memory_text WHERE memory_text MATCH ? ORDER BY score LIMIT ?) f
        JOIN memory m ON m.pk = f.rowid ORDER BY f.score, m.id`,
    )
    .raw(true);
  const search: SearchStore['search'] = async (scope, query, _filter, limit) => {
    const terms = [...new Set(query.groups.flat().map(({ text }) => `"${text}"`))];
    if (terms.length === 0) return [];
    const scores = new Map(best.all(terms.join(' OR '), limit));
    const memories = await store.context.store.memories(scope, [...scores.keys()] as Memory['id'][], 'live');
    return memories.map((memory): SearchHit => ({ memory, score: scores.get(memory.id) ?? 0 }));
  };
  return { context: searchedBy(store.context, search), close: () => db.close() };
};
