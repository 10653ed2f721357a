import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import type { Change } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

export interface Touched {
  /** Where the log was read to. */
  readonly seq: number;
  /** Memories that changed, or gained, lost or changed a relationship. */
  readonly ids: ReadonlySet<MemoryId>;
}

const readAtOnce = 200;

const touchedBy = async (context: ServiceContext, changes: readonly Change[]): Promise<readonly MemoryId[]> => {
  const own = changes.flatMap((change) => (change.entity === 'memory' ? [change.id] : []));
  const edges = new Set<RelationshipId>(
    changes.flatMap((change) => (change.entity === 'relationship' ? [change.id] : [])),
  );
  if (edges.size === 0) return own;
  const found = await context.store.relationships(context.scope, {
    ids: [...edges],
    state: 'any',
    withTrashedEnds: true,
    limit: edges.size,
  });
  return [...own, ...found.flatMap(({ from, to }) => [from, to])];
};

/** What reads differently since a place in the change log; null if nothing was written. */
export const touchedSince = async (
  context: ServiceContext,
  start: { readonly since: Millis } | { readonly afterSeq: number },
): Promise<Touched | null> => {
  const ids = new Set<MemoryId>();
  let seq: number | null = null;
  for (;;) {
    const from = seq === null ? start : { afterSeq: seq };
    const changes = await context.store.changes(context.scope, { ...from, order: 'oldest_first', limit: readAtOnce });
    for (const id of await touchedBy(context, changes)) ids.add(id);
    seq = changes.at(-1)?.seq ?? seq;
    if (changes.length < readAtOnce) return seq === null ? null : { seq, ids };
  }
};
