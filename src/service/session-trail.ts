import type { MemoryId, Millis } from '../domain/ids.ts';
import type { TenantScope } from '../domain/scope.ts';
import { isAppError } from '../errors.ts';

/** What one client stores in a row within this time of each other belongs together. */
const gapMs = 30 * 60_000;
/** Clients that come and go; the longest silent is forgotten first. */
const sessionsKept = 1_000;

export interface SessionTrail {
  /** What this session stored last, if that was not long ago. */
  last(now: Millis): MemoryId | null;
  stored(id: MemoryId, now: Millis): void;
}

/** For a caller without a session, and where automatic links are switched off. */
export const noTrail: SessionTrail = { last: () => null, stored: () => undefined };

/** The trails of all sessions of this process, apart for each caller; a new process starts new ones. */
export const sessionTrails = (): ((session: string, scope: TenantScope) => SessionTrail) => {
  const trails = new Map<string, { readonly id: MemoryId; readonly at: Millis }>();
  return (session, scope) => {
    const key = JSON.stringify([session, scope.tenant, scope.tenant === null ? null : scope.user]);
    return {
      last: (now) => {
        const trail = trails.get(key);
        return trail && Math.abs(now - trail.at) <= gapMs ? trail.id : null;
      },
      stored: (id, now) => {
        trails.delete(key);
        trails.set(key, { id, at: now });
        const [oldest] = trails.keys();
        if (trails.size > sessionsKept && oldest !== undefined) trails.delete(oldest);
      },
    };
  };
};

/** The memory stored before went to the trash meanwhile, or out of sight: no reason to refuse the new one. */
export const lostItsPredecessor = (error: unknown, previous: MemoryId | null): boolean =>
  previous !== null && isAppError(error, 'not_found') && error.details.id === previous;
