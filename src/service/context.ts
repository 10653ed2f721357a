import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import type { TenantScope } from '../domain/scope.ts';
import type { RankingSettings } from '../search/ranking.ts';
import type { CursorCodec } from '../storage/cursor.ts';
import type { VectorQuery } from '../storage/query.ts';
import type { GraphStore } from '../storage/store.ts';
import type { SessionTrail } from './session-trail.ts';

export interface ServiceSettings {
  readonly allowCycles: boolean;
  readonly readOnly: boolean;
  readonly ranking: RankingSettings;
}

/** A query as an embedding model sees it. */
export interface QueryMeaning extends VectorQuery {
  /** The cosine of texts that have nothing to do with each other. */
  readonly noise: number;
}

/** Everything a use case needs, bound to one caller. Made by `app.ts` for each request. */
export interface ServiceContext {
  readonly scope: TenantScope;
  /**
   * The server's own, for keeping the index of the caller's tenant true over memories that the caller does not see; the same as `scope` in
   * single-tenant mode. No answer is made with it.
   */
  readonly upkeepScope: TenantScope;
  readonly store: GraphStore;
  readonly cursors: CursorCodec;
  readonly settings: ServiceSettings;
  /** Counts what an answer brought up; off the answer's path, and not at all in a read-only server. */
  readonly noteUse: (ids: readonly MemoryId[]) => void;
  /** Absent without embeddings; null where the model does not answer soon. */
  readonly meaningOf?: (query: string) => Promise<QueryMeaning | null>;
  readonly trail: SessionTrail;
  readonly now: () => Millis;
  readonly newId: () => string;
  /** Identity of the project that the process was started in, null outside one. Found once, on first use. */
  readonly currentProject: () => Promise<string | null>;
  /** The identity of a project given as a path or a remote; other text comes back trimmed. */
  readonly resolveProject: (text: string) => Promise<string>;
}

export const newMemoryId = (context: ServiceContext): MemoryId => context.newId() as MemoryId;
export const newRelationshipId = (context: ServiceContext): RelationshipId => context.newId() as RelationshipId;
