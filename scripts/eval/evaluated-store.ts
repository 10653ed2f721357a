import { join } from 'node:path';
import { createBackend } from '../../backends/index.ts';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { MemoryId, RelationshipId } from '../../src/domain/ids.ts';
import { emptyContext, type Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { contextWords, searchDocument } from '../../src/search/document.ts';
import { defaultRanking } from '../../src/search/ranking.ts';
import type { ServiceContext } from '../../src/service/context.ts';
import { createsMemory, createsRelationship } from '../../src/service/operations.ts';
import { newRelationship } from '../../src/service/relate.ts';
import { noTrail } from '../../src/service/session-trail.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import { plainCursors } from '../../src/storage/cursor.ts';
import { type GuardedStore, guardStore } from '../../src/storage/guarded.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import { seeded, uuid } from '../bench/random.ts';
import { chance } from './chance.ts';
import type { Corpus, Link, Note } from './corpus.ts';

/** What differs from the store that the server would fill. */
export interface Filling {
  readonly contextWords: number;
  readonly automaticLinks: boolean;
  readonly document: (memory: Memory, context: readonly string[]) => SearchDocument;
}

export const asServed: Filling = {
  contextWords: defaultRanking.contextWords,
  automaticLinks: true,
  document: searchDocument,
};

export interface EvaluatedStore {
  readonly path: string;
  readonly context: ServiceContext;
  readonly keyOf: (id: string) => string;
  close(): Promise<void>;
}

const batchSize = 5_000;
const begin = Date.UTC(2026, 0, 1);

const idOf = (key: string): MemoryId => uuid(seeded(Math.floor(chance(key) * 4_294_967_296))) as MemoryId;

const memoryOf = (note: Note, place: number): Memory => ({
  id: idOf(note.key),
  type: note.type,
  title: note.title,
  content: note.content,
  summary: null,
  tags: [note.package],
  importance: 0.5,
  confidence: 0.8,
  effectiveness: null,
  usageCount: 0,
  lastAccessed: null,
  createdAt: begin + place * 60_000,
  updatedAt: begin + place * 60_000,
  version: 1,
  updatedBy: null,
  deletedAt: null,
  mergedInto: null,
  context: {
    ...emptyContext,
    filesInvolved: [note.file],
    languages: note.origin === 'declaration' ? ['TypeScript'] : [],
  },
  extra: null,
});

const contextOf = (store: GuardedStore): ServiceContext => {
  const random = seeded(7);
  return {
    scope: singleTenantScope,
    upkeepScope: singleTenantScope,
    cursors: plainCursors,
    store,
    settings: { allowCycles: false, readOnly: false, ranking: defaultRanking },
    noteUse: () => undefined,
    trail: noTrail,
    now: () => begin,
    newId: () => uuid(random),
    currentProject: async () => null,
    resolveProject: async (text) => text.trim(),
  };
};

/** Stated ones first, as the server orders the neighbours whose words it takes. */
const neighboursOf = (
  memories: ReadonlyMap<MemoryId, Memory>,
  edges: readonly Relationship[],
): ReadonlyMap<MemoryId, readonly Memory[]> => {
  const found = new Map<MemoryId, Memory[]>();
  const sorted = [...edges].sort(
    (a, b) => Number(a.origin === 'automatic') - Number(b.origin === 'automatic') || (a.id < b.id ? -1 : 1),
  );
  for (const { from, to } of sorted) {
    for (const [id, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const memory = memories.get(other);
      if (memory) found.set(id, [...(found.get(id) ?? []), memory]);
    }
  }
  return found;
};

/** A backend and its settings; its store is empty. */
export interface Place {
  readonly backend: string;
  readonly settings: unknown;
}

/** A store in its own file, or elsewhere, filled through the contract with what the service would write. */
export const fillStore = async (
  folder: string,
  name: string,
  corpus: Corpus,
  filling: Filling = asServed,
  place?: Place,
): Promise<EvaluatedStore> => {
  const path = join(folder, `${name}.db`);
  const own = { backend: 'sqlite', settings: { path, synchronous: 'normal', readOnly: false } };
  const { backend: kind, settings } = place ?? own;
  const backend = await createBackend(kind, settings);
  const store = guardStore(backend, { deadlineMs: 120_000, readOnly: false });
  const context = contextOf(store);
  const edgeOf = ({ from, to, type, origin }: Link): Relationship => ({
    ...newRelationship(
      context,
      {
        from: idOf(from),
        to: idOf(to),
        type,
        strength: null,
        confidence: null,
        description: null,
        context: null,
        validFrom: null,
      },
      begin,
    ),
    id: context.newId() as RelationshipId,
    origin,
  });
  const memories = new Map(corpus.notes.map((note, place) => [idOf(note.key), memoryOf(note, place)]));
  const edges = corpus.links.filter((link) => filling.automaticLinks || link.origin === 'stated').map(edgeOf);
  const neighbours = neighboursOf(memories, edges);
  const operations: WriteOperation[] = [
    ...[...memories.values()].map((memory) =>
      createsMemory(
        memory,
        filling.document(memory, contextWords(neighbours.get(memory.id) ?? [], filling.contextWords)),
      ),
    ),
    ...edges.map((edge) => createsRelationship(edge)),
  ];
  for (let from = 0; from < operations.length; from += batchSize) {
    await store.write(singleTenantScope, { operations: operations.slice(from, from + batchSize), at: begin, by: null });
  }
  const keys = new Map<string, string>(corpus.notes.map((note) => [idOf(note.key), note.key]));
  return { path, context, keyOf: (id) => keys.get(id) ?? '', close: () => store.close() };
};
