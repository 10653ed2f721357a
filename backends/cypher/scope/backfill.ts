import type { MemoryId, RelationshipId } from '../../../src/domain/ids.ts';
import type { Relationship } from '../../../src/domain/relationship.ts';
import { AppError } from '../../../src/errors.ts';
import type { Hold, Step } from '../../../src/storage/migration.ts';
import { toChange } from '../changes.ts';
import type { Dialect } from '../dialect.ts';
import { type Draft, memoryIn, relationshipIn, relationshipsIn } from '../draft.ts';
import { keyOf } from '../keys.ts';
import { headName, liveKey, nothingTouched, readHead, type Touched } from '../load-images.ts';
import { isLiveRelationship, toMemory, toRelationship } from '../records.ts';
import { indexStateName } from '../states.ts';
import { keptDocument } from '../texts.ts';
import type { Row } from '../values.ts';
import { toSetVector } from '../vectors.ts';
import {
  adoptLine,
  copyOf,
  keptAs,
  type Moved,
  memoryEntry,
  type Phase,
  type Place,
  phases,
  placeIn,
  relationshipEntry,
  staleIndex,
  step,
  takeOut,
  takeOutRelationship,
  type Ways,
} from './carry.ts';
import { type Entry, entriesBehind } from './entries.ts';
import { writeAgain } from './ledger.ts';
import { linesBehind, nodesBehind, nodesByKeys, prefixOf, vectorsOf } from './pages.ts';

/** Records without a tenant, as they are kept. */
interface Originals {
  readonly memories: readonly Row[];
  readonly relationships: readonly Row[];
  readonly vectors: readonly Row[];
}

const single = prefixOf(null);
const keyBefore = (id: string): string => keyOf(null, id);
const following = (phase: Phase): Phase => phases[phases.indexOf(phase) + 1] as Phase;

const touch = (touched: Touched, tenant: string, { memories, relationships }: Omit<Originals, 'vectors'>): void => {
  for (const { id } of memories) touched.memories.add(id as MemoryId);
  for (const record of relationships) {
    const relationship = toRelationship(record);
    touched.relationships.add(relationship.id);
    touched.memories.add(relationship.from).add(relationship.to);
    touched.pairs.add(liveKey(`${tenant}/`, relationship));
  }
};

const withVectors = async (base: Dialect, originals: Omit<Originals, 'vectors'>): Promise<Originals> => ({
  ...originals,
  vectors: await vectorsOf(
    base,
    originals.memories.map(({ key }) => String(key)),
  ),
});

const putMemory = (draft: Draft, { part, run }: Ways, record: Row, entries: Entry[]): void => {
  const memory = toMemory(record);
  const copy = copyOf(run.assignment, memory);
  if (memoryIn(draft, memory.id) === undefined) entries.push(memoryEntry(memory, copy));
  draft.memories.set(memory.id, keptAs(part, copy, keptDocument(record)));
};

const hasLiveTwin = (draft: Draft, { id, from, to, type }: Relationship): boolean =>
  relationshipsIn(draft).some(
    ({ relationship: other }) =>
      other.id !== id && other.from === from && other.to === to && other.type === type && isLiveRelationship(other),
  );

/** One whose end came, or whose twin went, after its page was read is left to the log. */
const putRelationship = (draft: Draft, { run }: Ways, record: Row, entries: Entry[]): void => {
  const relationship = toRelationship(record);
  const { id, from, to } = relationship;
  if (memoryIn(draft, from) === undefined || memoryIn(draft, to) === undefined) return;
  if (isLiveRelationship(relationship) && hasLiveTwin(draft, relationship)) return;
  const { tenant } = run.assignment;
  const words = String(record.words ?? '');
  if (relationshipIn(draft, id) === undefined) entries.push(relationshipEntry(relationship, words, tenant));
  draft.relationships.set(id, {
    relationship: { ...relationship, tenantId: tenant },
    words: words === '' ? [] : words.split(' '),
  });
};

