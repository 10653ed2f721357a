import { audienceOf } from '../../src/domain/access.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, WriteBatch } from '../../src/storage/batch.ts';
import type { SearchDocument } from '../../src/storage/search-document.ts';
import { applyOperation, type Writer } from './apply-batch.ts';
import { type Beside, commitStatement } from './commit.ts';
import { type Attempt, attempted, contend } from './contend.ts';
import type { Dialect } from './dialect.ts';
import { type Draft, draftOf, type Images } from './draft.ts';
import { audienceMark } from './keys.ts';
import { loadImages, type Touched, touchedBy } from './load-images.ts';
import { textProperties } from './texts.ts';

export const moved = (tenant: TenantId): AppError =>
  new AppError(
    'store_foreign',
    `What is here belongs to tenant ${tenant} now. Start the server with MEMORY_MULTI_TENANT_MODE=true.`,
  );

const planned = (dialect: Dialect, scope: TenantScope, batch: WriteBatch, images: Images): Draft => {
  const textsOf = (memory: Memory, document: SearchDocument): ReturnType<Writer['textsOf']> =>
    textProperties(document, audienceMark(scope.tenant, audienceOf(memory.context) ?? ''), dialect.longestToken);
  const draft = draftOf(images);
  for (const operation of batch.operations) applyOperation(draft, { scope, batch, textsOf }, operation);
  return draft;
};

/** What a write comes to, worked out from what it found. */
export interface Planned {
  readonly draft: Draft;
  readonly beside?: Beside;
}

const attemptOnce = async (
  dialect: Dialect,
  tenant: TenantId | null,
  touched: Touched,
  plan: (images: Images) => Planned,
  operation: string,
): Promise<Attempt<Committed>> => {
  const read = await attempted(dialect.outcomeOf, ['again'], () => loadImages(dialect, tenant, touched));
  if ('lost' in read) return read;
  const { head } = read.value;
  // An attempt before this one, whose answer was lost, came through after all.
  if (head.operations.includes(operation)) return { value: { seq: head.seq } };
  const { draft, beside } = plan(read.value);
  const statement = commitStatement(dialect, tenant, draft, operation, beside);
  const written = await attempted(dialect.outcomeOf, ['again', 'unknown'], () => dialect.write(statement));
  if ('lost' in written) return written;
  return written.value.length > 0 ? { value: { seq: draft.seq } } : { lost: null };
};

/** Plans anew each time that somebody else was faster. `operation` names this write and no other. */
export const commitPlanned = (
  dialect: Dialect,
  tenant: TenantId | null,
  touched: Touched,
  operation: string,
  plan: (images: Images) => Planned,
): Promise<Committed> => contend(operation, () => attemptOnce(dialect, tenant, touched, plan, operation));

/** `next` gives an id for this operation and for no other. */
export const writeBatch = (
  dialect: Dialect,
  scope: TenantScope,
  batch: WriteBatch,
  nextId: () => string,
): Promise<Committed> =>
  commitPlanned(dialect, scope.tenant, touchedBy(scope, batch), nextId(), (images) => {
    const { movedTo } = images.head;
    if (movedTo !== null) throw moved(movedTo);
    return { draft: planned(dialect, scope, batch, images) };
  });

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
