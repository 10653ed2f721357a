import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { checkMemory, normaliseTags, roundShare } from '../domain/memory-rules.ts';
import { AppError, isAppError } from '../errors.ts';
import { type AudienceDraft, checkNotWidened, chosenAudience } from './audience.ts';
import type { ServiceContext } from './context.ts';
import { mergedTags, tagsOfVersion } from './merge-tags.ts';
import type { ContextDraft } from './new-memory.ts';
import { type Revised, reviseMemory } from './revise-memory.ts';
import { requireExpectedVersion } from './write-right.ts';

/** Only what is to change; null empties what may be empty. */
export interface MemoryChanges extends AudienceDraft {
  readonly type?: Memory['type'];
  readonly title?: string;
  readonly content?: string;
  readonly summary?: string | null;
  readonly tags?: readonly string[];
  readonly importance?: number;
  readonly confidence?: number;
  readonly effectiveness?: number | null;
  /** Field by field: those not given stay. */
  readonly context?: ContextDraft;
}

export interface UpdatedMemory {
  readonly id: MemoryId;
  readonly version: number;
  /** False if the memory said all that already: no version was added. */
  readonly changed: boolean;
}

const apply = (memory: Memory, { visibility, teamId, ...changes }: MemoryChanges): Memory => ({
  ...memory,
  ...changes,
  title: (changes.title ?? memory.title).trim(),
  tags: changes.tags ? normaliseTags(changes.tags) : memory.tags,
  importance: roundShare(changes.importance ?? memory.importance),
  confidence: roundShare(changes.confidence ?? memory.confidence),
  effectiveness: changes.effectiveness
    ? roundShare(changes.effectiveness)
    : (changes.effectiveness ?? memory.effectiveness),
  context: { ...memory.context, ...changes.context },
});

/** With the audience that was asked for, which a change may narrow and not widen. */
const withAudience = ({ scope }: ServiceContext, before: Memory, after: Memory, changes: MemoryChanges): Memory => {
  if (scope.tenant === null) return after;
  const visibility = changes.visibility ?? (changes.teamId ? 'team' : after.context.visibility);
  const kept = visibility === before.context.visibility ? before.context.teamId : null;
  const teamId = changes.teamId === undefined ? kept : changes.teamId;
  const moved = after.context.projectPath !== before.context.projectPath && visibility === 'project';
  if (visibility === null || (visibility === before.context.visibility && teamId === before.context.teamId && !moved)) {
    return after;
  }
  const chosen = chosenAudience(scope, { visibility, teamId }, after.context);
  const next = { ...after, context: { ...after.context, ...chosen } };
  checkNotWidened(before, next);
  return next;
};

/** The change as it was meant, on top of what others did to the tags meanwhile; null if that cannot be told. */
const rebased = async (
  context: ServiceContext,
  id: MemoryId,
  changes: MemoryChanges,
  expectedVersion: number,
): Promise<((current: Memory) => MemoryChanges) | null> => {
  const { tags } = changes;
  const base = tags === undefined ? null : await tagsOfVersion(context, id, expectedVersion);
  if (tags === undefined || base === null) return null;
  return (current) => ({ ...changes, tags: mergedTags(base, normaliseTags(tags), current.tags) });
};

/** Fields that may be merged with what somebody else made of them, instead of being refused. */
export type Mergeable = 'tags';

const onlyTags = (changes: MemoryChanges): boolean => Object.keys(changes).every((field) => field === 'tags');

/**
 * Throws `not_found`, `forbidden`, `invalid_input`, and `version_conflict` with `{current}` in its details. With `tags` in `merge`, a change
 * of nothing but tags is laid over a newer version: what it adds to and takes from those of `expectedVersion`.
 */
export const updateMemory = async (
  context: ServiceContext,
  id: MemoryId,
  changes: MemoryChanges,
  expectedVersion: number | null,
  merge: readonly Mergeable[] = [],
): Promise<UpdatedMemory> => {
  if (Object.keys(changes).length === 0) {
    throw new AppError('invalid_input', 'Nothing to change: give at least one field besides memory_id.');
  }
  requireExpectedVersion(context, expectedVersion);
  if (merge.length > 0 && expectedVersion === null) {
    throw new AppError('invalid_input', 'merge needs expected_version: the version that your tags were made of.');
  }
  const given = changes.context?.projectPath;
  const wanted = given
    ? { ...changes, context: { ...changes.context, projectPath: await context.resolveProject(given) } }
    : changes;
  const revise = (version: number | null, of: (current: Memory) => MemoryChanges): Promise<Revised> =>
    reviseMemory(context, id, version, { kind: 'updated', reason: null }, (current) => {
      const asked = of(current);
      const next = withAudience(context, current, apply(current, asked), asked);
      checkMemory(next);
      return JSON.stringify(next) === JSON.stringify(current) ? null : next;
    });
  const { memory, changed } = await revise(expectedVersion, () => wanted).catch(async (error: unknown) => {
    const mergeable = expectedVersion !== null && merge.includes('tags') && onlyTags(changes);
    if (!mergeable || !isAppError(error, 'version_conflict')) throw error;
    const again = await rebased(context, id, wanted, expectedVersion);
    if (again === null) throw error;
    return revise(null, again);
  });
  return { id: memory.id, version: memory.version, changed };
};
