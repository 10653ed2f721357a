import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendNames, loadConfig } from '../src/config.ts';
import { isWeak } from '../src/search/weak-match.ts';
import { baselines, type Search } from './eval/baselines.ts';
import { readCorpus } from './eval/corpus.ts';
import { asServed, type EvaluatedStore, type Filling, fillStore } from './eval/evaluated-store.ts';
import { makeQuestions, type Question } from './eval/questions.ts';
import { type Row, run } from './eval/run.ts';
import { ablation, byKind, overall, weakTable } from './eval/tables.ts';
import {
  asking,
  documentWithoutNames,
  found,
  queryWithoutNames,
  reweighted,
  served,
  stopWordsKept,
  withSettings,
} from './eval/variants.ts';

const halves = ['test', 'dev'] as const;
const half = process.argv[2] ?? 'test';
if (!halves.some((one) => one === half)) {
  console.error(
    `There is no half ${half}. Choose from: ${halves.join(', ')}. Settings are chosen on dev and judged on test.`,
  );
  process.exit(2);
}

/** Other stores than files, each empty and as the settings of the server say: npm run eval -- test falkordb neo4j. */
const elsewhere = process.argv.slice(3);
const unknown = elsewhere.filter((name) => !backendNames.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`There is no backend ${unknown.join(', ')}. Choose from: ${backendNames.join(', ')}.`);
  process.exit(2);
}

const noSpreading = { spreading: 0 };
const flatWeights = { title: 1, tags: 1, content: 1, identifiers: 1, context: 1 };

const weakCounts = async (
  store: EvaluatedStore,
  questions: readonly Question[],
): Promise<ReadonlyMap<string, { weak: number; all: number }>> => {
  const counts = new Map<string, { weak: number; all: number }>();
  for (const { kind, text, answers } of questions) {
    const { items, parsed, repairs } = await found(store.context, text);
    if (answers.size > 0 && !items.some((memory) => answers.has(store.keyOf(memory.id)))) continue;
    const count = counts.get(kind) ?? { weak: 0, all: 0 };
    counts.set(kind, count);
    count.all += 1;
    const guessed = repairs.map((repair) => repair.by);
    if (!parsed || items.length === 0 || isWeak(parsed.query, guessed, items)) count.weak += 1;
  }
  return counts;
};

const begun = performance.now();
const corpus = readCorpus(join(import.meta.dirname, '..'));
const asked = makeQuestions(corpus).filter((question) => question.half === half);
const questions = asked.filter((question) => question.answers.size > 0);
const { notes, links } = corpus;
console.log(
  `${notes.length} memories, ${links.length} relationships (${links.filter((link) => link.origin === 'automatic').length} automatic), ` +
    `${questions.length} questions with an answer and ${asked.length - questions.length} without: the ${half} half.`,
);

const folder = mkdtempSync(join(tmpdir(), 'graph-memory-eval-'));
const measure = async (name: string, search: Search): Promise<Row> => {
  const row = await run(name, search, questions);
  console.error(`${name}: ${row.msPerQuestion.toFixed(1)} ms a question`);
  return row;
};
/** One store at a time, for each is as large as the corpus. */
const onStore = async <T>(
  name: string,
  filling: Partial<Filling>,
  work: (store: EvaluatedStore) => Promise<T>,
): Promise<T> => {
  const store = await fillStore(folder, name, corpus, { ...asServed, ...filling });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};

try {
  const plain: Row[] = [];
  for (const [name, search] of Object.entries(baselines(notes))) plain.push(await measure(name, search));
  const { full, parts, weak } = await onStore('full', {}, async (store) => {
    const flat = reweighted(store, flatWeights);
    const without = (settings: Parameters<typeof withSettings>[1]): Search =>
      served(store, withSettings(store.context, settings));
    const result = {
      full: await measure('graph-memory', served(store)),
      parts: [
        await measure('stop words kept', asking(store, stopWordsKept)),
        await measure('all fields weigh the same', served(store, flat.context)),
        await measure('no spreading', without(noSpreading)),
        await measure('no repair', without({ repair: false })),
      ],
      weak: await weakCounts(store, asked),
    };
    flat.close();
    return result;
  });
  parts.push(
    await onStore('names', { document: documentWithoutNames }, (store) =>
      measure('no whole names', asking(store, queryWithoutNames)),
    ),
    await onStore('stated', { automaticLinks: false }, (store) => measure('no automatic links', served(store))),
  );
  await onStore('alone', { contextWords: 0 }, async (store) => {
    parts.push(await measure('no neighbours’ words', served(store)));
    const alone = served(store, withSettings(store.context, noSpreading));
    parts.push(await measure('relationships ignored', alone));
  });
  const others: Row[] = [];
  for (const name of elsewhere) {
    const place = loadConfig({ flags: { MEMORY_BACKEND: name } }).store;
    const store = await fillStore(folder, name, corpus, asServed, place);
    others.push(await measure(`graph-memory on ${name}`, served(store)));
    await store.close();
  }
  const all = [...plain, full, ...others, ...parts];
  console.log(overall(all, questions));
  console.log(byKind(all, questions));
  console.log(ablation(full, parts, questions));
  console.log(weakTable(weak));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${((performance.now() - begun) / 1000).toFixed(0)} s`);
