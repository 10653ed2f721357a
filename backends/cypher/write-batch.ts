import { audienceOf } from '../../src/domain/access.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Committed, WriteBatch } from '../../src/storage/batch.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import { applyOperation, type Writer } from './apply-batch.ts';
import { commitStatement } from './commit.ts';
import { type Attempt, attempted, contend } from './contend.ts';
import type { Dialect } from './dialect.ts';
import { type Draft, draftOf } from './draft.ts';
import { audienceMark } from './keys.ts';
import { loadImages } from './load-images.ts';
import { textProperties } from './texts.ts';

const planned = (
  dialect: Dialect,
  scope: TenantScope,
  batch: WriteBatch,
  images: Parameters<typeof draftOf>[0],
): Draft => {
  const textsOf = (memory: Memory, document: SearchDocument): ReturnType<Writer['textsOf']> =>
    textProperties(document, audienceMark(scope.tenant, audienceOf(memory.context) ?? ''), dialect.longestToken);
  const draft = draftOf(images);
  for (const operation of batch.operations) applyOperation(draft, { scope, batch, textsOf }, operation);
  return draft;
};

const attemptOnce = async (
  dialect: Dialect,
  scope: TenantScope,
  batch: WriteBatch,
  operation: string,
): Promise<Attempt<Committed>> => {
  const read = await attempted(dialect.outcomeOf, ['again'], () => loadImages(dialect, scope, batch));
  if ('lost' in read) return read;
  const { head } = read.value;
  // An attempt before this one, whose answer was lost, came through after all.
  if (head.operations.includes(operation)) return { value: { seq: head.seq } };
  const draft = planned(dialect, scope, batch, read.value);
  const statement = commitStatement(dialect, scope, draft, operation);
  const written = await attempted(dialect.outcomeOf, ['again', 'unknown'], () => dialect.write(statement));
  if ('lost' in written) return written;
  return written.value.length > 0 ? { value: { seq: draft.seq } } : { lost: null };
};

/** `next` gives an id for this operation and for no other. */
export const writeBatch = (
  dialect: Dialect,
  scope: TenantScope,
  batch: WriteBatch,
  nextId: () => string,
): Promise<Committed> => {
  const operation = nextId();
  return contend(operation, () => attemptOnce(dialect, scope, batch, operation));
};

/** One write of a tenant at a time from this process: others would only lose the race. */
export const inTurn = (): (<T>(tenant: string, work: () => Promise<T>) => Promise<T>) => {
  const last = new Map<string, Promise<unknown>>();
  return (tenant, work) => {
    const turn = (last.get(tenant) ?? Promise.resolve()).then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    last.set(tenant, settled);
    void settled.then(() => {
      if (last.get(tenant) === settled) last.delete(tenant);
    });
    return turn;
  };
};
