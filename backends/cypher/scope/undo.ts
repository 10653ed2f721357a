import { randomUUID } from 'node:crypto';
import { assigned, type Owner, ownerDifference } from '../../../src/domain/assignment.ts';
import type { MemoryId, RelationshipId, TenantId } from '../../../src/domain/ids.ts';
import type { Memory } from '../../../src/domain/memory.ts';
import type { Relationship } from '../../../src/domain/relationship.ts';
import { AppError } from '../../../src/errors.ts';
import type { Hold, Rescoped, UndoStep } from '../../../src/storage/migration.ts';
import type { Change } from '../../../src/storage/query.ts';
import { toChange } from '../changes.ts';
import { type Draft, draftOf, log, memoryIn, relationshipIn, relationshipsIn } from '../draft.ts';
import { keyOf } from '../keys.ts';
import { headName, nothingTouched, type Touched } from '../load-images.ts';
import { toMemory, toRelationship } from '../records.ts';
import { indexStateName } from '../states.ts';
import { keptDocument } from '../texts.ts';
import type { Row } from '../values.ts';
import { commitPlanned } from '../write-batch.ts';
import { keptAs, type Moved, staleIndex, step, takeOut, takeOutRelationship, type Ways } from './carry.ts';
import { type Entry, entriesBehind } from './entries.ts';
import { takenOver, writeAgain } from './ledger.ts';
import { linesOfRecords, nodesByKeys, notAdopted } from './pages.ts';

/** An entry with what it is of: the copy, which its tenant may have changed since, and the record that was copied. */
interface Undone {
  readonly entry: Entry;
  readonly copy: Row | undefined;
  readonly original: Row | undefined;
}

const labelOf = { memory: 'Memory', relationship: 'Relationship' } as const;

/** Relationships first: a memory whose relationships are not all undone by then has some that came in since. */
const newestEntries = async ({ part, run }: Ways, limit: number): Promise<readonly Entry[]> => {
  const { tenant } = run.assignment;
  const { entries } = await entriesBehind(part, tenant, null, limit, 'relationship');
  return entries.length > 0 ? entries : (await entriesBehind(part, tenant, null, limit, 'memory')).entries;
};

const found = async ({ base, part, run }: Ways, entries: readonly Entry[]): Promise<readonly Undone[]> => {
  const kind = entries[0]?.kind ?? 'memory';
  const { tenant } = run.assignment;
  const by = (owner: TenantId | null): string[] => entries.map(({ key }) => keyOf(owner, key));
  const [copies, originals] = await Promise.all([
    nodesByKeys(part, labelOf[kind], by(tenant)),
    nodesByKeys(base, labelOf[kind], by(null)),
  ]);
  return entries.map((entry) => ({
    entry,
    copy: copies.get(keyOf(tenant, entry.key)),
    original: originals.get(keyOf(null, entry.key)),
  }));
};

const versionOf = (record: Row): number => Number(record.version);

const isUsedOtherwise = (copy: Row, original: Row): boolean =>
  copy.usage_count !== original.usage_count || copy.last_accessed !== original.last_accessed;

/** Something of it is newer than what was copied, or it is gone. */
const isChanged = ({ copy, original }: Undone): boolean =>
  original !== undefined &&
  (copy === undefined || versionOf(copy) > versionOf(original) || isUsedOtherwise(copy, original));

const unowned = (memory: Memory, { teamId, visibility }: Owner): Memory => ({
  ...memory,
  context: { ...memory.context, tenantId: null, teamId, visibility },
});

/** A line as if it had been written without a tenant. */
const unownedLine = (change: Change, owners: ReadonlyMap<string, Owner>): Change => {
  const { before } = change;
  if (before === null) return change;
  if (change.entity === 'relationship') {
    return { ...change, before: { ...(before as Relationship), tenantId: null } };
  }
  const owner = owners.get(change.id);
  return owner === undefined ? change : { ...change, before: unowned(before as Memory, owner) };
};

const putBackMemory = (draft: Draft, { base }: Ways, copy: Row, original: Row): boolean => {
  const [newer, older] = [toMemory(copy), toMemory(original)];
  const now = memoryIn(draft, newer.id)?.memory;
  if (now === undefined) return false;
  const isEdited = now.version < newer.version;
  const memory = isEdited
    ? unowned(newer, older.context)
    : { ...now, usageCount: newer.usageCount, lastAccessed: newer.lastAccessed };
  // Words of what is related now may be of somebody's alone.
  const document = { ...keptDocument(isEdited ? copy : original), context: keptDocument(original).context };
  draft.memories.set(memory.id, keptAs(base, memory, document));
  return isEdited;
};

const putBackRelationship = (draft: Draft, copy: Row): boolean => {
  const relationship = toRelationship(copy);
  const now = relationshipIn(draft, relationship.id)?.relationship;
  if (now === undefined || now.version >= relationship.version) return false;
  const words = String(copy.words ?? '');
  draft.relationships.set(relationship.id, {
    relationship: { ...relationship, tenantId: null },
    words: words === '' ? [] : words.split(' '),
  });
  return true;
};

