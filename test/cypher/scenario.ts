import type { Dialect } from '../../backends/cypher/dialect.ts';
import { CypherStore } from '../../backends/cypher/store.ts';
import type { Memory } from '../../src/domain/memory.ts';
import { type Relationship, relationshipTypes } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import type { MemoryFilter } from '../../src/storage/query.ts';
import { quantise } from '../../src/storage/vector.ts';
import {
  batchOf,
  creates,
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
} from '../support/builders.ts';

/** What is stored of this scope before the calls, besides what they bring. */
export interface Cast {
  readonly memories: readonly [Memory, Memory, Memory];
  /** A new one, of an id that nothing has. */
  readonly fresh: Memory;
  readonly link: Relationship;
  readonly relationship: (type: Relationship['type'], id: number) => Relationship;
}

const filters: Readonly<Record<string, MemoryFilter>> = {
  nothing: {},
  trash: { state: 'trashed', deletedBefore: day(9) },
  any: { state: 'any' },
  ids: { ids: [memoryId(1)] },
  values: {
    types: ['problem'],
    tags: { values: ['a', 'b'], mode: 'all' },
    projects: ['/shop'],
    languages: ['Go'],
    frameworks: ['React'],
    minImportance: 0.1,
    minConfidence: 0.2,
    createdAfter: day(1),
    createdBefore: day(9),
    updatedAfter: day(1),
  },
  'any tag': { tags: { values: ['a'], mode: 'any' } },
  related: { relatedBy: ['SOLVES', 'RELATED_TO'] },
  unrelated: { notRelatedBy: ['SOLVES'] },
  'no value': { types: [] },
};

const sorts = ['created_at', 'updated_at', 'importance', 'confidence', 'title'] as const;

const writes = ({
  memories: [one, two, three],
  fresh,
  link,
  relationship,
}: Cast): Readonly<Record<string, WriteOperation[]>> => ({
  'a memory': [creates(fresh)],
  'a version': [replaces(one, { title: 'renamed' })],
  'a memory to the trash': [trashes(two)],
  'relationships of every type': relationshipTypes.map((type, place) =>
    relates(relationship(type, 100 + place), 'why'),
  ),
  'a closed relationship': [reshapes(link, { validUntil: day(2) })],
  'a stronger relationship': [reshapes(link, { strength: 0.9 })],
  'an imported relationship': [importsRelationship(relationship('CAUSES', 90))],
  'new words': [{ op: 'index_memory', id: one.id, document: makeDocument({ title: 'words' }) }],
  'a vector': [{ op: 'set_vector', id: one.id, version: 1, model: 'm', vector: quantise([1, 0]) }],
  'the state of the index': [{ op: 'set_index_state', state: { version: 1, through: one.id } }],
  uses: [{ op: 'count_usage', ids: [one.id], at: day(2) }],
  'a key': [{ op: 'remember_key', key: 'k', record: { fingerprint: 'f', answer: { id: 'x' }, at: 1 } }],
  'a guard': [{ op: 'expect_revision', guard: 'acyclic_graph', revision: 0 }],
  'a purge': [{ op: 'purge_memory', id: three.id }],
});

