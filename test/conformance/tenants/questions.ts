import type { TenantScope } from '../../../src/domain/scope.ts';
import type { WriteOperation } from '../../../src/storage/batch.ts';
import type { MemoryFilter } from '../../../src/storage/query.ts';
import type { GraphStore } from '../../../src/storage/store.ts';
import { quantise } from '../../../src/storage/vector.ts';
import {
  batchOf,
  day,
  importsRelationship,
  makeDocument,
  memoryId,
  relates,
  relationshipId,
  replaces,
  reshapes,
  trashes,
  wordsQuery,
} from '../../support/builders.ts';
import { open } from '../walks.ts';
import { ada, linkedBy, ownedBy } from './people.ts';

type Question = (store: GraphStore, scope: TenantScope) => Promise<unknown>;

const model = 'small';
const vector = quantise([1, 2, 3]);
const space = { model, dimensions: 3 };
/** Of ada 1 to 6, of others some of these and the rest; 13 is of nobody. */
const ids = Array.from({ length: 13 }, (_, index) => memoryId(index + 1));
const edgeIds = Array.from({ length: 25 }, (_, index) => relationshipId(index + 1));
const [hidden, hiddenEdge] = [8, 21];

const filters: readonly MemoryFilter[] = [
  {},
  { state: 'any' },
  { state: 'trashed' },
  { ids },
  { types: ['fix'] },
  { tags: { values: ['red'], mode: 'any' } },
  { projects: ['/shop'] },
  { relatedBy: ['CAUSES', 'RELATED_TO'] },
  { notRelatedBy: ['CAUSES', 'RELATED_TO', 'SOLVES'] },
];

const byTime = { field: 'created_at', direction: 'desc' } as const;
const byTitle = { field: 'title', direction: 'asc' } as const;
const textQueries = [wordsQuery('alpha'), wordsQuery('al* beta', 'any'), wordsQuery('alpha beta')];

const writes = (...operations: readonly WriteOperation[]): Question => {
  return (store, scope) => store.write(scope, batchOf(operations, { at: day(3) }));
};

const theirs = ownedBy(ada, { id: hidden });

/**
 * For each method of a store what one may ask it about one's own records and, as if one had heard of them, about those of others. A
 * method without questions does not compile.
 */
