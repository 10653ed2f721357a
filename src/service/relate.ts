import type { MemoryId, Millis } from '../domain/ids.ts';
import { roundShare } from '../domain/memory-rules.ts';
import {
  isSymmetric,
  type Relationship,
  type RelationshipContext,
  type RelationshipType,
} from '../domain/relationship.ts';
import { newRelationshipId, type ServiceContext } from './context.ts';
import { writerOf } from './writer.ts';

/** What a caller says of a relationship; null leaves the default, or on a second telling what is stored. */
export interface RelationshipStatement {
  readonly from: MemoryId;
  readonly to: MemoryId;
  readonly type: RelationshipType;
  readonly strength: number | null;
  readonly confidence: number | null;
  readonly description: string | null;
  readonly context: RelationshipContext | null;
  readonly validFrom: Millis | null;
}

/** The strongest first, ties by id: the order in which a memory's relationships are shown and walked. */
export const byStrength = (a: Relationship, b: Relationship): number =>
  b.strength - a.strength || (a.id < b.id ? -1 : 1);

/** The two ends as they are stored: a symmetric type has the smaller id first. */
export const storedEnds = (
  statement: Pick<RelationshipStatement, 'from' | 'to' | 'type'>,
): { from: MemoryId; to: MemoryId } =>
  isSymmetric(statement.type) && statement.to < statement.from
    ? { from: statement.to, to: statement.from }
    : { from: statement.from, to: statement.to };

/** The first version of a relationship. */
export const newRelationship = (
  context: ServiceContext,
  statement: RelationshipStatement,
  at: Millis,
): Relationship => ({
  id: newRelationshipId(context),
  ...storedEnds(statement),
  type: statement.type,
  strength: roundShare(statement.strength ?? 0.5),
  confidence: roundShare(statement.confidence ?? 0.8),
  description: statement.description,
  context: statement.context,
  bidirectional: isSymmetric(statement.type),
  evidenceCount: 1,
  counterEvidenceCount: 0,
  validationCount: 0,
  successRate: null,
  createdAt: at,
  lastValidated: at,
  validFrom: statement.validFrom ?? at,
  validUntil: null,
  recordedAt: at,
  invalidatedBy: null,
  removedAt: null,
  version: 1,
  updatedBy: null,
  origin: 'stated',
  tenantId: context.scope.tenant,
  createdBy: writerOf(context),
  extra: null,
});

/** Weak enough that anything said by a person outweighs it. */
const automaticStrength = 0.2;

/** What the server notes by itself: this was stored after that. */
export const followsLink = (context: ServiceContext, from: MemoryId, to: MemoryId, at: Millis): Relationship => ({
  ...newRelationship(
    context,
    {
      from,
      to,
      type: 'FOLLOWS',
      strength: automaticStrength,
      confidence: automaticStrength,
      description: null,
      context: null,
      validFrom: null,
    },
    at,
  ),
  origin: 'automatic',
});

/** How far each further piece of evidence moves strength and confidence towards 1. */
const reinforcement = 0.1;
const towardsOne = (share: number): number => roundShare(share + (1 - share) * reinforcement);

/**
 * The next version of a relationship that was stated again: one more piece of evidence. Strength and confidence are what is said now, or
 * else a tenth nearer to 1.
 */
export const reinforced = (there: Relationship, statement: RelationshipStatement, at: Millis): Relationship => ({
  ...there,
  strength: statement.strength === null ? towardsOne(there.strength) : roundShare(statement.strength),
  confidence: statement.confidence === null ? towardsOne(there.confidence) : roundShare(statement.confidence),
  description: statement.description ?? there.description,
  context: statement.context ?? there.context,
  evidenceCount: there.evidenceCount + 1,
  lastValidated: Math.max(at, there.lastValidated),
  origin: 'stated',
  version: there.version + 1,
});
