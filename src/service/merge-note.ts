import type { MemoryId } from '../domain/ids.ts';
import type { ChangeNote } from '../storage/batch.ts';

/** What the log says of all that one merge changed; undoing it looks for this. */
export const mergeNote = (from: MemoryId, into: MemoryId): ChangeNote & { readonly kind: 'merged' } => ({
  kind: 'merged',
  reason: `${from} merged into ${into}`,
});
