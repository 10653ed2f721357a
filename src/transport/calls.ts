/** Counts what is being answered, so that a server can stop when it is done. */
export interface Calls {
  readonly begin: () => () => void;
  /** Resolves when nothing is in flight, or after `graceMs`. */
  readonly settled: (graceMs: number) => Promise<void>;
}

export const createCalls = (): Calls => {
  let open = 0;
  const waiting = new Set<() => void>();
  return {
    begin: () => {
      open += 1;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        open -= 1;
        if (open === 0) for (const wake of waiting) wake();
      };
    },
    settled: (graceMs) =>
      new Promise((resolve) => {
        if (open === 0) {
          resolve();
          return;
        }
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, graceMs);
        waiting.add(wake);
      }),
  };
};