export const questions: Readonly<Record<keyof GraphStore, readonly Question[]>> = {
  write: [
    writes(replaces(theirs)),
    writes(trashes({ ...theirs, version: 2 })),
    writes(relates(linkedBy(ada, { id: 24, from: 1, to: hidden, type: 'CAUSES' }))),
    writes(importsRelationship(linkedBy(ada, { id: 24, from: hidden, to: 1 }))),
    writes(reshapes(linkedBy(ada, { id: hiddenEdge, from: hidden, to: 1, type: 'CAUSES' }), { strength: 1 })),
    writes({ op: 'purge_memory', id: theirs.id }),
    writes({ op: 'index_memory', id: theirs.id, document: makeDocument({ title: 'alpha' }) }),
    writes({ op: 'set_vector', id: theirs.id, version: 1, model: 'other', vector }),
    writes({ op: 'count_usage', ids: [theirs.id], at: day(3) }),
    writes({ op: 'remember_key', key: 'another', record: { fingerprint: 'f', answer: {}, at: day(3) } }),
    writes({ op: 'expect_revision', guard: 'acyclic_graph', revision: 1 }),
    writes(replaces(ownedBy(ada, { id: 1 }))),
    async (store, scope) => [
      await store.listMemories(scope, { filter: { state: 'any' }, sort: byTitle, limit: 100 }),
      await store.search(scope, wordsQuery('alpha'), {}, 100),
      await store.changes(scope, { order: 'oldest_first', limit: 100 }),
    ],
  ],
  memories: (['live', 'trashed', 'any'] as const).map((state) => (store, scope) => store.memories(scope, ids, state)),
  listMemories: [
    ...filters.map(
      (filter): Question =>
        (store, scope) =>
          store.listMemories(scope, { filter, sort: byTitle, limit: 3 }),
    ),
    (store, scope) => {
      const after = { value: day(1), id: memoryId(hidden) };
      return store.listMemories(scope, { filter: { state: 'any' }, sort: byTime, after, limit: 2 });
    },
    (store, scope) => {
      const after = { value: 'alpha', id: memoryId(1) };
      return store.listMemories(scope, { filter: {}, sort: byTitle, after, limit: 2 });
    },
  ],
  countMemories: filters.map((filter) => (store, scope) => store.countMemories(scope, filter)),
  search: [
    ...textQueries.map(
      (query): Question =>
        (store, scope) =>
          store.search(scope, query, {}, 100),
    ),
    ...filters.map(
      (filter): Question =>
        (store, scope) =>
          store.search(scope, wordsQuery('alpha'), filter, 2),
    ),
  ],
  searchWithLinks: textQueries.map(
    (query): Question =>
      (store, scope) =>
        store.searchWithLinks(scope, query, {}, 100, 3),
  ),
  searchRelationships: [
    ...textQueries.map(
      (query): Question =>
        (store, scope) =>
          store.searchRelationships(scope, query, null, 100),
    ),
    (store, scope) => store.searchRelationships(scope, wordsQuery('alpha'), ['CAUSES'], 1),
  ],
  nearest: filters.map((filter) => (store, scope) => store.nearest(scope, { model, vector }, filter, 2)),
  unembedded: [
    (store, scope) => store.unembedded(scope, { space, filter: {}, limit: 2 }),
    (store, scope) => store.unembedded(scope, { space, filter: {}, after: memoryId(2), limit: 2 }),
    (store, scope) => store.unembedded(scope, { space: { ...space, model: 'other' }, filter: {}, limit: 100 }),
  ],
  countEmbedded: [(store, scope) => store.countEmbedded(scope, space)],
  termFrequencies: [
    async (store, scope) => {
      const found = await store.termFrequencies(scope, ['alpha', 'beta', 'gamma', 'secret', 'absent']);
      return found.toSorted((a, b) => (a.text < b.text ? -1 : 1));
    },
  ],
  vocabulary: [
    (store, scope) => store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 100, limit: 100 }),
    (store, scope) => store.vocabulary(scope, { prefix: '', minLength: 5, maxLength: 6, limit: 3 }),
    (store, scope) => store.vocabulary(scope, { prefix: 's', minLength: 1, maxLength: 100, limit: 1 }),
  ],
  indexState: [(store, scope) => store.indexState(scope)],
  linksAmong: [(store, scope) => store.linksAmong(scope, ids)],
  relationships: [
    (store, scope) => store.relationships(scope, { state: 'any', withTrashedEnds: true, limit: 100 }),
    (store, scope) => store.relationships(scope, { ids: edgeIds, limit: 2 }),
    (store, scope) => store.relationships(scope, { after: relationshipId(1), limit: 2 }),
    ...ids.map(
      (id): Question =>
        (store, scope) =>
          store.relationships(scope, { of: [id], state: 'any', limit: 100 }),
    ),
  ],
  relationshipsWithEnds: [
    (store, scope) => store.relationshipsWithEnds(scope, { state: 'any', withTrashedEnds: true, limit: 100 }),
    (store, scope) => store.relationshipsWithEnds(scope, { of: ids, limit: 2 }),
  ],
  traverse: [
    ...ids.map(
      (from): Question =>
        (store, scope) =>
          store.traverse(scope, { ...open, from }),
    ),
    (store, scope) => store.traverse(scope, { ...open, until: memoryId(hidden) }),
    (store, scope) => store.traverse(scope, { ...open, until: memoryId(3) }),
    (store, scope) => store.traverse(scope, { ...open, fanOut: 1 }),
    (store, scope) => store.traverse(scope, { ...open, maxNodes: 1 }),
  ],
  statistics: [(store, scope) => store.statistics(scope, 100), (store, scope) => store.statistics(scope, 1)],
  facet: (['tags', 'projects', 'types', 'languages', 'frameworks'] as const).flatMap((facet): readonly Question[] => [
    (store, scope) => store.facet(scope, facet, '', 100),
    (store, scope) => store.facet(scope, facet, 's', 1),
  ]),
  idsByPrefix: [
    (store, scope) => store.idsByPrefix(scope, '0000', 100),
    (store, scope) => store.idsByPrefix(scope, '', 2),
    (store, scope) => store.idsByPrefix(scope, memoryId(hidden), 1),
  ],
  changes: [
    (store, scope) => store.changes(scope, { order: 'oldest_first', limit: 100 }),
    (store, scope) => store.changes(scope, { order: 'newest_first', limit: 2 }),
    (store, scope) => store.changes(scope, { order: 'oldest_first', since: day(1), entity: 'memory', limit: 3 }),
    (store, scope) => store.changes(scope, { order: 'newest_first', ids: [...ids, ...edgeIds], limit: 100 }),
  ],
  idempotencyRecord: [
    (store, scope) => store.idempotencyRecord(scope, 'key'),
    (store, scope) => store.idempotencyRecord(scope, 'theirs'),
  ],
  guardRevision: [(store, scope) => store.guardRevision(scope, 'acyclic_graph')],
};
