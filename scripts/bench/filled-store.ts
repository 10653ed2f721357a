import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createBackend } from '../../backends/index.ts';
import { maintenanceScope, singleTenantScope } from '../../src/auth/policy.ts';
import { everyone } from '../../src/domain/access.ts';
import type { MemoryId, RelationshipId, TenantId } from '../../src/domain/ids.ts';
import { emptyContext, type Memory, type MemoryContext } from '../../src/domain/memory.ts';
import { isSymmetric, type Relationship, type RelationshipType } from '../../src/domain/relationship.ts';
import { searchDocument } from '../../src/search/document.ts';
import { defaultRanking } from '../../src/search/ranking.ts';
import { relationshipWords } from '../../src/search/relationship-words.ts';
import { isStopWord } from '../../src/search/stop-words.ts';
import { TOKENIZER_VERSION } from '../../src/search/tokenizer.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import type { Backend } from '../../src/storage/store.ts';
import { corpus, type Draft } from './corpus.ts';
import { between, pick, type Random, seeded, uuid } from './random.ts';

/** What a store is filled with: the same for the same size. */
export interface Filling {
  readonly size: number;
  readonly ids: readonly MemoryId[];
  /** Every twentieth memory is related to it, at most 5,000. */
  readonly hub: MemoryId;
}

export interface FilledStore extends Filling {
  readonly path: string;
}

const batchSize = 10_000;
const relationshipsEach = 5;
const contextLimit = defaultRanking.contextWords;
const neighboursKept = 500;
const year = 365 * 86_400_000;
const types: readonly RelationshipType[] = [
  'SOLVES',
  'CAUSES',
  'BUILDS_ON',
  'RELATED_TO',
  'APPLIES_TO',
  'DEPENDS_ON',
  'USED_IN',
];

/** Whose store it is: one person's, or with this many tenants, each with as many memories. */
export interface Owners {
  readonly tenants: number;
}

/** Of each tenant the bench acts for one user, who reads nine of ten memories; the rest is private to a colleague. */
export const benchUser = 'bench';
export const tenantName = (index: number): TenantId => `tenant-${index}` as TenantId;

type Owned = Pick<MemoryContext, 'tenantId' | 'teamId' | 'visibility' | 'createdBy'>;
const nobody: Owned = { tenantId: null, teamId: null, visibility: null, createdBy: null };

const ownerOf = (tenant: TenantId, index: number): Owned => {
  const common = { tenantId: tenant, teamId: null, createdBy: benchUser };
  switch (index % 10) {
    case 0:
      return { ...common, visibility: 'private', createdBy: 'colleague' };
    case 1:
      return { ...common, visibility: 'private' };
    case 2:
    case 3:
    case 4:
      return { ...common, visibility: 'team', teamId: everyone };
    default:
      return { ...common, visibility: 'public' };
  }
};

const memoryOf = (id: MemoryId, draft: Draft, at: number, owner: Owned): Memory => ({
  id,
  type: draft.type,
  title: draft.title,
  content: draft.content,
  summary: null,
  tags: draft.tags,
  importance: draft.importance,
  confidence: 0.8,
  effectiveness: null,
  usageCount: 0,
  lastAccessed: null,
  createdAt: at,
  updatedAt: at,
  version: 1,
  updatedBy: null,
  deletedAt: null,
  mergedInto: null,
  context: {
    ...emptyContext,
    ...owner,
    projectPath: draft.project,
    filesInvolved: draft.files,
    languages: draft.languages,
  },
  extra: null,
});

const relationshipOf = (
  id: RelationshipId,
  [from, to]: readonly [MemoryId, MemoryId],
  type: RelationshipType,
  description: string | null,
  strength: number,
  at: number,
): Relationship => ({
  id,
  from,
  to,
  type,
  strength,
  confidence: 0.8,
  description,
  context: null,
  bidirectional: isSymmetric(type),
  evidenceCount: 1,
  counterEvidenceCount: 0,
  validationCount: 0,
  successRate: null,
  createdAt: at,
  lastValidated: at,
  validFrom: at,
  validUntil: null,
  recordedAt: at,
  invalidatedBy: null,
  removedAt: null,
  version: 1,
  updatedBy: null,
  origin: 'stated',
  tenantId: null,
  createdBy: null,
  extra: null,
});

const created = { kind: 'created', reason: null } as const;

