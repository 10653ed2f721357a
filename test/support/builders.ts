import type { MemoryId, Millis, RelationshipId } from '../../src/domain/ids.ts';
import { emptyContext, type Memory, type MemoryContext } from '../../src/domain/memory.ts';
import type { Relationship, RelationshipContext } from '../../src/domain/relationship.ts';
import type { ChangeNote, WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import type { ChangeKind } from '../../src/storage/query.ts';
import type { SearchDocument, SearchTerm, TextQuery } from '../../src/storage/search-document.ts';

const uuid = (family: string, number: number): string =>
  `${number.toString(16).padStart(8, '0')}-${family}-4000-8000-000000000000`;

/** The same id for the same number; a greater number is a greater id. */
export const memoryId = (number: number): MemoryId => uuid('0000', number) as MemoryId;
export const relationshipId = (number: number): RelationshipId => uuid('1111', number) as RelationshipId;

/** Noon of the nth day of 2026, UTC. */
export const day = (number: number): Millis => Date.UTC(2026, 0, number, 12);

type Numbered<T, Keys extends keyof T> = Partial<Omit<T, Keys>> & { readonly [Key in Keys]?: number };

export type MemoryWords = Omit<Numbered<Memory, 'id'>, 'context' | 'mergedInto'> & {
  readonly mergedInto?: number | null;
  readonly context?: Partial<MemoryContext>;
};

export { emptyContext };

/** A live memory of day 1; say only what matters to the case. */
export const makeMemory = ({ id = 1, mergedInto = null, context, ...rest }: MemoryWords = {}): Memory => ({
  id: memoryId(id),
  type: 'general',
  title: `Memory ${id}`,
  content: `What memory ${id} says`,
  summary: null,
  tags: [],
  importance: 0.5,
  confidence: 0.8,
  effectiveness: null,
  usageCount: 0,
  lastAccessed: null,
  createdAt: day(1),
  updatedAt: rest.createdAt ?? day(1),
  version: 1,
  updatedBy: null,
  deletedAt: null,
  extra: null,
  ...rest,
  mergedInto: mergedInto === null ? null : memoryId(mergedInto),
  context: { ...emptyContext, ...context },
});

export type RelationshipWords = Omit<Numbered<Relationship, 'id' | 'from' | 'to'>, 'invalidatedBy' | 'context'> & {
  readonly invalidatedBy?: number | null;
  readonly context?: Partial<RelationshipContext> | null;
};

const emptyReason: RelationshipContext = Object.freeze({
  text: null,
  scope: null,
  conditions: [],
  evidence: [],
  components: [],
  exceptions: [],
});

/** A live RELATED_TO of day 1 from memory 1 to memory 2, unless said otherwise. */
export const makeRelationship = (words: RelationshipWords = {}): Relationship => {
  const { id = 1, from = 1, to = 2, invalidatedBy = null, context = null, ...rest } = words;
  return {
    type: 'RELATED_TO',
    strength: 0.5,
    confidence: 0.8,
    description: null,
    bidirectional: false,
    evidenceCount: 1,
    counterEvidenceCount: 0,
    validationCount: 0,
    successRate: null,
    createdAt: day(1),
    lastValidated: day(1),
    validFrom: day(1),
    validUntil: null,
    recordedAt: day(1),
    removedAt: null,
    version: 1,
    updatedBy: null,
    origin: 'stated',
    tenantId: null,
    createdBy: null,
    extra: null,
    ...rest,
    id: relationshipId(id),
    from: memoryId(from),
    to: memoryId(to),
    invalidatedBy: invalidatedBy === null ? null : relationshipId(invalidatedBy),
    context: context === null ? null : { ...emptyReason, ...context },
  };
};

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

/** Tokens by field, each field given as words with spaces between: `makeDocument({ title: 'login loop' })`. */
export const makeDocument = (fields: Partial<Record<keyof SearchDocument, string>> = {}): SearchDocument => ({
  title: words(fields.title ?? ''),
  tags: words(fields.tags ?? ''),
  content: words(fields.content ?? ''),
  identifiers: words(fields.identifiers ?? ''),
  context: words(fields.context ?? ''),
});

const ownWords = ({ title, tags, content }: Memory): SearchDocument =>
  makeDocument({ title: title.toLowerCase(), tags: tags.join(' '), content: content.toLowerCase() });

/** One group for each word, joined by `mode`; a word that ends in `*` is a prefix. */
export const wordsQuery = (text: string, mode: TextQuery['mode'] = 'all'): TextQuery => ({
  mode,
  groups: words(text).map((word) => [termOf(word)]),
});

const termOf = (word: string): SearchTerm =>
  word.length > 1 && word.endsWith('*') ? { text: word.slice(0, -1), prefix: true } : { text: word, prefix: false };

const noteOf = (kind: ChangeKind, reason: string | null = null): ChangeNote => ({ kind, reason });

export const creates = (memory: Memory, document: SearchDocument = ownWords(memory)): WriteOperation => ({
  op: 'create_memory',
  memory,
  document,
  note: noteOf('created'),
});

/** The next version of `memory`, with the changes given. */
export const nextVersion = (memory: Memory, changes: Partial<Memory> = {}): Memory => ({
  ...memory,
  ...changes,
  version: memory.version + 1,
});

export const replaces = (
  before: Memory,
  changes: Partial<Memory> = {},
  kind: ChangeKind = 'updated',
  document?: SearchDocument,
): WriteOperation => {
  const memory = nextVersion(before, changes);
  return {
    op: 'replace_memory',
    memory,
    expectedVersion: before.version,
    document: document ?? ownWords(memory),
    note: noteOf(kind),
  };
};

export const trashes = (memory: Memory, at: Millis = day(2)): WriteOperation =>
  replaces(memory, { deletedAt: at }, 'deleted');

const ownReason = ({ description }: Relationship): string => (description ?? '').toLowerCase();

/** `reason` gives its words in the index, with spaces between. */
export const relates = (relationship: Relationship, reason = ownReason(relationship)): WriteOperation => ({
  op: 'create_relationship',
  relationship,
  words: words(reason),
  note: noteOf('created'),
});

export const importsRelationship = (relationship: Relationship, reason = ownReason(relationship)): WriteOperation => ({
  op: 'create_relationship',
  relationship,
  words: words(reason),
  note: null,
  imported: true,
});

export const reshapes = (
  before: Relationship,
  changes: Partial<Relationship> = {},
  kind: ChangeKind = 'updated',
  reason?: string,
): WriteOperation => {
  const relationship = { ...before, ...changes, version: before.version + 1 };
  return {
    op: 'replace_relationship',
    relationship,
    words: words(reason ?? ownReason(relationship)),
    expectedVersion: before.version,
    note: noteOf(kind),
  };
};

export const batchOf = (
  operations: readonly WriteOperation[],
  { at = day(1), by = null }: { readonly at?: Millis; readonly by?: string | null } = {},
): WriteBatch => ({ operations, at, by });
