import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import { roundShare } from '../domain/memory-rules.ts';
import type { Relationship, RelationshipContext, RelationshipType } from '../domain/relationship.ts';
import { AppError, isAppError } from '../errors.ts';
import type { ChangeNote, WriteOperation } from '../storage/batch.ts';
import { commit } from './commit.ts';
import type { ServiceContext } from './context.ts';
import { guardAgainstCycle } from './cycles.ts';
import { findMemories, missingMemory } from './find-memory.ts';
import { findRelationship } from './find-relationship.ts';
import { createsRelationship, replacesRelationship } from './operations.ts';
import { newRelationship } from './relate.ts';
import { requireLinkRight } from './write-right.ts';

export interface RelationshipChanges {
  readonly strength: number | null;
  readonly confidence: number | null;
  readonly description: string | null;
  readonly context: RelationshipContext | null;
  /** It was tried once more: it held, or it did not. */
  readonly outcome: 'success' | 'failure' | null;
}

/** What takes the place of a relationship; null parts stay as they are. */
export interface Successor {
  readonly type: RelationshipType | null;
  readonly from: MemoryId | null;
  readonly to: MemoryId | null;
}

export interface RevisedRelationship {
  readonly id: RelationshipId;
  readonly version: number;
}

/** How often a change is laid anew over what somebody else wrote meanwhile. */
const attempts = 20;

/** Runs a change on the live relationship until nobody is in the way. Throws `not_found`, `version_conflict`. */
const reviseRelationship = async <T>(
  context: ServiceContext,
  id: RelationshipId,
  expectedVersion: number | null,
  change: (edge: Relationship, at: Millis) => Promise<{ operations: readonly WriteOperation[]; result: T }>,
): Promise<T> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const edge = await findRelationship(context, id, expectedVersion);
    const at = Math.max(context.now(), edge.lastValidated);
    const { operations, result } = await change(edge, at);
    try {
      await commit(context, operations, at);
      return result;
    } catch (error) {
      if (!isAppError(error, 'version_conflict')) throw error;
    }
  }
  throw new AppError('store_busy', 'Others keep changing this relationship; try again in a moment.');
};

const replace = (edge: Relationship, changes: Partial<Relationship>, note: ChangeNote): WriteOperation =>
  replacesRelationship({ ...edge, ...changes, version: edge.version + 1 }, note);

const tried = (edge: Relationship, outcome: 'success' | 'failure', at: Millis): Partial<Relationship> => {
  const evidenceCount = edge.evidenceCount + (outcome === 'success' ? 1 : 0);
  const counterEvidenceCount = edge.counterEvidenceCount + (outcome === 'failure' ? 1 : 0);
  return {
    evidenceCount,
    counterEvidenceCount,
    validationCount: edge.validationCount + 1,
    successRate: roundShare(evidenceCount / (evidenceCount + counterEvidenceCount)),
    lastValidated: at,
  };
};

/** Strengthens, weakens, explains or tests a live relationship. */
export const updateRelationship = (
  context: ServiceContext,
  id: RelationshipId,
  changes: RelationshipChanges,
  expectedVersion: number | null,
  reason: string | null,
): Promise<RevisedRelationship> =>
  reviseRelationship(context, id, expectedVersion, async (edge, at) => {
    const fields: Partial<Relationship> = {
      ...(changes.strength === null ? {} : { strength: roundShare(changes.strength) }),
      ...(changes.confidence === null ? {} : { confidence: roundShare(changes.confidence) }),
      ...(changes.description === null ? {} : { description: changes.description }),
      ...(changes.context === null ? {} : { context: changes.context }),
      ...(changes.outcome === null ? {} : tried(edge, changes.outcome, at)),
    };
    return {
      operations: [replace(edge, fields, { kind: 'updated', reason })],
      result: { id, version: edge.version + 1 },
    };
  });

/**
 * Closes a live relationship and opens the one that takes its place, with the reason on both.
 * Throws `not_found`, `invalid_input`, `forbidden`, `cycle`, and `duplicate` if the successor is there already.
 */
export const supersedeRelationship = (
  context: ServiceContext,
  id: RelationshipId,
  changes: RelationshipChanges,
  successor: Successor,
  expectedVersion: number | null,
  reason: string | null,
): Promise<RevisedRelationship> =>
  reviseRelationship(context, id, expectedVersion, async (edge, at) => {
    const asked = { from: successor.from ?? edge.from, to: successor.to ?? edge.to };
    const ends = await findMemories(context, [asked.from, asked.to]);
    const [from, to] = [ends.get(asked.from), ends.get(asked.to)];
    if (!from) throw await missingMemory(context, asked.from);
    if (!to) throw await missingMemory(context, asked.to);
    if (from.id === to.id)
      throw new AppError('invalid_input', 'A memory cannot be related to itself; give two different ids.');
    const type = successor.type ?? edge.type;
    requireLinkRight(context, type, from, to);
    const guards = await guardAgainstCycle(context, from.id, to.id, type);
    const next = newRelationship(
      context,
      {
        from: from.id,
        to: to.id,
        type,
        strength: changes.strength ?? edge.strength,
        confidence: changes.confidence ?? edge.confidence,
        description: changes.description ?? edge.description,
        context: changes.context ?? edge.context,
        validFrom: at,
      },
      at,
    );
    const note = { kind: 'superseded', reason } as const;
    const close = replace(edge, { validUntil: at, invalidatedBy: next.id }, note);
    return { operations: [...guards, close, createsRelationship(next, note)], result: { id: next.id, version: 1 } };
  });

/**
 * Ends a live relationship: `invalidate` if it was true until `until` (now, if null), `remove` if it never was. Both stay in history.
 */
export const endRelationship = (
  context: ServiceContext,
  id: RelationshipId,
  how: 'invalidate' | 'remove',
  until: Millis | null,
  expectedVersion: number | null,
  reason: string | null,
): Promise<RevisedRelationship> =>
  reviseRelationship(context, id, expectedVersion, async (edge, at) => {
    const end = until ?? at;
    if (how === 'invalidate' && (end < edge.validFrom || end > at)) {
      throw new AppError('invalid_input', 'valid_until must lie between the start of the relationship and now.');
    }
    const operation =
      how === 'remove'
        ? replace(edge, { removedAt: at }, { kind: 'removed', reason })
        : replace(edge, { validUntil: end }, { kind: 'invalidated', reason });
    return { operations: [operation], result: { id, version: edge.version + 1 } };
  });
