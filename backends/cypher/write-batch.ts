import { setTimeout as delay } from 'node:timers/promises';
import { audienceOf } from '../../src/domain/access.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, WriteBatch } from '../../src/storage/batch.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import { applyOperation, type Writer } from './apply-batch.ts';
import { commitStatement } from './commit.ts';
import type { Dialect } from './dialect.ts';
import { type Draft, draftOf } from './draft.ts';
import { audienceMark, keyOf } from './keys.ts';
import { loadImages } from './load-images.ts';
import { textProperties } from './texts.ts';

const attempts = 60;
const longestWaitMs = 250;

const busy = (cause?: unknown): AppError =>
  new AppError('store_busy', 'Others keep writing to the store. Try again in a moment.', { cause });

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

/** Whether a write whose answer was lost is there all the same. */
const wasWritten = async (dialect: Dialect, scope: TenantScope, operation: string): Promise<boolean> => {
  const [row] = await dialect.read({
    text: 'MATCH (h:Head {key: $key}) RETURN h.operations AS operations',
    parameters: { key: keyOf(scope.tenant, 'head') },
  });
  return ((row?.operations ?? []) as readonly string[]).includes(operation);
};

type Attempt = { readonly seq: number } | { readonly lost: unknown };

const attemptOnce = async (
  dialect: Dialect,
  scope: TenantScope,
  batch: WriteBatch,
  operation: string,
): Promise<Attempt> => {
  const draft = planned(dialect, scope, batch, await loadImages(dialect, scope, batch));
  try {
    const rows = await dialect.write(commitStatement(scope, draft, operation, dialect.longestToken));
    return rows.length > 0 ? { seq: draft.seq } : { lost: null };
  } catch (error) {
    const outcome = dialect.outcomeOf(error);
    if (outcome === 'failed') throw error;
    if (outcome === 'unknown' && (await wasWritten(dialect, scope, operation))) return { seq: draft.seq };
    return { lost: error };
  }
};

/** `next` gives an id for this operation and for no other. */
export const writeBatch = async (
  dialect: Dialect,
  scope: TenantScope,
  batch: WriteBatch,
  nextId: () => string,
): Promise<Committed> => {
  const operation = nextId();
  let cause: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const result = await attemptOnce(dialect, scope, batch, operation);
    if ('seq' in result) return result;
    cause = result.lost;
    // Uneven, so that writers who met do not meet again.
    const spread = (Number.parseInt(operation.slice(0, 4), 16) + attempt * 7_919) % 1_000;
    await delay((Math.min(longestWaitMs, attempt * 4) * (500 + spread)) / 1_000);
  }
  throw busy(cause);
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