const putAll = (draft: Draft, ways: Ways, { memories, relationships, vectors }: Originals): Entry[] => {
  const entries: Entry[] = [];
  for (const record of memories) putMemory(draft, ways, record, entries);
  // What was closed makes room for what came in its place.
  const isLive = (record: Row): number => Number(isLiveRelationship(toRelationship(record)));
  const inOrder = [...relationships].sort((a, b) => isLive(a) - isLive(b));
  for (const record of inOrder) putRelationship(draft, ways, record, entries);
  for (const record of vectors) {
    const id = String(record.memory_key).slice(single.length) as MemoryId;
    const vector = toSetVector(record);
    const own = draft.vectors.get(id) ?? new Map();
    draft.vectors.set(id, own.set(vector.model, vector));
  }
  return entries;
};

const refuseTaken = (draft: Draft, { memories }: Originals): void => {
  const taken = memories.find(({ id }) => draft.images.memories.has(id as MemoryId));
  if (taken === undefined) return;
  throw new AppError('duplicate', `The tenant has a memory ${taken.id} of its own.`, {
    details: { entity: 'memory', id: String(taken.id) },
  });
};

const afterPage = (phase: Phase, rows: readonly Row[], limit: number): Pick<Place, 'phase' | 'after'> =>
  rows.length < limit ? { phase: following(phase), after: '' } : { phase, after: String(rows.at(-1)?.key) };

/** A page of memories, or of relationships, as they are now. */
const copyPage = async (ways: Ways, hold: Hold, { phase, after }: Place, limit: number): Promise<Step> => {
  const { base, run } = ways;
  const label = phase === 'memory' ? 'Memory' : 'Relationship';
  const page = await nodesBehind(base, label, single, after, limit);
  const originals = await withVectors(base, {
    memories: phase === 'memory' ? page : [],
    relationships: phase === 'relationship' ? page : [],
  });
  const touched = nothingTouched();
  touch(touched, run.assignment.tenant, originals);
  const { added } = await step(ways, hold, touched, (draft, place): Moved => {
    refuseTaken(draft, originals);
    const entries = putAll(draft, ways, originals);
    const next = { ...afterPage(phase, page, limit), done: place.done + entries.length };
    return { added: entries, dropped: [], place: next };
  });
  return { rows: added.length, changed: added.length, done: false };
};

/** Records that the log says were changed since the run began, with those at the ends of changed relationships, whose words changed. */
const changedSince = async (base: Dialect, lines: readonly Row[], since: number): Promise<Originals> => {
  const fresh = lines.filter(({ seq }) => Number(seq) > since);
  const keysOf = (entity: string): string[] =>
    fresh.filter((line) => line.entity === entity).map(({ entity_id }) => keyBefore(String(entity_id)));
  const relationships = [...(await nodesByKeys(base, 'Relationship', keysOf('relationship'))).values()];
  const ends = relationships.flatMap(({ from_key, to_key }) => [String(from_key), String(to_key)]);
  const memories = [...(await nodesByKeys(base, 'Memory', [...keysOf('memory'), ...ends])).values()];
  return withVectors(base, { memories, relationships });
};

const copyLines = async (ways: Ways, hold: Hold, lines: readonly Row[]): Promise<Step> => {
  const { base, run } = ways;
  const originals = await changedSince(base, lines, run.since);
  const touched = nothingTouched();
  touch(touched, run.assignment.tenant, originals);
  for (const { entity, entity_id } of lines) {
    if (entity === 'memory') touched.memories.add(entity_id as MemoryId);
    else touched.relationships.add(entity_id as RelationshipId);
  }
  const { added } = await step(ways, hold, touched, (draft, place): Moved => {
    const entries = putAll(draft, ways, originals);
    for (const record of lines) {
      const change = toChange(record);
      const isThere =
        change.entity === 'memory' ? memoryIn(draft, change.id) : relationshipIn(draft, change.id as RelationshipId);
      if (isThere !== undefined) adoptLine(draft, run.assignment, change);
    }
    const caughtUp = place.caughtUp || originals.memories.length > 0;
    const next = { after: String(lines.at(-1)?.seq), done: place.done + entries.length, caughtUp };
    return { added: entries, dropped: [], place: next };
  });
  return { rows: added.length, changed: added.length, done: false };
};

