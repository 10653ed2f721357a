import { AppError } from '../errors.ts';
import type { Capabilities } from './capabilities.ts';
import type { Admission, Backend, Finding, GraphStore, TenantCount } from './store.ts';

export interface GuardOptions {
  /** How long one call may take before its caller is answered with `deadline_exceeded`. */
  readonly deadlineMs: number;
  /** Refuses `write` with `read_only`. */
  readonly readOnly: boolean;
  /** Asked when the store is opened; what it throws fails the opening. */
  readonly admit?: Admission;
  /** Told of each fault that is not the caller's, with its cause. */
  readonly onFault?: (call: string, error: AppError) => void;
}

/** A store as the rest of the program sees it: opened by its first call, closed once, every error an `AppError`. */
export interface GuardedStore extends GraphStore {
  readonly capabilities: Capabilities;
  readonly location: string;
  open(): Promise<void>;
  close(): Promise<void>;
  inspect(): Promise<readonly Finding[]>;
  tenants(): Promise<readonly TenantCount[]>;
  sealingKey(): Promise<Uint8Array>;
  /** Throws `invalid_input` where the store cannot copy itself. */
  backup(path: string): Promise<void>;
}

const callerFaults = new Set(['invalid_input', 'not_found', 'version_conflict', 'duplicate', 'read_only', 'forbidden']);

const withDeadline = async <T>(call: string, work: Promise<T>, deadlineMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const advice =
        call === 'write' ? 'it may still be stored: read before you repeat it' : 'narrow the request or try again';
      reject(new AppError('deadline_exceeded', `The store did not answer within ${deadlineMs} ms; ${advice}.`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

type Run = <T>(call: string, work: () => Promise<T>) => Promise<T>;

const guardedReads = (backend: Backend, run: Run): Omit<GraphStore, 'write'> => ({
  memories: (scope, ids, state) => run('memories', () => backend.memories(scope, ids, state)),
  listMemories: (scope, listing) => run('listMemories', () => backend.listMemories(scope, listing)),
  countMemories: (scope, filter) => run('countMemories', () => backend.countMemories(scope, filter)),
  search: (scope, query, filter, limit) => run('search', () => backend.search(scope, query, filter, limit)),
  searchWithLinks: (scope, query, filter, limit, linked) =>
    run('search', () => backend.searchWithLinks(scope, query, filter, limit, linked)),
  nearest: (scope, query, filter, limit) => run('nearest', () => backend.nearest(scope, query, filter, limit)),
  unembedded: (scope, listing) => run('unembedded', () => backend.unembedded(scope, listing)),
  countEmbedded: (scope, space) => run('countEmbedded', () => backend.countEmbedded(scope, space)),
  searchRelationships: (scope, query, types, limit) =>
    run('searchRelationships', () => backend.searchRelationships(scope, query, types, limit)),
  termFrequencies: (scope, terms) => run('termFrequencies', () => backend.termFrequencies(scope, terms)),
  vocabulary: (scope, range) => run('vocabulary', () => backend.vocabulary(scope, range)),
  indexState: (scope) => run('indexState', () => backend.indexState(scope)),
  linksAmong: (scope, ids) => run('linksAmong', () => backend.linksAmong(scope, ids)),
  relationships: (scope, query) => run('relationships', () => backend.relationships(scope, query)),
  relationshipsWithEnds: (scope, query) => run('relationships', () => backend.relationshipsWithEnds(scope, query)),
  traverse: (scope, request) => run('traverse', () => backend.traverse(scope, request)),
  statistics: (scope, top) => run('statistics', () => backend.statistics(scope, top)),
  facet: (scope, facet, prefix, limit) => run('facet', () => backend.facet(scope, facet, prefix, limit)),
  idsByPrefix: (scope, prefix, limit) => run('idsByPrefix', () => backend.idsByPrefix(scope, prefix, limit)),
  changes: (scope, query) => run('changes', () => backend.changes(scope, query)),
  idempotencyRecord: (scope, key) => run('idempotencyRecord', () => backend.idempotencyRecord(scope, key)),
  guardRevision: (scope, guard) => run('guardRevision', () => backend.guardRevision(scope, guard)),
});

/** Open once (again after a failure), close once, deadlines and translation of errors, the same for every backend. */
export const guardStore = (backend: Backend, options: GuardOptions): GuardedStore => {
  let opened: Promise<void> | undefined;
  let opening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const translate = (call: string, error: unknown): AppError => {
    const known =
      error instanceof AppError
        ? error
        : (backend.translate(error) ??
          new AppError('internal', 'The store failed in a way that was not foreseen; see the server log.', {
            cause: error,
          }));
    if (!callerFaults.has(known.code)) options.onFault?.(call, known);
    return known;
  };

  const admitted = async (): Promise<void> => {
    opened ??= backend.open(options.admit);
    await opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    options.admit?.(await backend.tenants());
  };

  const open = (): Promise<void> => {
    if (closing)
      return Promise.reject(new AppError('store_unavailable', 'The store is closed: the server is stopping.'));
    opening ??= admitted().catch((error: unknown) => {
      opening = undefined;
      throw translate('open', error);
    });
    return opening;
  };

  const attempt = async <T>(call: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw translate(call, error);
    }
  };

  const run = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
    await withDeadline('open', open(), options.deadlineMs);
    return attempt(call, withDeadline(call, work(), options.deadlineMs));
  };

  /** For a person at a terminal, who can wait and can interrupt. */
  const runUnbounded = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
    await open();
    return attempt(call, work());
  };

  return {
    capabilities: backend.capabilities,
    location: backend.location,
    open,
    close: () => {
      closing ??= Promise.resolve(opening)
        .catch(() => undefined)
        .then(() => (opened ? backend.close() : undefined));
      return closing;
    },
    inspect: () => runUnbounded('inspect', () => backend.inspect()),
    tenants: () => run('tenants', () => backend.tenants()),
    sealingKey: () => run('sealingKey', () => backend.sealingKey()),
    backup: (path) =>
      runUnbounded('backup', async () => {
        if (!backend.backup) {
          throw new AppError('invalid_input', "This store cannot copy itself; use its database's own backup tool.");
        }
        await backend.backup(path);
      }),
    write: (scope, batch) => {
      if (options.readOnly) {
        return Promise.reject(
          new AppError('read_only', 'The server runs read-only; start it without MEMORY_READ_ONLY to write.'),
        );
      }
      return run('write', () => backend.write(scope, batch));
    },
    ...guardedReads(backend, run),
  };
};
