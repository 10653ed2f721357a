import type { MemoryId, Millis } from '../domain/ids.ts';
import type { TenantScope } from '../domain/scope.ts';
import type { GraphStore } from '../storage/store.ts';

export interface UsageRecorder {
  /** Returns at once; the count reaches the store a moment later. */
  note(scope: TenantScope, ids: readonly MemoryId[]): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
}

/** Long enough to gather a burst of answers into one write, short enough to lose little when the process is killed. */
const gatherMs = 1_000;

/** For a server that may not write. */
export const noUsage: UsageRecorder = { note: () => undefined, flush: () => Promise.resolve() };

/**
 * Counts what answers brought up, off their path: a count adds no version, and one that cannot be written is given up, since it is only a hint.
 */
export const recordUsage = (
  store: () => Promise<GraphStore>,
  now: () => Millis,
  onFault: (error: unknown) => void,
): UsageRecorder => {
  const waiting = new Map<TenantScope, MemoryId[]>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async (): Promise<void> => {
    const batches = [...waiting];
    waiting.clear();
    for (const [scope, ids] of batches) {
      const at = now();
      const operations = [{ op: 'count_usage', ids, at }] as const;
      await (await store()).write(scope, { operations, at, by: null }).catch(onFault);
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write, write);
    return writing;
  };

  return {
    note: (scope, ids) => {
      if (ids.length === 0) return;
      waiting.set(scope, [...(waiting.get(scope) ?? []), ...ids]);
      timer ??= setTimeout(() => void flush(), gatherMs).unref();
    },
    flush,
  };
};
