import { inspect, isDeepStrictEqual } from 'node:util';
import { singleTenantScope as scope } from '../../src/auth/policy.ts';
import type { SearchHit } from '../../src/storage/query.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import type { Command, Read } from './play.ts';

const show = (value: unknown): string => inspect(value, { depth: 8, breakLength: 120 });

const complain = (command: Command, expected: unknown, actual: unknown): never => {
  throw new Error(`answers differ\nafter ${show(command)}\nexpected ${show(expected)}\nreceived ${show(actual)}`);
};

export const expectSame = (command: Command, expected: unknown, actual: unknown): void => {
  if (!isDeepStrictEqual(actual, expected)) complain(command, expected, actual);
};

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);

/**
 * Same memories in the same order with the same scores. Sums that are added up in another order differ in their last bits, so
 * two memories whose scores are that close may change places; by its own scores a store is in order, ties by id.
 */
export const expectSameHits = async (
  question: Read & { command: 'search' },
  reference: GraphStore,
  store: GraphStore,
): Promise<void> => {
  const { query, filter, limit } = question;
  const all = await reference.search(scope, query, filter, 1000);
  const expected = all.slice(0, limit);
  const actual = await store.search(scope, query, filter, limit);
  const inReference = new Map(all.map((hit) => [hit.memory.id, hit]));
  const fits = ({ memory, score }: SearchHit, index: number): boolean => {
    const twin = inReference.get(memory.id);
    const place = expected[index];
    return (
      twin !== undefined &&
      place !== undefined &&
      isClose(score, twin.score) &&
      isClose(twin.score, place.score) &&
      isDeepStrictEqual(memory, twin.memory)
    );
  };
  const isInOrder = ({ memory, score }: SearchHit, index: number): boolean => {
    const before = actual[index - 1];
    return before === undefined || before.score > score || (before.score === score && before.memory.id < memory.id);
  };
  if (actual.length !== expected.length || !actual.every(fits) || !actual.every(isInOrder)) {
    complain(question, expected, actual);
  }
};
