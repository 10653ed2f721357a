import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CypherStore } from '../../backends/cypher/store.ts';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import type { SearchHit, TermFrequency } from '../../src/storage/query.ts';
import { makeReservoir, ReferenceStore } from '../reference/store.ts';
import { batchOf, creates, makeMemory, wordsQuery } from '../support/builders.ts';
import { type Explained, places, there } from './explained.ts';

const titles = ['alpha beta', 'alpha betamax', 'alpha gamma', 'delta', 'beta alphabet'];
const prefixes = {
  groups: [[{ text: 'bet', prefix: true }], [{ text: 'alpha', prefix: false }]],
  mode: 'any',
} as const;

describe.each(there.filter((name) => name !== 'falkordb'))('%s with an engine that finds two at most', (name) => {
  let place: Explained;
  let store: CypherStore;
  const reference = new ReferenceStore(makeReservoir(), { multiTenant: false });
  beforeAll(async () => {
    place = await places[name](false);
    store = new CypherStore({ ...place.dialect, mostFound: 2 }, false);
    await store.open();
    const batch = batchOf(titles.map((title, index) => creates(makeMemory({ id: index + 1, title, content: title }))));
    for (const each of [store, reference]) await each.write(scope, batch);
  }, 120_000);
  afterAll(() => place.close());

  const byText = (counts: readonly TermFrequency[]): readonly TermFrequency[] =>
    counts.toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const scores = (hits: readonly SearchHit[]): readonly unknown[] =>
    hits.map(({ memory, score }) => [memory.title, score.toPrecision(9)]);

  test('counts and scores by all memories that hold a word', async () => {
    const terms = ['alpha', 'beta', 'alphabet', 'delta', 'absent'];
    expect(byText(await store.termFrequencies(scope, terms))).toEqual(
      byText(await reference.termFrequencies(scope, terms)),
    );
    for (const query of [wordsQuery('alpha beta', 'any'), wordsQuery('alpha beta'), prefixes]) {
      expect(scores(await store.search(scope, query, {}, 9))).toEqual(
        scores(await reference.search(scope, query, {}, 9)),
      );
    }
  });
});

test.skipIf(there.length > 0)('no server is here to count on', () => {
  expect(there).toEqual([]);
});
