import { mayWrite } from '../../src/domain/access.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { ChangeNote, WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import { checkCreated, checkLinked, checkRelinked, checkReplaced, type Ends } from '../../src/storage/write-rules.ts';
import {
  type Draft,
  type KeptRelationship,
  log,
  memoryIn,
  relationshipIn,
  relationshipsIn,
  stateIn,
  type Unnumbered,
} from './draft.ts';
import { isLiveMemory, isLiveRelationship } from './records.ts';
import { guardName, indexStateName, keyName } from './states.ts';
import type { Properties } from './values.ts';

type Operation<Op extends WriteOperation['op']> = Extract<WriteOperation, { readonly op: Op }>;

export interface Writer {
  readonly scope: TenantScope;
  readonly batch: WriteBatch;
  /** What the words of a live memory are kept as. */
  readonly textsOf: (memory: Memory, document: SearchDocument) => Properties;
}

const duplicate = (entity: string, id?: string): AppError =>
  new AppError('duplicate', 'It is there already.', { details: { entity, ...(id === undefined ? {} : { id }) } });

const expectVersion = ({ id, version }: Memory | Relationship, expected: number): void => {
  if (version !== expected) {
    throw new AppError('version_conflict', 'The record was changed meanwhile. Read it again.', {
      details: { id, version },
    });
  }
};

const keep = (draft: Draft, { textsOf }: Writer, memory: Memory, document: SearchDocument): void => {
  draft.memories.set(memory.id, { memory, texts: isLiveMemory(memory) ? textsOf(memory, document) : {} });
};

const logged = (
  { at, by }: WriteBatch,
  entity: 'memory' | 'relationship',
  record: Memory | Relationship,
  before: Memory | Relationship | null,
  { kind, reason }: ChangeNote,
): Unnumbered => ({ at, by, entity, id: record.id, version: record.version, before, kind, reason }) as Unnumbered;

const createMemory = (draft: Draft, writer: Writer, { memory, document, note }: Operation<'create_memory'>): void => {
  checkCreated(writer.scope, memory);
  if (memoryIn(draft, memory.id) !== undefined) throw duplicate('memory', memory.id);
  keep(draft, writer, memory, document);
  if (note !== null) log(draft, logged(writer.batch, 'memory', memory, null, note));
};

const replaceMemory = (draft: Draft, writer: Writer, operation: Operation<'replace_memory'>): void => {
  const { memory, document, note, expectedVersion } = operation;
  const before = memoryIn(draft, memory.id)?.memory;
  checkReplaced(writer.scope, before, memory);
  if (before === undefined) return;
  expectVersion(before, expectedVersion);
  keep(draft, writer, memory, document);
  log(draft, logged(writer.batch, 'memory', memory, before, note));
};

const keepRelationship = (draft: Draft, kept: KeptRelationship): void => {
  const { id, from, to, type } = kept.relationship;
  const twin = relationshipsIn(draft).find(
    ({ relationship: other }) =>
      other.id !== id && other.from === from && other.to === to && other.type === type && isLiveRelationship(other),
  );
  if (twin !== undefined && isLiveRelationship(kept.relationship))
    throw duplicate('relationship', twin.relationship.id);
  draft.relationships.set(id, kept);
};

const endsOf = (draft: Draft, { from, to }: Relationship, trashToo: boolean): Ends => {
  const end = (id: MemoryId): Memory | undefined => {
    const memory = memoryIn(draft, id)?.memory;
    return memory !== undefined && (trashToo || isLiveMemory(memory)) ? memory : undefined;
  };
  return { from: end(from), to: end(to) };
};

const createRelationship = (draft: Draft, writer: Writer, operation: Operation<'create_relationship'>): void => {
  const { relationship, words, note, imported } = operation;
  checkLinked(writer.scope, relationship, endsOf(draft, relationship, imported === true));
  if (relationshipIn(draft, relationship.id) !== undefined) throw duplicate('relationship', relationship.id);
  keepRelationship(draft, { relationship, words });
  if (note !== null) log(draft, logged(writer.batch, 'relationship', relationship, null, note));
};

