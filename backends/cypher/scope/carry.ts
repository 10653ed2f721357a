import { randomUUID } from 'node:crypto';
import { audienceOf } from '../../../src/domain/access.ts';
import { type Assignment, assigned, audienceGiven, ownerDifference } from '../../../src/domain/assignment.ts';
import type { MemoryId, RelationshipId } from '../../../src/domain/ids.ts';
import type { Memory } from '../../../src/domain/memory.ts';
import type { Relationship } from '../../../src/domain/relationship.ts';
import type { Hold } from '../../../src/storage/migration.ts';
import type { Change } from '../../../src/storage/query.ts';
import type { SearchDocument } from '../../../src/storage/search-document.ts';
import { unreadable } from '../changes.ts';
import { drop, put } from '../commit.ts';
import type { Dialect } from '../dialect.ts';
import { type Draft, draftOf, type Head, type KeptMemory, relationshipsIn } from '../draft.ts';
import { audienceMark } from '../keys.ts';
import type { Touched } from '../load-images.ts';
import { isLiveMemory } from '../records.ts';
import { textProperties } from '../texts.ts';
import { commitPlanned } from '../write-batch.ts';
import { memoryContent, relationshipContent } from './content.ts';
import { type Entry, entryKey, entryNode, mixed } from './entries.ts';
import { type KeptRun, takenOver } from './ledger.ts';

/** A run between what has no tenant and the tenant: the same database, or a part of its own. */
export interface Ways {
  readonly base: Dialect;
  readonly part: Dialect;
  readonly run: KeptRun;
}

export const phases = ['memory', 'relationship', 'change', 'purged', 'done'] as const;
export type Phase = (typeof phases)[number];

/** How far a run is; kept with the tenant's log, in the transaction of each step. */
export interface Place {
  readonly run: number;
  readonly phase: Phase;
  /** The last key, or number of a line, that the phase has behind it. */
  readonly after: string;
  readonly entries: number;
  readonly digest: string;
  readonly done: number;
  /** Records were changed while they were copied. */
  readonly caughtUp: boolean;
}

const keptPlace = (head: Head | null): Place | null => (head?.place ? (JSON.parse(head.place) as Place) : null);

export const isPlaceOf = (head: Head | null, run: number): boolean => keptPlace(head)?.run === run;

export const placeIn = (head: Head | null, run: number): Place => {
  const place = keptPlace(head);
  if (place?.run === run) return place;
  return { run, phase: 'memory', after: '', entries: 0, digest: mixed('', []), done: 0, caughtUp: false };
};

export interface Moved {
  readonly added: readonly Entry[];
  readonly dropped: readonly Entry[];
  readonly place: Partial<Omit<Place, 'run' | 'entries' | 'digest'>>;
  /** Keys of lines that go with what was taken out. */
  readonly lines?: readonly string[];
}

/** One transaction in the tenant's part: what `work` makes of the draft, its entries, and the place. */
export const step = async (
  { part, run }: Pick<Ways, 'part' | 'run'>,
  { fence }: Hold,
  touched: Touched,
  work: (draft: Draft, place: Place) => Moved,
): Promise<Moved> => {
  const { tenant } = run.assignment;
  let moved: Moved = { added: [], dropped: [], place: {} };
  await commitPlanned(part, tenant, touched, randomUUID(), (images) => {
    if (images.head.fence > fence) throw takenOver();
    const draft = draftOf(images);
    const before = placeIn(images.head, run.no);
    moved = work(draft, before);
    const { added, dropped, lines = [] } = moved;
    const place: Place = {
      ...before,
      ...moved.place,
      entries: before.entries + added.length - dropped.length,
      digest: mixed(before.digest, [...added, ...dropped]),
    };
    return {
      draft,
      beside: {
        head: { fence, place: JSON.stringify(place) },
        mutations: [
          { name: 'carried', rows: added.map((entry) => entryNode(tenant, run.no, entry)), body: put('Carried') },
          { name: 'gone_carried', rows: dropped.map((entry) => entryKey(tenant, entry)), body: drop('Carried') },
          { name: 'gone_lines', rows: lines, body: drop('Change') },
        ],
      },
    };
  });
  return moved;
};

/** Of an index whose words may not all be those of now; servers renew it beside their work. */
export const staleIndex = JSON.stringify({ version: 0, through: null });

/** A memory as a part of the database keeps it. */
export const keptAs = ({ longestToken }: Dialect, memory: Memory, document: SearchDocument): KeptMemory => {
  const mark = audienceMark(memory.context.tenantId, audienceOf(memory.context) ?? '');
  return { memory, texts: isLiveMemory(memory) ? textProperties(document, mark, longestToken) : {} };
};

export const copyOf = (assignment: Assignment, memory: Memory): Memory => ({
  ...memory,
  context: { ...memory.context, ...assigned(assignment, memory.context) },
});

export const memoryEntry = (memory: Memory, copy: Memory): Entry => ({
  kind: 'memory',
  key: memory.id,
  version: memory.version,
  content: memoryContent(memory),
  ...ownerDifference(memory.context, copy.context),
});

export const relationshipEntry = (relationship: Relationship, words: string, tenant: string): Entry => ({
  kind: 'relationship',
  key: relationship.id,
  version: relationship.version,
  content: relationshipContent(relationship, words),
  prior: { tenant_id: null },
  next: { tenant_id: tenant },
});

/** Adds a line of the log of before, at the time that it had, to be seen by who could have read what it replaced. */
export const adoptLine = (draft: Draft, assignment: Assignment, change: Change): void => {
  const { at, before } = change;
  draft.seq += 1;
  draft.at = Math.max(draft.at ?? at, at);
  draft.changes.push({ ...change, seq: draft.seq });
  const audience =
    before === null || change.entity === 'relationship'
      ? null
      : (audienceGiven(assignment, (before as Memory).context) ?? unreadable);
  draft.adopted.set(draft.seq, { audience });
};

/** Takes a memory out, with its relationships, lines and vectors; `purged` must have been touched. */
export const takeOut = (draft: Draft, id: MemoryId): void => {
  if (!draft.images.memories.has(id)) return;
  for (const { relationship } of relationshipsIn(draft)) {
    if (relationship.from === id || relationship.to === id) draft.relationships.set(relationship.id, null);
  }
  draft.memories.set(id, null);
  draft.purged.add(id);
};

export const takeOutRelationship = (draft: Draft, id: RelationshipId): void => {
  if (draft.images.relationships.has(id)) draft.relationships.set(id, null);
};
