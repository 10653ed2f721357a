const parentCheckMs = 1_000;

/**
 * Raised by the first SIGTERM or SIGINT; a second one ends the process in the system's own way. With `followParent` it is also raised
 * when the process that started this one is gone, which the end of the input does not always tell: a sibling may hold the pipe open.
 * Nothing is listened for any more once `until` is raised.
 */
export const stopSignal = (options: { readonly followParent: boolean; readonly until?: AbortSignal }): AbortSignal => {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  options.until?.addEventListener('abort', () => process.off('SIGTERM', stop).off('SIGINT', stop));
  if (options.followParent) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      stop();
    }, parentCheckMs);
    timer.unref();
  }
  return controller.signal;
};
