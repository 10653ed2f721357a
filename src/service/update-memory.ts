import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import { checkMemory, normaliseTags, roundShare } from '../domain/memory-rules.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from './context.ts';
import type { ContextDraft } from './new-memory.ts';
import { reviseMemory } from './revise-memory.ts';

/** Only what is to change; null empties what may be empty. */
export interface MemoryChanges {
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

const apply = (memory: Memory, changes: MemoryChanges): Memory => ({
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

/** Throws `not_found`, `invalid_input`, and `version_conflict` with `{current}` in its details. */
export const updateMemory = async (
  context: ServiceContext,
  id: MemoryId,
  changes: MemoryChanges,
  expectedVersion: number | null,
): Promise<UpdatedMemory> => {
  if (Object.keys(changes).length === 0) {
    throw new AppError('invalid_input', 'Nothing to change: give at least one field besides memory_id.');
  }
  const given = changes.context?.projectPath;
  const wanted = given
    ? { ...changes, context: { ...changes.context, projectPath: await context.resolveProject(given) } }
    : changes;
  const { memory, changed } = await reviseMemory(
    context,
    id,
    expectedVersion,
    { kind: 'updated', reason: null },
    (current) => {
      const next = apply(current, wanted);
      checkMemory(next);
      return JSON.stringify(next) === JSON.stringify(current) ? null : next;
    },
  );
  return { id: memory.id, version: memory.version, changed };
};
