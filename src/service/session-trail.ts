import type { MemoryId, Millis } from '../domain/ids.ts';
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

/** The trails of all sessions of this process; a new process starts new ones. */
export const sessionTrails = (): ((session: string) => SessionTrail) => {
  const trails = new Map<string, { readonly id: MemoryId; readonly at: Millis }>();
  return (session) => ({
    last: (now) => {
      const trail = trails.get(session);
      return trail && Math.abs(now - trail.at) <= gapMs ? trail.id : null;
    },
    stored: (id, now) => {
      trails.delete(session);
      trails.set(session, { id, at: now });
      const [oldest] = trails.keys();
      if (trails.size > sessionsKept && oldest !== undefined) trails.delete(oldest);
    },
  });
};

/** The memory stored before went to the trash meanwhile: no reason to refuse the new one. */
export const lostItsPredecessor = (error: unknown, previous: MemoryId | null): boolean =>
  previous !== null && isAppError(error, 'not_found') && error.details.id === previous;
