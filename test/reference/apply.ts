import { mayWrite } from '../../src/domain/access.ts';
import type { MemoryId, Millis } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { ChangeNote, WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import type { Change } from '../../src/storage/query.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import { checkCreated, checkLinked, checkRelinked, checkReplaced, type Ends } from '../../src/storage/write-rules.ts';
import type { Draft, State } from './state.ts';
import { draftOf, isLiveId, isLiveMemory, isLiveRelationship, ownKey } from './state.ts';

type Operation<Op extends WriteOperation['op']> = Extract<WriteOperation, { readonly op: Op }>;
type Unnumbered = Change extends infer Each ? (Each extends Change ? Omit<Each, 'seq'> : never) : never;

const log = (draft: Draft, change: Unnumbered): void => {
  draft.lastSeq += 1;
  draft.lastAt = Math.max(draft.lastAt, change.at);
  draft.changes.push({ ...change, seq: draft.lastSeq, at: draft.lastAt } as Change);
};

const keepMemory = (draft: Draft, memory: Memory, document: SearchDocument): void => {
  draft.memories.set(memory.id, memory);
  if (isLiveMemory(memory)) draft.documents.set(memory.id, document);
  else draft.documents.delete(memory.id);
};

const logMemory = (draft: Draft, batch: WriteBatch, memory: Memory, note: ChangeNote, before: Memory | null): void => {
  const { id, version } = memory;
  log(draft, {
    entity: 'memory',
    id,
    before,
    version,
    kind: note.kind,
    reason: note.reason,
    at: batch.at,
    by: batch.by,
  });
};

/** Whoever writes, and what the writes of one batch share. */
interface Writer {
  readonly scope: TenantScope;
  readonly batch: WriteBatch;
}

const createMemory = (
  draft: Draft,
  { scope, batch }: Writer,
  { memory, document, note }: Operation<'create_memory'>,
): void => {
  checkCreated(scope, memory);
  if (draft.memories.has(memory.id)) {
    throw new AppError('duplicate', 'A memory with this id is there already.', {
      details: { entity: 'memory', id: memory.id },
    });
  }
  keepMemory(draft, memory, document);
  if (note !== null) logMemory(draft, batch, memory, note, null);
};

const expectVersion = (before: Memory | Relationship | undefined, expectedVersion: number): void => {
  if (before !== undefined && before.version !== expectedVersion) {
    const { id, version } = before;
    throw new AppError('version_conflict', 'Somebody changed the record.', { details: { id, version } });
  }
};

/** Right comes before version: who may not write learns no version. */
const replaceMemory = (draft: Draft, { scope, batch }: Writer, operation: Operation<'replace_memory'>): void => {
  const { memory, document, note } = operation;
  const before = draft.memories.get(memory.id);
  checkReplaced(scope, before, memory);
  expectVersion(before, operation.expectedVersion);
  keepMemory(draft, memory, document);
  logMemory(draft, batch, memory, note, before ?? null);
};

const keepRelationship = (draft: Draft, relationship: Relationship, words: readonly string[]): void => {
  const { id, from, to, type } = relationship;
  const twin = [...draft.relationships.values()].find(
    (other) =>
      other.id !== id && other.from === from && other.to === to && other.type === type && isLiveRelationship(other),
  );
  if (isLiveRelationship(relationship) && twin !== undefined) {
    throw new AppError('duplicate', 'The two are joined by a live relationship of this type already.', {
      details: { entity: 'relationship', id: twin.id },
    });
  }
  draft.relationships.set(id, relationship);
  draft.reasons.set(id, words);
};

const logRelationship = (
  draft: Draft,
  batch: WriteBatch,
  relationship: Relationship,
  note: ChangeNote,
  before: Relationship | null,
): void => {
  const { id, version } = relationship;
  const { kind, reason } = note;
  log(draft, { entity: 'relationship', id, before, version, kind, reason, at: batch.at, by: batch.by });
};

/** The two ends as far as they can be joined: an imported relationship may end in the trash. */
const endsOf = (draft: Draft, { from, to }: Relationship, trashToo: boolean): Ends => {
  const end = (id: MemoryId): Memory | undefined =>
    trashToo || isLiveId(draft, id) ? draft.memories.get(id) : undefined;
  return { from: end(from), to: end(to) };
};

const createRelationship = (
  draft: Draft,
  { scope, batch }: Writer,
  operation: Operation<'create_relationship'>,
): void => {
  const { relationship, words, note, imported } = operation;
  checkLinked(scope, relationship, endsOf(draft, relationship, imported === true));
  if (draft.relationships.has(relationship.id)) {
    throw new AppError('duplicate', 'A relationship with this id is there already.', {
      details: { entity: 'relationship', id: relationship.id },
    });
  }
  keepRelationship(draft, relationship, words);
  if (note !== null) logRelationship(draft, batch, relationship, note, null);
};

const replaceRelationship = (
  draft: Draft,
  { scope, batch }: Writer,
  operation: Operation<'replace_relationship'>,
): void => {
  const { relationship, words, note } = operation;
  const before = draft.relationships.get(relationship.id);
  checkRelinked(scope, before, relationship, endsOf(draft, before ?? relationship, true));
  expectVersion(before, operation.expectedVersion);
  keepRelationship(draft, relationship, words);
  logRelationship(draft, batch, relationship, note, before ?? null);
};

const indexMemory = (draft: Draft, { id, document, ofVersion }: Operation<'index_memory'>): void => {
  const version = draft.memories.get(id)?.version;
  if (isLiveId(draft, id) && version === (ofVersion ?? version)) draft.documents.set(id, document);
};

const countUsage = (draft: Draft, ids: readonly MemoryId[], at: Millis): void => {
  for (const id of ids) {
    const memory = draft.memories.get(id);
    if (memory) draft.memories.set(id, { ...memory, usageCount: memory.usageCount + 1, lastAccessed: at });
  }
};

const setVector = (draft: Draft, { id, version, model, vector }: Operation<'set_vector'>): void => {
  if (!isLiveId(draft, id) || draft.memories.get(id)?.version !== version) return;
  const others = (draft.vectors.get(id) ?? []).filter((kept) => kept.model !== model);
  draft.vectors.set(id, [...others, { model, version, vector }]);
};

const rememberKey = (draft: Draft, scope: TenantScope, { key, record }: Operation<'remember_key'>): void => {
  const own = ownKey(scope, key);
  if (draft.keys.has(own)) {
    throw new AppError('duplicate', 'This key was used before.', { details: { entity: 'idempotency_key' } });
  }
  draft.keys.set(own, record);
};

const expectRevision = (draft: Draft, { guard, revision }: Operation<'expect_revision'>): void => {
  if ((draft.guards.get(guard) ?? 0) !== revision) {
    throw new AppError('version_conflict', 'Somebody moved the guard.', { details: { guard } });
  }
  draft.guards.set(guard, revision + 1);
};

const purgeMemory = (draft: Draft, scope: TenantScope, id: MemoryId): void => {
  const memory = draft.memories.get(id);
  if (memory === undefined || isLiveMemory(memory) || !mayWrite(scope, memory)) return;
  const gone = new Set<string>([id]);
  draft.memories.delete(id);
  draft.vectors.delete(id);
  for (const relationship of [...draft.relationships.values()]) {
    if (relationship.from !== id && relationship.to !== id) continue;
    gone.add(relationship.id);
    draft.relationships.delete(relationship.id);
    draft.reasons.delete(relationship.id);
  }
  draft.changes = draft.changes.filter((change) => !gone.has(change.id));
};

const applyOne = (draft: Draft, writer: Writer, operation: WriteOperation): void => {
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
      return indexMemory(draft, operation);
    case 'set_vector':
      return setVector(draft, operation);
    case 'set_index_state':
      draft.indexState = operation.state;
      return;
    case 'count_usage':
      return countUsage(draft, operation.ids, operation.at);
    case 'remember_key':
      return rememberKey(draft, writer.scope, operation);
    case 'expect_revision':
      return expectRevision(draft, operation);
    case 'import_change':
      return log(draft, operation.change);
    case 'purge_memory':
      return purgeMemory(draft, writer.scope, operation.id);
  }
};

/** The state of the scope's tenant after the batch; `state` stays what it was, also when a condition fails. Each operation sees the ones before it. */
export const applyBatch = (state: State, scope: TenantScope, batch: WriteBatch): State => {
  const draft = draftOf(state);
  for (const operation of batch.operations) applyOne(draft, { scope, batch }, operation);
  return draft;
};
