import type { MemoryId, Millis } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { JsonObject, Memory } from '../domain/memory.ts';
import { checkMemory } from '../domain/memory-rules.ts';
import type { RelationshipType } from '../domain/relationship.ts';
import { AppError, isAppError } from '../errors.ts';
import { searchDocument } from '../search/document.ts';
import type { WriteOperation } from '../storage/batch.ts';
import { digest } from '../storage/cursor.ts';
import type { FirstAudience } from './audience.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { findMemories, memoryNotFound } from './find-memory.ts';
import { findNearDuplicates, type NearDuplicate } from './near-duplicates.ts';
import { type MemoryDraft, newMemory } from './new-memory.ts';
import { createsMemory, createsRelationship } from './operations.ts';
import { followsLink, newRelationship, storedEnds } from './relate.ts';
import { lostItsPredecessor } from './session-trail.ts';

/** From the new memory to one that is there. */
export interface LinkDraft {
  readonly memoryId: MemoryId;
  readonly type: RelationshipType;
}

export interface StoreRequest {
  readonly memory: MemoryDraft;
  readonly links: readonly LinkDraft[];
  readonly idempotencyKey: string | null;
}

export interface StoredMemory {
  readonly id: MemoryId;
  readonly version: number;
  readonly linked: number;
  /** Who reads it; all null in single-tenant mode. */
  readonly audience: FirstAudience;
  readonly nearDuplicates: readonly NearDuplicate[];
  /** The key was used before for the same request: nothing was stored now. */
  readonly replayed: boolean;
}

/** Links to merged memories go to what answers for them; the same one twice counts once. Throws `not_found`. */
const linkOperations = async (
  context: ServiceContext,
  id: MemoryId,
  links: readonly LinkDraft[],
  at: Millis,
): Promise<readonly WriteOperation[]> => {
  if (links.length === 0) return [];
  const ends = await findMemories(
    context,
    links.map((link) => link.memoryId),
  );
  const operations = new Map<string, WriteOperation>();
  for (const link of links) {
    const end = ends.get(link.memoryId);
    if (!end) throw memoryNotFound(link.memoryId);
    const blank = { strength: null, confidence: null, description: null, context: null, validFrom: null };
    const statement = { ...blank, from: id, to: end.id, type: link.type };
    const { from, to } = storedEnds(statement);
    operations.set(`${link.type} ${from} ${to}`, createsRelationship(newRelationship(context, statement, at)));
  }
  return [...operations.values()];
};

/** What is kept with an idempotency key. */
interface FirstAnswer {
  readonly id: MemoryId;
  readonly linked: number;
  readonly audience?: FirstAudience;
}

const replay = async (context: ServiceContext, key: string, fingerprint: string): Promise<StoredMemory | null> => {
  const record = await context.store.idempotencyRecord(context.scope, key);
  if (!record) return null;
  if (record.fingerprint !== fingerprint) {
    throw new AppError(
      'idempotency_mismatch',
      'This idempotency_key was used for another memory; use a new key, or repeat the first call unchanged.',
    );
  }
  const { id, linked, audience } = record.answer as unknown as FirstAnswer;
  return {
    id,
    version: 1,
    linked,
    audience: audience ?? { visibility: null, teamId: null, because: null },
    nearDuplicates: [],
    replayed: true,
  };
};

/** With an automatic link to what this session stored before, unless the caller linked the two already. */
const commitInTrail = async (
  context: ServiceContext,
  memory: Memory,
  operations: readonly WriteOperation[],
  links: readonly LinkDraft[],
  at: Millis,
): Promise<void> => {
  const previous = context.trail.last(at);
  context.trail.stored(memory.id, at);
  const linked = links.some((link) => link.memoryId === previous);
  const follows =
    previous === null || linked ? [] : [createsRelationship(followsLink(context, memory.id, previous, at))];
  try {
    await commit(context, [...operations, ...follows], at);
  } catch (error) {
    if (follows.length === 0 || !lostItsPredecessor(error, previous)) throw error;
    await commit(context, operations, at);
  }
};

/**
 * Stores one memory and its links in one transaction, and reports what looks like the same memory; it never merges by itself.
 * Throws `invalid_input`, `not_found` for a link's end, `idempotency_mismatch`.
 */
export const storeMemory = async (context: ServiceContext, request: StoreRequest): Promise<StoredMemory> => {
  const { idempotencyKey } = request;
  if (request.links.length > limits.linksPerCall) {
    throw new AppError(
      'invalid_input',
      `links has ${request.links.length} entries, at most ${limits.linksPerCall}; add the rest with create_relationship.`,
    );
  }
  const fingerprint = idempotencyKey === null ? '' : digest(request as unknown as JsonObject);
  if (idempotencyKey !== null) {
    const answered = await replay(context, idempotencyKey, fingerprint);
    if (answered) return answered;
  }
  const at = context.now();
  const { memory, audience } = await newMemory(context, request.memory, at);
  checkMemory(memory);
  const document = searchDocument(memory);
  const links = await linkOperations(context, memory.id, request.links, at);
  const nearDuplicates = await findNearDuplicates(context, memory, document);
  const operations: WriteOperation[] = [createsMemory(memory, document), ...links];
  if (idempotencyKey !== null) {
    const answer = {
      id: memory.id,
      linked: links.length,
      ...(audience.visibility === null ? {} : { audience: { ...audience } }),
    };
    operations.push({ op: 'remember_key', key: idempotencyKey, record: { fingerprint, answer, at } });
  }
  try {
    await commitInTrail(context, memory, operations, request.links, at);
  } catch (error) {
    // Somebody used the key between our look-up and our write: theirs is the answer.
    const answered =
      idempotencyKey !== null && isAppError(error, 'duplicate')
        ? await replay(context, idempotencyKey, fingerprint)
        : null;
    if (answered) return answered;
    throw error;
  }
  return { id: memory.id, version: 1, linked: links.length, audience, nearDuplicates, replayed: false };
};
