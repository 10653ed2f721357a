import { memoryUri, recentUri } from './resource-uris.ts';
import type { McpApp } from './server.ts';

/** URIs of the resources that read differently now. */
type Follower = (changed: ReadonlySet<string>) => void;

export interface ChangeWatch {
  /** From this moment on, until the function that it returns is called. */
  follow(follower: Follower): () => void;
}

const pollMs = 1_000;

/**
 * Looks at the change log once a second while somebody follows, because another process may have written. It starts with the time of the
 * first follower, not with a look at the log, so that nothing written after a subscription was answered is missed.
 */
const createWatch = (app: McpApp): ChangeWatch => {
  const followers = new Set<Follower>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let position: { since: number } | { afterSeq: number } = { since: 0 };

  const look = async (): Promise<void> => {
    const [{ touchedSince }, context] = await Promise.all([import('../service/touched-memories.ts'), app.contextFor()]);
    const touched = await touchedSince(context, position);
    if (touched === null) return;
    position = { afterSeq: touched.seq };
    const changed = new Set([recentUri, ...[...touched.ids].map(memoryUri)]);
    for (const follower of [...followers]) follower(changed);
  };

  const schedule = (): void => {
    if (timer !== undefined || looking) return;
    timer = setTimeout(async () => {
      timer = undefined;
      looking = true;
      // The store's own trouble is reported by those who wait for an answer.
      await look().catch(() => undefined);
      looking = false;
      if (followers.size > 0) schedule();
    }, pollMs);
    timer.unref();
  };

  return {
    follow: (follower) => {
      if (followers.size === 0) position = { since: app.now() };
      followers.add(follower);
      schedule();
      return () => {
        followers.delete(follower);
        if (followers.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
};

const watches = new WeakMap<McpApp, ChangeWatch>();

/** One for all connections of a process. */
export const watchOf = (app: McpApp): ChangeWatch => {
  const watch = watches.get(app) ?? createWatch(app);
  watches.set(app, watch);
  return watch;
};
