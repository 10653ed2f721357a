import { expect } from 'vitest';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, WriteOperation } from '../../src/storage/batch.ts';
import type { Change, MemoryFilter } from '../../src/storage/query.ts';
import type { Backend } from '../../src/storage/store.ts';
import { batchOf, creates } from '../support/builders.ts';
import { asMember, memberScope } from './member.ts';
import type { Mode, Place, Target } from './target.ts';

/**
 * What one case plays on: an empty place and a handle on it, in one mode. In multi-tenant mode the case is played as one member of one
 * tenant and need not know: the records it writes are stamped with tenant, creator and visibility, and come back without.
 */
export class Stage {
  readonly mode: Mode;
  readonly scope: TenantScope;
  readonly #place: Place;
  readonly #open = new Set<Backend>();
  #bare: Backend;
  #store: Backend;

  private constructor(mode: Mode, place: Place, bare: Backend) {
    this.mode = mode;
    this.scope = mode === 'single' ? singleTenantScope : memberScope;
    this.#place = place;
    this.#bare = bare;
    this.#store = this.#dress(bare);
  }

  static async set(target: Target, mode: Mode = 'single'): Promise<Stage> {
    const place = await target.place();
    const bare = await place.handle(mode);
    const stage = new Stage(mode, place, bare);
    stage.#open.add(bare);
    await bare.open();
    return stage;
  }

  #dress(store: Backend): Backend {
    return this.mode === 'single' ? store : asMember(store);
  }

  get store(): Backend {
    return this.#store;
  }

  /** The store as it is: records go in and out untouched. */
  get bare(): Backend {
    return this.#bare;
  }

  /** One more handle on the same data. */
  async anotherHandle(): Promise<Backend> {
    return this.#dress(await this.bareHandle(this.mode));
  }

  /** A handle on the same data in a mode of its own, with records as they are. */
  async bareHandle(mode: Mode): Promise<Backend> {
    const store = await this.#place.handle(mode);
    this.#open.add(store);
    await store.open();
    return store;
  }

  /** Closes every handle and opens the place again, as the next process would. */
  async reopen(): Promise<void> {
    await this.#closeAll();
    this.#take(await this.bareHandle(this.mode));
  }

  /** From now on the case plays on a backup. */
  async moveToBackup(path: string): Promise<void> {
    await this.#closeAll();
    const store = await this.#place.handleOnBackup?.(path, this.mode);
    if (store === undefined) throw new Error('the place cannot open the backup that the store made');
    this.#open.add(store);
    await store.open();
    this.#take(store);
  }

  #take(store: Backend): void {
    this.#bare = store;
    this.#store = this.#dress(store);
  }

  async strike(): Promise<void> {
    await this.#closeAll();
    await this.#place.destroy();
  }

  async #closeAll(): Promise<void> {
    const handles = [...this.#open];
    this.#open.clear();
    for (const handle of handles) await handle.close();
  }

  write(...operations: readonly WriteOperation[]): Promise<Committed> {
    return this.#store.write(this.scope, batchOf(operations));
  }

  /** Stores them in one batch, with their own words in the index. */
  async keep(...memories: readonly Memory[]): Promise<void> {
    await this.write(...memories.map((memory) => creates(memory)));
  }

  async memory(id: Memory['id']): Promise<Memory | undefined> {
    const [memory] = await this.#store.memories(this.scope, [id], 'any');
    return memory;
  }

  async relationship(id: Relationship['id']): Promise<Relationship | undefined> {
    const query = { ids: [id], state: 'any', withTrashedEnds: true, limit: 1 } as const;
    const [relationship] = await this.#store.relationships(this.scope, query);
    return relationship;
  }

  /** Ids of what passes the filter, ascending, as the numbers they were built from. */
  async matching(filter: MemoryFilter): Promise<readonly number[]> {
    const listing = { filter, sort: { field: 'created_at', direction: 'asc' }, limit: 1000 } as const;
    const memories = await this.#store.listMemories(this.scope, listing);
    const count = await this.#store.countMemories(this.scope, filter);
    expect(count, 'countMemories agrees with listMemories').toBe(memories.length);
    return numbersOf(memories).toSorted((a, b) => a - b);
  }

  changes(): Promise<readonly Change[]> {
    return this.#store.changes(this.scope, { order: 'oldest_first', limit: 1000 });
  }

  /** Everything that a caller can see, to show that nothing or the same is there. */
  async everything(): Promise<unknown> {
    const { scope } = this;
    const sort = { field: 'title', direction: 'asc' } as const;
    return {
      memories: await this.#store.listMemories(scope, { filter: { state: 'any' }, sort, limit: 1000 }),
      relationships: await this.#store.relationships(scope, { state: 'any', withTrashedEnds: true, limit: 1000 }),
      statistics: await this.#store.statistics(scope, 100),
      changes: await this.changes(),
      guard: await this.#store.guardRevision(scope, 'acyclic_graph'),
      words: await this.#store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 100, limit: 1000 }),
      indexState: await this.#store.indexState(scope),
    };
  }
}

/** The numbers that builders made the ids of. */
export const numbersOf = (records: readonly { readonly id: string }[]): readonly number[] =>
  records.map(({ id }) => Number.parseInt(id.slice(0, 8), 16));

/** Awaits a refusal with this code and, where they are given, exactly these details; gives it back. */
export const expectRefusal = async (
  answer: Promise<unknown>,
  code: ErrorCode,
  details?: Readonly<Record<string, unknown>>,
): Promise<AppError> => {
  const outcome = await answer.then(
    () => 'no error',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(AppError);
  const error = outcome as AppError;
  expect({ code: error.code, details: error.details }).toEqual({ code, details: details ?? error.details });
  return error;
};
