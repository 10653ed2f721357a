import type { MemoryId, Millis, RelationshipId, TenantId } from './ids.ts';
import type { JsonObject } from './memory.ts';

/** The closed list of relationship types, by family. */
export const relationshipFamilies = {
  causal: ['CAUSES', 'TRIGGERS', 'LEADS_TO', 'PREVENTS', 'BREAKS'],
  solution: ['SOLVES', 'ADDRESSES', 'ALTERNATIVE_TO', 'IMPROVES', 'REPLACES'],
  context: ['OCCURS_IN', 'APPLIES_TO', 'WORKS_WITH', 'REQUIRES', 'USED_IN'],
  learning: ['BUILDS_ON', 'CONTRADICTS', 'CONFIRMS', 'GENERALIZES', 'SPECIALIZES'],
  similarity: ['SIMILAR_TO', 'VARIANT_OF', 'RELATED_TO', 'ANALOGY_TO', 'OPPOSITE_OF'],
  workflow: ['FOLLOWS', 'DEPENDS_ON', 'ENABLES', 'BLOCKS', 'PARALLEL_TO'],
  quality: ['EFFECTIVE_FOR', 'INEFFECTIVE_FOR', 'PREFERRED_OVER', 'DEPRECATED_BY', 'VALIDATED_BY'],
} as const;

export type RelationshipFamily = keyof typeof relationshipFamilies;
export type RelationshipType = (typeof relationshipFamilies)[RelationshipFamily][number];
export const relationshipTypes: readonly RelationshipType[] = Object.values(relationshipFamilies).flat();

const symmetric: ReadonlySet<RelationshipType> = new Set<RelationshipType>([
  'SIMILAR_TO',
  'RELATED_TO',
  'ALTERNATIVE_TO',
  'ANALOGY_TO',
  'OPPOSITE_OF',
  'PARALLEL_TO',
  'WORKS_WITH',
]);
const acyclic: ReadonlySet<RelationshipType> = new Set<RelationshipType>([
  'DEPENDS_ON',
  'REQUIRES',
  'BLOCKS',
  'FOLLOWS',
  'REPLACES',
  'DEPRECATED_BY',
]);

/** Reads the same from both ends; stored once, with the smaller id as `from`. */
export const isSymmetric = (type: RelationshipType): boolean => symmetric.has(type);
/** A chain of this type may not come back to its start. */
export const isAcyclic = (type: RelationshipType): boolean => acyclic.has(type);

/** Why a relationship holds. `text` is what was said, the lists are what was found in it or given as fields. */
export interface RelationshipContext {
  readonly text: string | null;
  readonly scope: 'full' | 'partial' | 'conditional' | null;
  readonly conditions: readonly string[];
  readonly evidence: readonly string[];
  readonly components: readonly string[];
  readonly exceptions: readonly string[];
}

/** `automatic` links were made by the server and are never shown as if a person had said them. */
export type RelationshipOrigin = 'stated' | 'automatic';

/**
 * A typed edge. It is live while `validUntil` and `removedAt` are null. There is one live edge for each (from, type, to).
 * Valid time (`validFrom`, `validUntil`) says when it was true; `recordedAt` and the change log say when we knew.
 */
export interface Relationship {
  readonly id: RelationshipId;
  readonly from: MemoryId;
  readonly to: MemoryId;
  readonly type: RelationshipType;
  /** 0–1. */
  readonly strength: number;
  /** 0–1. */
  readonly confidence: number;
  readonly description: string | null;
  readonly context: RelationshipContext | null;
  readonly bidirectional: boolean;
  readonly evidenceCount: number;
  readonly counterEvidenceCount: number;
  readonly validationCount: number;
  /** 0–1. */
  readonly successRate: number | null;
  readonly createdAt: Millis;
  readonly lastValidated: Millis;
  readonly validFrom: Millis;
  readonly validUntil: Millis | null;
  readonly recordedAt: Millis;
  readonly invalidatedBy: RelationshipId | null;
  /** Set when it was taken back as a mistake; kept for history until purged. */
  readonly removedAt: Millis | null;
  readonly version: number;
  readonly updatedBy: string | null;
  readonly origin: RelationshipOrigin;
  readonly tenantId: TenantId | null;
  readonly createdBy: string | null;
  readonly extra: JsonObject | null;
}