const replaceRelationship = (draft: Draft, writer: Writer, operation: Operation<'replace_relationship'>): void => {
  const { relationship, words, note, expectedVersion } = operation;
  const before = relationshipIn(draft, relationship.id)?.relationship;
  checkRelinked(writer.scope, before, relationship, endsOf(draft, before ?? relationship, true));
  if (before === undefined) return;
  expectVersion(before, expectedVersion);
  keepRelationship(draft, { relationship, words });
  log(draft, logged(writer.batch, 'relationship', relationship, before, note));
};

const indexMemory = (draft: Draft, writer: Writer, { id, document, ofVersion }: Operation<'index_memory'>): void => {
  const kept = memoryIn(draft, id);
  if (kept === undefined || !isLiveMemory(kept.memory)) return;
  if (kept.memory.version === (ofVersion ?? kept.memory.version)) keep(draft, writer, kept.memory, document);
};

const setVector = (draft: Draft, { id, model, version, vector }: Operation<'set_vector'>): void => {
  const kept = memoryIn(draft, id);
  if (kept === undefined || !isLiveMemory(kept.memory) || kept.memory.version !== version) return;
  const own = draft.vectors.get(id) ?? new Map();
  draft.vectors.set(id, own.set(model, { model, version, vector }));
};

const countUsage = (draft: Draft, { ids, at }: Operation<'count_usage'>): void => {
  for (const id of ids) {
    const kept = memoryIn(draft, id);
    if (kept === undefined) continue;
    const memory = { ...kept.memory, usageCount: kept.memory.usageCount + 1, lastAccessed: at };
    draft.memories.set(id, { ...kept, memory });
  }
};

const rememberKey = (draft: Draft, { scope }: Writer, { key, record }: Operation<'remember_key'>): void => {
  const name = keyName(scope, key);
  if (stateIn(draft, name) !== undefined) throw duplicate('idempotency_key');
  draft.states.set(name, JSON.stringify(record));
};

const moveGuard = (draft: Draft, { guard, revision }: Operation<'expect_revision'>): void => {
  const name = guardName(guard);
  if (Number(stateIn(draft, name) ?? 0) !== revision) {
    throw new AppError('version_conflict', 'Somebody else wrote meanwhile. Try again.', { details: { guard } });
  }
  draft.states.set(name, String(revision + 1));
};

const purgeMemory = (draft: Draft, { scope }: Writer, id: MemoryId): void => {
  const kept = memoryIn(draft, id);
  if (kept === undefined || isLiveMemory(kept.memory) || !mayWrite(scope, kept.memory)) return;
  const gone = new Set<string>([id]);
  for (const { relationship } of relationshipsIn(draft)) {
    if (relationship.from !== id && relationship.to !== id) continue;
    gone.add(relationship.id);
    draft.relationships.set(relationship.id, null);
  }
  draft.memories.set(id, null);
  draft.vectors.delete(id);
  draft.purged.add(id);
  draft.changes = draft.changes.filter((change) => !gone.has(change.id));
};

/** Works out what one operation makes of the draft. Throws as `WriteOperation` says. */
export const applyOperation = (draft: Draft, writer: Writer, operation: WriteOperation): void => {
  switch (operation.op) {
    case 'create_memory':
      return createMemory(draft, writer, operation);
    case 'replace_memory':
      return replaceMemory(draft, writer, operation);
    case 'create_relationship':
      return createRelationship(draft, writer, operation);
    case 'replace_relationship':
      return replaceRelationship(draft, writer, operation);
    case 'index_memory':
      return indexMemory(draft, writer, operation);
    case 'set_vector':
      return setVector(draft, operation);
    case 'set_index_state':
      draft.states.set(indexStateName, JSON.stringify(operation.state));
      return;
    case 'count_usage':
      return countUsage(draft, operation);
    case 'remember_key':
      return rememberKey(draft, writer, operation);
    case 'expect_revision':
      return moveGuard(draft, operation);
    case 'import_change':
      return log(draft, operation.change);
    case 'purge_memory':
      return purgeMemory(draft, writer, operation.id);
  }
};
