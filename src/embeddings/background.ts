import { setImmediate as pause } from 'node:timers/promises';
import type { Millis } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { TenantScope } from '../domain/scope.ts';
import { isAppError } from '../errors.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { VectorSpace } from '../storage/query.ts';
import type { GraphStore } from '../storage/store.ts';
import type { EmbeddingModel } from './model-space.ts';
import type { Outage } from './outage.ts';

export interface BackgroundParts {
  readonly model: EmbeddingModel;
  readonly outage: Outage;
  readonly store: () => Promise<GraphStore>;
  readonly scope: TenantScope;
  readonly now: () => Millis;
  readonly onStoreFault: (error: unknown) => void;
}

export interface Background {
  /** Looks a moment later for memories that lack a vector; called as often as one likes. */
  wake(): void;
  close(): Promise<void>;
}

const gatherMs = 1_000;
/** Models cut what is longer by themselves, at a fraction of this in most cases. */
const charactersRead = 4_000;
/** Clocks of several processes on one store differ, and a write may be under way. */
const overlapMs = 10 * 60_000;
/** Imported memories keep their old times, so that now and then all are looked at. */
const fullSweepMs = 60 * 60_000;

const textOf = ({ title, summary, content }: Memory): string =>
  [title, summary, content].filter(Boolean).join('\n').slice(0, charactersRead);

/** The server refused these texts, not the model or the caller. */
const isRefusal = (error: unknown): boolean =>
  isAppError(error) && [400, 413, 422].includes(Number(error.details.status));

const vectorsOf = async (model: EmbeddingModel, memories: readonly Memory[]): Promise<readonly WriteOperation[]> => {
  const vectors = await model.embed(memories.map(textOf));
  return memories.flatMap((memory, place): WriteOperation[] => {
    const vector = vectors[place];
    const { id, version } = memory;
    return vector === undefined ? [] : [{ op: 'set_vector', id, version, model: model.id, vector }];
  });
};

/** One text that the server refuses must not keep the others from their vectors. */
const vectorsOfEach = async (
  model: EmbeddingModel,
  memories: readonly Memory[],
): Promise<readonly WriteOperation[]> => {
  const done: WriteOperation[] = [];
  let refusal: unknown = null;
  for (const memory of memories) {
    try {
      done.push(...(await vectorsOf(model, [memory])));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
    }
  }
  if (done.length === 0 && memories.length > 1) throw refusal;
  return done;
};

const embedded = (model: EmbeddingModel, memories: readonly Memory[]): Promise<readonly WriteOperation[]> =>
  vectorsOf(model, memories).catch((error: unknown) => {
    if (isRefusal(error)) return vectorsOfEach(model, memories);
    throw error;
  });

/** Gives every live memory its vector, in batches, beside what the server is asked to do. Two processes on one store do no harm. */
export const embedInBackground = (parts: BackgroundParts): Background => {
  const { model, outage, scope, now } = parts;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let swept: Millis | null = null;
  let sweptAll = Number.NEGATIVE_INFINITY;

  const fromProvider = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      const result = await work;
      outage.answered();
      return result;
    } catch (error) {
      if (!closed) outage.failed(error);
      return null;
    }
  };

  /** False if the provider failed. */
  const sweep = async (space: VectorSpace, since: Millis | null): Promise<boolean> => {
    const store = await parts.store();
    const filter = since === null ? {} : { updatedAfter: since - overlapMs };
    let listing = { space, filter, limit: model.batch };
    while (!closed) {
      const memories = await store.unembedded(scope, listing);
      const last = memories.at(-1);
      if (last === undefined) return true;
      const operations = await fromProvider(embedded(model, memories));
      if (operations === null) return false;
      if (operations.length > 0) await store.write(scope, { operations, at: now(), by: null });
      listing = { ...listing, ...{ after: last.id } };
      await pause();
    }
    return true;
  };

  const work = async (): Promise<void> => {
    const begun = now();
    const space = await fromProvider(model.space());
    if (space === null) return;
    const all = swept === null || begun - sweptAll > fullSweepMs;
    if (!(await sweep(space, all ? null : swept)) || closed) return;
    swept = begun;
    if (all) sweptAll = begun;
  };

  const start = (afterMs: number): void => {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      // The pass under way may be past what this is about.
      if (running) again = true;
      else running = work().catch(parts.onStoreFault).finally(finished);
    }, afterMs).unref();
  };

  const finished = (): void => {
    running = undefined;
    if (again || outage.resting()) start(Math.max(gatherMs, outage.restMs()));
    again = false;
  };

  return {
    wake: () => start(Math.max(gatherMs, outage.restMs())),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
};
