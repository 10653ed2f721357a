import type { MemoryId, Millis, TenantId } from './ids.ts';

export const memoryTypes = [
  'task',
  'code_pattern',
  'problem',
  'solution',
  'project',
  'technology',
  'error',
  'fix',
  'command',
  'file_context',
  'workflow',
  'general',
  'conversation',
  'decision',
  'pattern',
] as const;
export type MemoryType = (typeof memoryTypes)[number];

export const visibilities = ['private', 'project', 'team', 'public'] as const;
export type Visibility = (typeof visibilities)[number];

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** Where and by whom a memory was made. The last six are null in single-tenant mode. */
export interface MemoryContext {
  readonly projectPath: string | null;
  readonly filesInvolved: readonly string[];
  readonly languages: readonly string[];
  readonly frameworks: readonly string[];
  readonly technologies: readonly string[];
  readonly gitCommit: string | null;
  readonly gitBranch: string | null;
  readonly workingDirectory: string | null;
  readonly timestamp: Millis | null;
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly additionalMetadata: JsonObject | null;
  readonly tenantId: TenantId | null;
  readonly teamId: string | null;
  readonly visibility: Visibility | null;
  readonly createdBy: string | null;
  readonly organizationId: string | null;
  readonly namespaceId: string | null;
}

export const emptyContext: MemoryContext = Object.freeze({
  projectPath: null,
  filesInvolved: [],
  languages: [],
  frameworks: [],
  technologies: [],
  gitCommit: null,
  gitBranch: null,
  workingDirectory: null,
  timestamp: null,
  sessionId: null,
  userId: null,
  additionalMetadata: null,
  tenantId: null,
  teamId: null,
  visibility: null,
  createdBy: null,
  organizationId: null,
  namespaceId: null,
});

export interface Memory {
  readonly id: MemoryId;
  readonly type: MemoryType;
  readonly title: string;
  readonly content: string;
  readonly summary: string | null;
  /** Trimmed, lower case, unique, in the order given. */
  readonly tags: readonly string[];
  /** 0–1. */
  readonly importance: number;
  /** 0–1. */
  readonly confidence: number;
  /** 0–1. */
  readonly effectiveness: number | null;
  readonly usageCount: number;
  readonly lastAccessed: Millis | null;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  /** 1 when created, +1 at each accepted change. */
  readonly version: number;
  readonly updatedBy: string | null;
  /** Set while in the trash. */
  readonly deletedAt: Millis | null;
  /** Set when it was folded into another memory, which then answers for this id. */
  readonly mergedInto: MemoryId | null;
  readonly context: MemoryContext;
  /** Fields of imported data that this version does not know; they survive a round trip. */
  readonly extra: JsonObject | null;
}

/** What a memory is called, where it is only named. */
export type MemoryName = Pick<Memory, 'id' | 'type' | 'title'>;
