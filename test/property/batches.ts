import type { MemoryId, RelationshipId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { isSymmetric } from '../../src/domain/relationship.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import { quantise } from '../../src/storage/vector.ts';
import { makeMemory, makeRelationship, memoryId, relationshipId } from '../support/builders.ts';
import type { memoryShape, PlainOperation, relationshipShape, ValueOf } from './commands.ts';
import { memoryCount } from './commands.ts';

/** What the writer believes to be stored; it learns of its own operations as the batch is made. */
export interface Beliefs {
  readonly memories: Map<MemoryId, Memory>;
  readonly relationships: Map<RelationshipId, Relationship>;
  revision: number;
}

const shapeMemory = (number: number, shape: ValueOf<typeof memoryShape>, version: number): Memory =>
  makeMemory({ ...shape, id: number, version });

const createMemory = (plain: PlainOperation & { op: 'create' }, beliefs: Beliefs): WriteOperation => {
  const memory = shapeMemory(plain.number, plain.shape, 1);
  if (!beliefs.memories.has(memory.id)) beliefs.memories.set(memory.id, memory);
  return { op: 'create_memory', memory, document: plain.document, note: plain.note };
};

const replaceMemory = (plain: PlainOperation & { op: 'replace' }, beliefs: Beliefs): WriteOperation => {
  const { number, shape, document, note, off } = plain;
  const expectedVersion = (beliefs.memories.get(memoryId(number))?.version ?? 1) + off;
  const memory = shapeMemory(number, shape, expectedVersion + 1);
  if (off === 0) beliefs.memories.set(memory.id, memory);
  return { op: 'replace_memory', memory, expectedVersion, document, note };
};

type Ends = { readonly from: number; readonly to: number };

/** As the service does it: no memory is joined to itself, and symmetric types begin at the smaller id. */
const orderEnds = ({ from, to }: Ends, type: Relationship['type']): Ends => {
  const other = from === to ? (to % memoryCount) + 1 : to;
  return isSymmetric(type) && other < from ? { from: other, to: from } : { from, to: other };
};

const shapeRelationship = (
  number: number,
  ends: Ends,
  shape: ValueOf<typeof relationshipShape>,
  version: number,
): Relationship => makeRelationship({ ...shape, ...orderEnds(ends, shape.type), id: number, version });

const createRelationship = (plain: PlainOperation & { op: 'relate' }, beliefs: Beliefs): readonly WriteOperation[] => {
  const relationship = shapeRelationship(plain.number, plain, plain.shape, 1);
  // A relationship's id is drawn by the writer and never comes twice.
  if (beliefs.relationships.has(relationship.id)) return [];
  beliefs.relationships.set(relationship.id, relationship);
  const { words, note } = plain;
  return [{ op: 'create_relationship', relationship, words, note, ...(plain.imported ? { imported: true } : {}) }];
};

const replaceRelationship = (plain: PlainOperation & { op: 'reshape' }, beliefs: Beliefs): WriteOperation => {
  const { number, shape, words, note, off } = plain;
  const before = beliefs.relationships.get(relationshipId(number)) ?? makeRelationship({ id: number });
  const expectedVersion = before.version + off;
  const { type, from, to } = before;
  const relationship = { ...makeRelationship({ ...shape, type, id: number, version: expectedVersion + 1 }), from, to };
  if (off === 0) beliefs.relationships.set(relationship.id, relationship);
  return { op: 'replace_relationship', relationship, words, expectedVersion, note };
};

/** A memory is trashed, purged and made anew under the same id, all in one batch. */
const renewMemory = (plain: PlainOperation & { op: 'renew' }, beliefs: Beliefs): readonly WriteOperation[] => {
  const { number, shape, document, note } = plain;
  const id = memoryId(number);
  const doomed = replaceMemory({ ...plain, op: 'replace', shape: { ...shape, deletedAt: 0 }, off: 0 }, beliefs);
  beliefs.memories.delete(id);
  for (const { id: edge, from, to } of beliefs.relationships.values()) {
    if (from === id || to === id) beliefs.relationships.delete(edge);
  }
  const anew = createMemory({ op: 'create', number, shape, document, note }, beliefs);
  return [doomed, { op: 'purge_memory', id }, anew];
};

const buildOne = (plain: PlainOperation, beliefs: Beliefs): readonly WriteOperation[] => {
  switch (plain.op) {
    case 'create':
      return [createMemory(plain, beliefs)];
    case 'replace':
      return [replaceMemory(plain, beliefs)];
    case 'relate':
      return createRelationship(plain, beliefs);
    case 'reshape':
      return [replaceRelationship(plain, beliefs)];
    case 'index':
      return [{ op: 'index_memory', id: memoryId(plain.number), document: plain.document }];
    case 'embed': {
      const id = memoryId(plain.number);
      const version = (beliefs.memories.get(id)?.version ?? 1) + plain.off;
      return [{ op: 'set_vector', id, version, model: plain.model, vector: quantise(plain.components) }];
    }
    case 'use':
      return [{ op: 'count_usage', ids: plain.numbers.map(memoryId), at: plain.at }];
    case 'remember': {
      const { key, fingerprint, answer, at } = plain;
      return [{ op: 'remember_key', key, record: { fingerprint, answer, at } }];
    }
    case 'guard': {
      const revision = beliefs.revision + plain.off;
      beliefs.revision += 1;
      return [{ op: 'expect_revision', guard: 'acyclic_graph', revision }];
    }
    case 'log': {
      const { number, note, at, by } = plain;
      const before = plain.before === null ? null : shapeMemory(number, plain.before, 1);
      const change = { entity: 'memory', id: memoryId(number), seq: 1, at, by, ...note, version: 2, before } as const;
      return [{ op: 'import_change', change }];
    }
    case 'renew':
      return renewMemory(plain, beliefs);
    case 'reindexed': {
      const through = plain.through === null ? null : memoryId(plain.through);
      return [{ op: 'set_index_state', state: { version: plain.version, through } }];
    }
    case 'purge':
      return [{ op: 'purge_memory', id: memoryId(plain.number) }];
  }
};

export const buildOperations = (plain: readonly PlainOperation[], beliefs: Beliefs): readonly WriteOperation[] =>
  plain.flatMap((each) => buildOne(each, beliefs));
