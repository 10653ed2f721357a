import { expect } from 'vitest';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { AppError } from '../../src/errors.ts';
import type { Committed, WriteOperation } from '../../src/storage/batch.ts';
import type { Change, MemoryFilter } from '../../src/storage/query.ts';
import type { Backend } from '../../src/storage/store.ts';
import { batchOf, creates } from '../support/builders.ts';

/** A store in the hands of somebody with one scope. */
export abstract class Caller {
  abstract readonly scope: TenantScope;
  abstract get store(): Backend;

  write(...operations: readonly WriteOperation[]): Promise<Committed> {
    return this.store.write(this.scope, batchOf(operations));
  }

  /** Stores them in one batch, with their own words in the index. */
  async keep(...memories: readonly Memory[]): Promise<void> {
    await this.write(...memories.map((memory) => creates(memory)));
  }

  async memory(id: Memory['id']): Promise<Memory | undefined> {
    const [memory] = await this.store.memories(this.scope, [id], 'any');
    return memory;
  }

  async relationship(id: Relationship['id']): Promise<Relationship | undefined> {
    const query = { ids: [id], state: 'any', withTrashedEnds: true, limit: 1 } as const;
    const [relationship] = await this.store.relationships(this.scope, query);
    return relationship;
  }

  /** Ids of what passes the filter, ascending, as the numbers they were built from. */
  async matching(filter: MemoryFilter): Promise<readonly number[]> {
    const listing = { filter, sort: { field: 'created_at', direction: 'asc' }, limit: 1000 } as const;
    const memories = await this.store.listMemories(this.scope, listing);
    const count = await this.store.countMemories(this.scope, filter);
    expect(count, 'countMemories agrees with listMemories').toBe(memories.length);
    return numbersOf(memories).toSorted((a, b) => a - b);
  }

  changes(): Promise<readonly Change[]> {
    return this.store.changes(this.scope, { order: 'oldest_first', limit: 1000 });
  }

  /** Everything that a caller can see, to show that nothing or the same is there. */
  async everything(): Promise<unknown> {
    const { scope } = this;
    const sort = { field: 'title', direction: 'asc' } as const;
    return {
      memories: await this.store.listMemories(scope, { filter: { state: 'any' }, sort, limit: 1000 }),
      relationships: await this.store.relationships(scope, { state: 'any', withTrashedEnds: true, limit: 1000 }),
      statistics: await this.store.statistics(scope, 100),
      changes: await this.changes(),
      guard: await this.store.guardRevision(scope, 'acyclic_graph'),
      words: await this.store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 100, limit: 1000 }),
      indexState: await this.store.indexState(scope),
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
