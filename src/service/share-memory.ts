import type { MemoryId } from '../domain/ids.ts';
import type { Visibility } from '../domain/memory.ts';
import { AppError } from '../errors.ts';
import { type Audience, chosenAudience } from './audience.ts';
import type { ServiceContext } from './context.ts';
import { reviseMemory } from './revise-memory.ts';
import { requireExpectedVersion } from './write-right.ts';

export interface SharedMemory extends Audience {
  readonly id: MemoryId;
  readonly version: number;
  /** False if the same people read it already: no version was added. */
  readonly changed: boolean;
}

/**
 * Says who reads a memory from now on, more people or fewer, as a new version. `teamId` goes with visibility `team`; null is then all of
 * the tenant. Throws `invalid_input`, `not_found`, `forbidden`, and `version_conflict` with `{current}` in its details.
 */
export const shareMemory = async (
  context: ServiceContext,
  id: MemoryId,
  visibility: Visibility,
  teamId: string | null,
  expectedVersion: number | null,
): Promise<SharedMemory> => {
  const { scope } = context;
  if (scope.tenant === null) {
    throw new AppError('invalid_input', 'There is nobody to share with: the server runs in single-tenant mode.');
  }
  requireExpectedVersion(context, expectedVersion);
  const note = { kind: 'shared', reason: null } as const;
  const { memory, changed } = await reviseMemory(context, id, expectedVersion, note, (current) => {
    const chosen = chosenAudience(scope, { visibility, teamId }, current.context);
    const same = chosen.visibility === current.context.visibility && chosen.teamId === current.context.teamId;
    return same ? null : { ...current, context: { ...current.context, ...chosen } };
  });
  const { visibility: shown, teamId: team } = memory.context;
  return { id: memory.id, version: memory.version, changed, visibility: shown, teamId: team };
};
