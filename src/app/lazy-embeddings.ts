import type { Config } from '../config.ts';
import type { TenantScope } from '../domain/scope.ts';
import type { Embeddings } from '../embeddings/embeddings.ts';
import { log } from '../log.ts';
import type { GuardedStore } from '../storage/guarded.ts';

interface LazyEmbeddings {
  /** Null where none are configured. */
  open(): Promise<Embeddings | null>;
  /** There may be memories without a vector. */
  wake(): void;
  close(): Promise<void>;
}

/** `scope` is the caller's: the model that a process names is sent what its caller may read, and nothing else of the tenant. */
export const lazyEmbeddings = (
  config: Config,
  scope: () => Promise<TenantScope>,
  store: () => Promise<GuardedStore>,
  now: () => number,
): LazyEmbeddings => {
  const { embeddings: settings, readOnly } = config;
  if (settings === null) {
    return { open: async () => null, wake: () => undefined, close: async () => undefined };
  }
  let opened: Promise<Embeddings> | undefined;
  const load = async (): Promise<Embeddings> =>
    (await import('../embeddings/embeddings.ts')).openEmbeddings({
      settings,
      store,
      scope: await scope(),
      now,
      readOnly,
      onOutage: (error) => log.warn('the embedding model fails; words alone answer until it is back', { error }),
      onReturn: () => log.info('the embedding model answers again'),
      onStoreFault: (error) => log.debug('vectors were not written', { error }),
    });
  const open = (): Promise<Embeddings> => {
    opened ??= load();
    return opened;
  };
  return {
    open,
    wake: () =>
      void open().then(
        (loaded) => loaded.wake(),
        (error: unknown) => log.warn('embeddings are not there', { error }),
      ),
    close: async () => (await opened)?.close(),
  };
};
