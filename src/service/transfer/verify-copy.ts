import { createHash } from 'node:crypto';
import type { MemoryId, RelationshipId } from '../../domain/ids.ts';
import type { Change } from '../../storage/query.ts';
import type { ServiceContext } from '../context.ts';
import { batches } from './batches.ts';
import { encodeChange } from './change-text.ts';
import { type Counts, type FileRecord, type OnProgress, type RecordKind, recordKinds } from './format.ts';
import { comparedFields } from './plan-import.ts';
import { encodeRecord, jsonText } from './record-text.ts';
import { changePages } from './snapshot.ts';

/** What the target has as the source has it, and what it has otherwise or not at all. */
export interface CopyCheck {
  readonly same: Counts;
  readonly differing: readonly { readonly kind: RecordKind; readonly id: string }[];
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Without the time of a change: a log never goes back in time, so behind newer lines an older one gets theirs. */
const digestOf = ({ kind, record }: FileRecord): string =>
  digest(jsonText(kind === 'change' ? encodeChange({ ...record, at: 0 }) : encodeRecord(record, comparedFields[kind])));

const idsOf = (batch: readonly FileRecord[]): readonly string[] => [...new Set(batch.map(({ record }) => record.id))];

/** The changes of these records, whatever their place in the log. */
async function* changesOf(
  context: ServiceContext,
  entity: Change['entity'],
  ids: readonly string[],
): AsyncGenerator<FileRecord> {
  if (ids.length === 0) return;
  for await (const page of changePages(context, { entity, ids: ids as readonly MemoryId[] })) {
    for (const record of page) yield { kind: 'change', line: 0, record };
  }
}

async function* counterparts(context: ServiceContext, batch: readonly FileRecord[]): AsyncGenerator<FileRecord> {
  const { store, scope } = context;
  const ids = idsOf(batch);
  const [first] = batch;
  if (first?.kind === 'memory') {
    const found = await store.memories(scope, ids as readonly MemoryId[], 'any');
    for (const record of found) yield { kind: 'memory', line: 0, record };
  } else if (first?.kind === 'relationship') {
    const query = { ids: ids as readonly RelationshipId[], state: 'any', withTrashedEnds: true } as const;
    const found = await store.relationships(scope, { ...query, limit: ids.length });
    for (const record of found) yield { kind: 'relationship', line: 0, record };
  } else {
    for (const entity of ['memory', 'relationship'] as const) {
      const named = batch.filter(({ kind, record }) => kind === 'change' && record.entity === entity);
      yield* changesOf(context, entity, idsOf(named));
    }
  }
}

/**
 * Reads both stores and compares, record by record, SHA-256 digests of all that an export tells of it; usage counts, which move with every
 * reading, are left out.
 */
export const verifyCopy = async (
  records: AsyncIterable<FileRecord>,
  target: ServiceContext,
  total: Counts,
  onProgress: OnProgress,
): Promise<CopyCheck> => {
  const same = Object.fromEntries(recordKinds.map((kind) => [kind, 0])) as Record<RecordKind, number>;
  const differing: { readonly kind: RecordKind; readonly id: string }[] = [];
  const done = { ...same };
  for await (const batch of batches(records)) {
    const there = new Set<string>();
    for await (const record of counterparts(target, batch)) there.add(digestOf(record));
    const kind = batch[0]?.kind ?? 'memory';
    for (const record of batch) {
      if (there.has(digestOf(record))) same[kind] += 1;
      else differing.push({ kind, id: record.record.id });
    }
    done[kind] += batch.length;
    onProgress({ phase: `verifying ${kind}`, done: done[kind], total: total[kind] });
  }
  return { same, differing };
};