/** Each memory points at five others, mostly of its own time, and says of one why. */
const relate = (
  ids: readonly MemoryId[],
  hub: number,
  at: number,
  tenant: TenantId | null,
): Iterable<WriteOperation> => {
  const random = seeded(ids.length + 1);
  const { question } = corpus(ids.length + 1);
  const hubEvery = Math.max(20, Math.floor(ids.length / 5_000));
  const target = (from: number): number => {
    if (random() < 0.3) return Math.floor(random() * ids.length);
    return Math.min(ids.length - 1, Math.max(0, from + between(random, -500, 500)));
  };
  return (function* () {
    for (let from = 0; from < ids.length; from += 1) {
      const taken = new Set([from]);
      for (let count = 0; count < relationshipsEach; count += 1) {
        const to = count === 0 && from % hubEvery === 0 ? hub : target(from);
        if (taken.has(to)) continue;
        taken.add(to);
        const drawn = pick(random, types);
        // Only backwards, or two memories might draw the same undirected pair.
        const type = isSymmetric(drawn) && to > from ? 'BUILDS_ON' : drawn;
        const [a, b] = [ids[from] as MemoryId, ids[to] as MemoryId];
        const ends = isSymmetric(type) && b < a ? ([b, a] as const) : ([a, b] as const);
        const strength = Math.round(random() * 100) / 100;
        const id = uuid(random) as RelationshipId;
        const relationship = {
          ...relationshipOf(id, ends, type, count === 0 ? question() : null, strength, at),
          ...(tenant === null ? {} : { tenantId: tenant, createdBy: benchUser }),
        };
        yield { op: 'create_relationship', relationship, words: relationshipWords(relationship), note: created };
      }
    }
  })();
};

/** What a neighbour would lend to the index: its first words that tell something. */
const openingOf = ({ title, tags, content }: SearchDocument): readonly string[] =>
  [...new Set([...title, ...tags, ...content])].filter((word) => !isStopWord(word)).slice(0, contextLimit);

/** As many words as the server takes from the neighbours of a memory, here from some that were made not long before. */
const neighbourWords = (openings: readonly (readonly string[])[], random: Random): readonly string[] => {
  if (openings.length === 0) return [];
  const lent = Array.from({ length: 2 * relationshipsEach }, () => pick(random, openings));
  const words = new Set<string>();
  for (let turn = 0; turn < contextLimit; turn += 1) {
    for (const opening of lent) {
      const word = opening[turn];
      if (word !== undefined && words.size < contextLimit) words.add(word);
    }
  }
  return [...words];
};

const writeAll = async (
  backend: Backend,
  tenant: TenantId | null,
  operations: Iterable<WriteOperation>,
  at: number,
  atOnce: number,
): Promise<void> => {
  const scope = tenant === null ? singleTenantScope : maintenanceScope(tenant);
  let batch: WriteOperation[] = [];
  const flush = async (): Promise<void> => {
    await backend.write(scope, { operations: batch, at, by: null });
    batch = [];
  };
  for (const operation of operations) {
    batch.push(operation);
    if (batch.length === atOnce) await flush();
  }
  if (batch.length > 0) await flush();
};

/** Through the contract, on any store that is open. */
export const fill = async (
  backend: Backend,
  { size, ids, hub }: Filling,
  seed: number,
  tenant: TenantId | null,
  atOnce = batchSize,
): Promise<void> => {
  const random = seeded(seed);
  const { draft } = corpus(seed);
  const now = Date.now();
  const memories = function* (): Iterable<WriteOperation> {
    const openings: (readonly string[])[] = [];
    for (const [index, id] of ids.entries()) {
      const owner = tenant === null ? nobody : ownerOf(tenant, index);
      const memory = memoryOf(id, draft(), Math.floor(now - year * (1 - index / size)), owner);
      const own = searchDocument(memory);
      const document = { ...own, context: neighbourWords(openings, random) };
      openings[index % neighboursKept] = openingOf(own);
      yield { op: 'create_memory', memory, document, note: created };
    }
  };
  await writeAll(backend, tenant, memories(), now, atOnce);
  await writeAll(backend, tenant, relate(ids, ids.indexOf(hub), now, tenant), now, atOnce);
  // Or every server would renew the index of words beside what is measured, as after an upgrade.
  const state = { version: TOKENIZER_VERSION, through: null };
  await writeAll(backend, tenant, [{ op: 'set_index_state', state }], now, 1);
};

export const fillingOf = (size: number): Filling => {
  const random = seeded(size);
  const ids = Array.from({ length: size }, () => uuid(random) as MemoryId);
  return { size, ids, hub: ids[Math.floor(size / 2) + 1] as MemoryId };
};

/**
 * A store of `size` memories and five times as many relationships, of each tenant where there are some, made through the contract. The same for
 * the same size; every tenant's ids and shape are those of the others, its texts are not.
 */
export const fillStore = async (folder: string, size: number, owners: Owners | null): Promise<FilledStore> => {
  const path = join(folder, owners === null ? `store-${size}.db` : `store-${size}-of-${owners.tenants}.db`);
  const filled: FilledStore = { path, ...fillingOf(size) };
  if (existsSync(path)) return filled;

  const begun = performance.now();
  const settings = { path, synchronous: 'normal', readOnly: false, multiTenant: owners !== null };
  const backend = await createBackend('sqlite', settings);
  await backend.open();
  if (owners === null) await fill(backend, filled, size, null);
  for (let index = 0; index < (owners?.tenants ?? 0); index += 1) {
    await fill(backend, filled, size + index, tenantName(index));
  }
  await backend.close();
  console.error(`filled ${path} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return filled;
};