const touch = (touched: Touched, { entry: { kind, key }, copy }: Undone): void => {
  if (kind === 'relationship') {
    touched.relationships.add(key as RelationshipId);
    return;
  }
  touched.memories.add(key as MemoryId);
  if (copy === undefined) touched.purged.add(key as MemoryId);
};

/** Gives the records that were copied what their copies became, and its history. Done a second time it changes nothing. */
const putBack = async (ways: Ways, { fence }: Hold, undone: readonly Undone[]): Promise<void> => {
  const { base, part, run } = ways;
  const changed = undone.filter(isChanged);
  if (changed.length === 0) return;
  const ids = changed.map(({ entry }) => entry.key);
  const lines = (await linesOfRecords(part, run.assignment.tenant, ids, notAdopted)).map(toChange);
  const owners = new Map(
    changed.flatMap(({ entry, original }) =>
      entry.kind === 'memory' && original !== undefined ? [[entry.key, toMemory(original).context] as const] : [],
    ),
  );
  const touched = nothingTouched();
  for (const each of changed) touch(touched, each);
  touched.states.add(indexStateName);
  await commitPlanned(base, null, touched, randomUUID(), (images) => {
    if (images.head.fence > fence) throw takenOver();
    const draft = draftOf(images);
    const edited = new Set<string>();
    for (const { entry, copy, original } of changed) {
      if (copy === undefined) {
        if (entry.kind === 'memory') takeOut(draft, entry.key as MemoryId);
        continue;
      }
      const isEdited =
        entry.kind === 'memory' ? putBackMemory(draft, ways, copy, original as Row) : putBackRelationship(draft, copy);
      if (isEdited) edited.add(entry.key);
    }
    for (const line of lines) if (edited.has(line.id)) log(draft, unownedLine(line, owners));
    if (edited.size > 0 && images.states.has(indexStateName)) draft.states.set(indexStateName, staleIndex);
    return { draft, beside: { head: { fence }, mutations: [] } };
  });
};

/** What is not as the run gave it. */
const rescopedIn = ({ run }: Ways, { entry, copy, original }: Undone): readonly Rescoped[] => {
  if (entry.kind !== 'memory' || copy === undefined || original === undefined) return [];
  const given = assigned(run.assignment, toMemory(original).context);
  const { next: found } = ownerDifference(given, toMemory(copy).context);
  return Object.keys(found).length === 0 ? [] : [{ kind: entry.kind, key: entry.key, found }];
};

const isJoined = (draft: Draft, id: string): boolean =>
  relationshipsIn(draft).some(({ relationship: { from, to } }) => from === id || to === id);

const changedMeanwhile = (): AppError =>
  new AppError(
    'version_conflict',
    'The tenant is in use. Stop its servers before a rollback, and go on with --resume.',
  );

/** A copy that something new is joined to stays with it. */
const takeCopies = (ways: Ways, hold: Hold, undone: readonly Undone[]): Promise<Moved> => {
  const touched = nothingTouched();
  for (const { entry } of undone) touch(touched, { entry, copy: undefined, original: undefined });
  return step(ways, hold, touched, (draft, place) => {
    for (const { entry, copy } of undone) {
      if (entry.kind === 'relationship') {
        takeOutRelationship(draft, entry.key as RelationshipId);
        continue;
      }
      const now = memoryIn(draft, entry.key as MemoryId)?.memory;
      if (now !== undefined && now.version !== Number(copy?.version)) throw changedMeanwhile();
      if (!isJoined(draft, entry.key)) takeOut(draft, entry.key as MemoryId);
    }
    const dropped = undone.map(({ entry }) => entry);
    return { added: [], dropped, place: { done: place.done + dropped.length } };
  });
};

/** What has no tenant is written again. */
const reopen = async ({ base }: Ways, { fence }: Hold): Promise<void> => {
  await writeAgain(base, {
    text: `MATCH (h:Head {key: $head}) SET h.lock = $lock WITH h AS x WHERE coalesce(x.fence, 0) <= $fence
      SET x.moved_to = null, x.revision = x.revision + 1 RETURN true AS done`,
    parameters: { head: keyOf(null, headName), lock: `open ${fence}`, fence },
  });
};

export const undoBatch = async (ways: Ways, hold: Hold, limit: number): Promise<UndoStep> => {
  const entries = await newestEntries(ways, limit);
  if (entries.length === 0) {
    await reopen(ways, hold);
    return { rows: 0, changed: 0, done: true, rescoped: [], gone: 0 };
  }
  const undone = await found(ways, entries);
  await putBack(ways, hold, undone);
  await takeCopies(ways, hold, undone);
  const gone = undone.filter(({ copy }) => copy === undefined).length;
  return {
    rows: entries.length,
    changed: entries.length - gone,
    done: false,
    rescoped: undone.flatMap((each) => rescopedIn(ways, each)),
    gone,
  };
};