/** From now on nothing is written without a tenant. False if something was written behind that line of the log. */
const closeBehind = async ({ base, run }: Ways, { fence }: Hold, seq: number): Promise<boolean> => {
  const rows = await writeAgain(base, {
    text: `MATCH (h:Head {key: $head}) SET h.lock = $lock WITH h AS x
      WHERE x.seq = $seq AND coalesce(x.fence, 0) <= $fence
      SET x.moved_to = $tenant, x.fence = $fence, x.revision = x.revision + 1 RETURN true AS done`,
    parameters: { head: keyOf(null, headName), lock: `close ${fence}`, seq, fence, tenant: run.assignment.tenant },
  });
  return rows.length > 0;
};

/** Lines behind those that were taken over; if there are none, nobody may write one any more. */
const catchUp = async (ways: Ways, hold: Hold, { after }: Place, limit: number): Promise<Step> => {
  const seq = Number(after || 0);
  const lines = await linesBehind(ways.base, null, seq, limit);
  if (lines.length > 0) return copyLines(ways, hold, lines);
  const end = (await readHead(ways.base, null))?.seq ?? 0;
  // A log may end in lines that were purged.
  if (end >= seq && (await closeBehind(ways, hold, end))) {
    const isEnd = (await linesBehind(ways.base, null, seq, 1)).length === 0;
    if (isEnd) {
      await step(ways, hold, nothingTouched(), () => ({
        added: [],
        dropped: [],
        place: { phase: following('change'), after: '' },
      }));
    }
  }
  return { rows: 0, changed: 0, done: false };
};

const labelOf = { memory: 'Memory', relationship: 'Relationship' } as const;

/** Copies of what was purged, which no log tells of. */
const takePurged = async (ways: Ways, hold: Hold, { after }: Place, limit: number): Promise<Step> => {
  const { base, part, run } = ways;
  const { tenant } = run.assignment;
  const { entries, next } = await entriesBehind(part, tenant, after || null, limit);
  const gone: Entry[] = [];
  for (const kind of ['memory', 'relationship'] as const) {
    const ofKind = entries.filter((entry) => entry.kind === kind);
    const there = await nodesByKeys(
      base,
      labelOf[kind],
      ofKind.map(({ key }) => keyBefore(key)),
    );
    gone.push(...ofKind.filter(({ key }) => !there.has(keyBefore(key))));
  }
  const touched = nothingTouched();
  for (const { kind, key } of gone) {
    if (kind === 'relationship') touched.relationships.add(key as RelationshipId);
    else {
      touched.memories.add(key as MemoryId);
      touched.purged.add(key as MemoryId);
    }
  }
  if (next === null) touched.states.add(indexStateName);
  const state = next === null ? await nodesByKeys(base, 'State', [keyBefore(indexStateName)]) : new Map<string, Row>();
  await step(ways, hold, touched, (draft, place): Moved => {
    for (const { kind, key } of gone) {
      if (kind === 'memory') takeOut(draft, key as MemoryId);
      else takeOutRelationship(draft, key as RelationshipId);
    }
    if (next === null) setIndexState(draft, state.get(keyBefore(indexStateName)), place.caughtUp);
    return { added: [], dropped: gone, place: next === null ? { phase: 'done', after: '' } : { after: next } };
  });
  return { rows: 0, changed: 0, done: next === null };
};

/** Words of neighbours may have changed without a line: the index then counts as old, and is renewed by the servers. */
const setIndexState = (draft: Draft, original: Row | undefined, caughtUp: boolean): void => {
  const there = draft.images.states.get(indexStateName);
  const given = original === undefined || caughtUp ? staleIndex : String(original.value);
  draft.states.set(indexStateName, there === undefined || there === given ? given : staleIndex);
};

/** One batch, or the step from one phase to the next. */
export const backfillBatch = async (ways: Ways, hold: Hold, limit: number): Promise<Step> => {
  const { part, run } = ways;
  const place = placeIn(await readHead(part, run.assignment.tenant), run.no);
  switch (place.phase) {
    case 'memory':
    case 'relationship':
      return copyPage(ways, hold, place, limit);
    case 'change':
      return catchUp(ways, hold, place, limit);
    case 'purged':
      return takePurged(ways, hold, place, limit);
    case 'done':
      return { rows: 0, changed: 0, done: true };
  }
};