/** Every member of the contract, in as many forms as its statements have. Each call may fail: what it asked for counts. */
export const playEverything = async (
  dialect: Dialect,
  scope: TenantScope,
  cast: Cast,
  enter: (call: string) => void,
): Promise<void> => {
  const store = new CypherStore(dialect, scope.tenant !== null);
  const [one, two] = [memoryId(1), memoryId(2)];
  const words = wordsQuery('memory renamed');
  const beginning = {
    groups: [[{ text: 'ren', prefix: true }], [{ text: 'memory', prefix: false }]],
    mode: 'any',
  } as const;
  const steps: Record<string, () => Promise<unknown>> = {
    tenants: () => store.tenants(),
    audit: () => store.inspect(),
    'sealing key': () => store.sealingKey(),
    memories: () => store.memories(scope, [one, two], 'live'),
    'memories in any state': () => store.memories(scope, [one], 'any'),
    search: () => store.search(scope, words, {}, 5),
    'search for any': () => store.search(scope, beginning, {}, 5),
    'words of relationships': () => store.searchRelationships(scope, words, ['SOLVES'], 5),
    'a beginning in relationships': () => store.searchRelationships(scope, beginning, null, 5),
    frequencies: () => store.termFrequencies(scope, ['memory', 'other']),
    vocabulary: () => store.vocabulary(scope, { prefix: 'me', minLength: 2, maxLength: 9, limit: 5 }),
    'whole vocabulary': () => store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 9, limit: 5 }),
    embedded: () => store.countEmbedded(scope, { model: 'm', dimensions: 2 }),
    'state of the index': () => store.indexState(scope),
    links: () => store.linksAmong(scope, [one, two]),
    statistics: () => store.statistics(scope, 5),
    'ids by prefix': () => store.idsByPrefix(scope, '0000', 5),
    key: () => store.idempotencyRecord(scope, 'k'),
    guard: () => store.guardRevision(scope, 'acyclic_graph'),
  };
  for (const [name, filter] of Object.entries(filters)) {
    steps[`list: ${name}`] = () =>
      store.listMemories(scope, { filter, sort: { field: 'created_at', direction: 'desc' }, limit: 5 });
    steps[`count: ${name}`] = () => store.countMemories(scope, filter);
    steps[`search: ${name}`] = () => store.search(scope, words, filter, 5);
    steps[`nearest: ${name}`] = () => store.nearest(scope, { model: 'm', vector: quantise([1, 0]) }, filter, 5);
    steps[`unembedded: ${name}`] = () =>
      store.unembedded(scope, { space: { model: 'm', dimensions: 2 }, filter, after: one, limit: 5 });
  }
  for (const field of sorts) {
    for (const direction of ['asc', 'desc'] as const) {
      const after = { value: field === 'title' ? 'a' : 1, id: one };
      steps[`sort: ${field} ${direction}`] = () =>
        store.listMemories(scope, { filter: {}, sort: { field, direction }, after, limit: 5 });
    }
  }
  for (const state of ['live', 'closed', 'removed', 'any'] as const) {
    steps[`relationships: ${state}`] = () => store.relationships(scope, { state, limit: 5, after: relationshipId(1) });
  }
  for (const direction of ['outgoing', 'incoming', 'both'] as const) {
    steps[`relationships of: ${direction}`] = () =>
      store.relationships(scope, { of: [one], direction, types: ['SOLVES'], withTrashedEnds: true, limit: 5 });
    steps[`relationships by id: ${direction}`] = () =>
      store.relationships(scope, { ids: [relationshipId(1)], of: [one], direction, limit: 5 });
    steps[`walk: ${direction}`] = () =>
      store.traverse(scope, { from: one, direction, maxDepth: 2, maxNodes: 9, fanOut: 3, statedOnly: true });
  }
  steps['walk by one type'] = () =>
    store.traverse(scope, { from: one, direction: 'outgoing', types: ['SOLVES'], maxDepth: 1, maxNodes: 9, fanOut: 3 });
  for (const facet of ['tags', 'projects', 'types', 'languages', 'frameworks', 'teams'] as const) {
    steps[`facet: ${facet}`] = () => store.facet(scope, facet, 'a', 5);
  }
  for (const order of ['oldest_first', 'newest_first'] as const) {
    steps[`log: ${order}`] = () => store.changes(scope, { order, limit: 5 });
  }
  steps['log: all of its bounds'] = () =>
    store.changes(scope, {
      order: 'oldest_first',
      limit: 5,
      entity: 'memory',
      ids: [one],
      afterSeq: 1,
      beforeSeq: 9,
      since: day(1),
    });
  for (const [name, operations] of Object.entries(writes(cast))) {
    steps[`write: ${name}`] = () => store.write(scope, batchOf(operations));
  }
  for (const [name, step] of Object.entries(steps)) {
    enter(name);
    await step();
  }
};
