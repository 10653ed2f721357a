import type { Millis } from '../domain/ids.ts';
import { emptyContext, type Memory, type MemoryContext, type MemoryType } from '../domain/memory.ts';
import { normaliseTags, roundShare } from '../domain/memory-rules.ts';
import { type AudienceDraft, type FirstAudience, firstAudience } from './audience.ts';
import { newMemoryId, type ServiceContext } from './context.ts';
import { writerOf } from './writer.ts';

/** What a caller gives of a context; the rest is null or empty. */
export type ContextDraft = Partial<
  Omit<MemoryContext, 'tenantId' | 'teamId' | 'visibility' | 'createdBy' | 'organizationId' | 'namespaceId'>
>;

export interface MemoryDraft extends AudienceDraft {
  readonly type: MemoryType;
  readonly title: string;
  readonly content: string;
  readonly summary: string | null;
  readonly tags: readonly string[];
  readonly importance: number;
  readonly confidence: number;
  readonly context: ContextDraft;
}

export interface NewMemory {
  readonly memory: Memory;
  readonly audience: FirstAudience;
}

/** The first version of a memory, in the project that the caller names or the server runs in. Throws `invalid_input` for an audience that the caller is not of. */
export const newMemory = async (context: ServiceContext, draft: MemoryDraft, at: Millis): Promise<NewMemory> => {
  const given = draft.context.projectPath;
  const projectPath = given ? await context.resolveProject(given) : await context.currentProject();
  const audience = firstAudience(context, draft, projectPath);
  const { visibility, teamId } = audience;
  const memory: Memory = {
    id: newMemoryId(context),
    type: draft.type,
    title: draft.title.trim(),
    content: draft.content,
    summary: draft.summary,
    tags: normaliseTags(draft.tags),
    importance: roundShare(draft.importance),
    confidence: roundShare(draft.confidence),
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
      ...draft.context,
      projectPath,
      tenantId: context.scope.tenant,
      createdBy: writerOf(context),
      visibility,
      teamId,
    },
    extra: null,
  };
  return { memory, audience };
};
