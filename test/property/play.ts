import fc from 'fast-check';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { WriteBatch } from '../../src/storage/batch.ts';
import type { SortField, SortKey } from '../../src/storage/query.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import { quantise } from '../../src/storage/vector.ts';
import { compareText } from '../reference/order.ts';
import { memoryId, relationshipId } from '../support/builders.ts';
import { type Beliefs, buildOperations } from './batches.ts';
import type { ValueOf, Write } from './commands.ts';
import { memoryCount, relationshipCount, write } from './commands.ts';
import { read } from './questions.ts';

export const command = fc.oneof({ weight: 1, arbitrary: write }, { weight: 1, arbitrary: read });
export type Command = ValueOf<typeof command>;
export type Read = ValueOf<typeof read>;

const upTo = (count: number): readonly number[] => Array.from({ length: count + 1 }, (_, index) => index + 1);

export interface Plan {
  readonly batch: WriteBatch;
  /** What the writer read, as it stood. */
  readonly known: Pick<Beliefs, 'memories' | 'relationships'>;
}

/** The batch that a writer would make who has just read the store. */
export const planBatch = async (
  store: GraphStore,
  scope: TenantScope,
  { operations, at, by }: Write,
): Promise<Plan> => {
  const memories = await store.memories(scope, upTo(memoryCount).map(memoryId), 'any');
  const ids = upTo(relationshipCount).map(relationshipId);
  const relationships = await store.relationships(scope, { ids, state: 'any', withTrashedEnds: true, limit: 1000 });
  const read = (): Plan['known'] => ({
    memories: new Map(memories.map((memory) => [memory.id, memory])),
    relationships: new Map(relationships.map((relationship) => [relationship.id, relationship])),
  });
  const beliefs = { ...read(), revision: await store.guardRevision(scope, 'acyclic_graph') };
  return { batch: { operations: buildOperations(operations, beliefs), at, by }, known: read() };
};

const keyOf = ({ id, title, createdAt, updatedAt, importance, confidence }: Memory, field: SortField): SortKey => {
  const values = { title, created_at: createdAt, updated_at: updatedAt, importance, confidence };
  return { value: values[field], id };
};

const leaf = async (
  store: GraphStore,
  scope: TenantScope,
  { filter, field, direction, limit }: Read & { command: 'leaf' },
): Promise<unknown> => {
  const all: Memory[] = [];
  for (;;) {
    const last = all.at(-1);
    const after = last === undefined ? {} : { after: keyOf(last, field) };
    const rows = await store.listMemories(scope, { filter, sort: { field, direction }, limit, ...after });
    all.push(...rows);
    if (rows.length < limit) return all;
    if (all.length > 1000) throw new Error('the pages never end');
  }
};

const page = (store: GraphStore, scope: TenantScope, question: Read & { command: 'page' }): Promise<unknown> => {
  const { filter, field, direction, limit, after } = question;
  const values = {
    title: after.text,
    created_at: after.moment,
    updated_at: after.moment,
    importance: after.number,
    confidence: after.number,
  };
  const sort = { field, direction };
  return store.listMemories(scope, { filter, sort, limit, after: { value: values[field], id: memoryId(after.id) } });
};

const walk = (store: GraphStore, scope: TenantScope, question: Read & { command: 'traverse' }): Promise<unknown> => {
  const { from, direction, maxDepth, maxNodes, fanOut } = question;
  const { until, types } = question.walk;
  return store.traverse(scope, {
    from: memoryId(from),
    direction,
    maxDepth,
    maxNodes,
    fanOut,
    ...(until === undefined ? {} : { until: memoryId(until) }),
    ...(types === undefined ? {} : { types }),
  });
};

const nearest = (store: GraphStore, scope: TenantScope, question: Read & { command: 'nearest' }): Promise<unknown> => {
  const { model, components, filter, limit } = question;
  return store.nearest(scope, { model, vector: quantise(components) }, filter, limit);
};

const lacking = (store: GraphStore, scope: TenantScope, question: Read & { command: 'lacking' }): Promise<unknown> => {
  const { model, filter, after, limit } = question;
  const space = { model, dimensions: 3 };
  return store.unembedded(scope, { space, filter, limit, ...(after === null ? {} : { after: memoryId(after) }) });
};

/** The contract leaves their order open. */
const frequencies = async (store: GraphStore, scope: TenantScope, terms: readonly string[]): Promise<unknown> => {
  const found = await store.termFrequencies(scope, terms);
  return found.toSorted((a, b) => compareText(a.text, b.text));
};

export const ask = async (
  store: GraphStore,
  scope: TenantScope,
  question: Exclude<Read, { command: 'search' | 'reasons' | 'reopen' }>,
): Promise<unknown> => {
  switch (question.command) {
    case 'memories':
      return store.memories(scope, question.ids, question.state);
    case 'leaf':
      return leaf(store, scope, question);
    case 'page':
      return page(store, scope, question);
    case 'count':
      return store.countMemories(scope, question.filter);
    case 'frequencies':
      return frequencies(store, scope, question.terms);
    case 'vocabulary':
      return store.vocabulary(scope, question.range);
    case 'nearest':
      return nearest(store, scope, question);
    case 'embedded':
      return store.countEmbedded(scope, { model: question.model, dimensions: 3 });
    case 'lacking':
      return lacking(store, scope, question);
    case 'index':
      return store.indexState(scope);
    case 'links':
      return store.linksAmong(scope, question.ids);
    case 'relationships':
      return store.relationshipsWithEnds(scope, { ...question.query, limit: question.limit });
    case 'traverse':
      return walk(store, scope, question);
    case 'statistics':
      return store.statistics(scope, question.top);
    case 'facet':
      return store.facet(scope, question.facet, question.prefix, question.limit);
    case 'prefix':
      return store.idsByPrefix(scope, memoryId(question.of).slice(0, question.length), question.limit);
    case 'changes':
      return store.changes(scope, { ...question.bounds, order: question.order, limit: question.limit });
    case 'key':
      return store.idempotencyRecord(scope, question.key);
    case 'guard':
      return store.guardRevision(scope, 'acyclic_graph');
  }
};
