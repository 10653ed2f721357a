import { inspect, isDeepStrictEqual } from 'node:util';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { SearchHit } from '../../src/storage/query.ts';
import type { GraphStore } from '../../src/storage/store.ts';
import type { ReferenceStore } from '../reference/store.ts';
import type { Read } from './play.ts';

const show = (value: unknown): string => inspect(value, { depth: 8, breakLength: 120 });

const complain = (command: unknown, expected: unknown, actual: unknown): never => {
  throw new Error(`answers differ\nafter ${show(command)}\nexpected ${show(expected)}\nreceived ${show(actual)}`);
};

export const expectSame = (command: unknown, expected: unknown, actual: unknown): void => {
  if (!isDeepStrictEqual(actual, expected)) complain(command, expected, actual);
};

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);

/**
 * Same memories in the same order with the same scores. Sums that are added up in another order differ in their last bits, so
 * two memories whose scores are that close may change places; by its own scores a store is in order, ties by id.
 */
export const expectSameHits = async (
  scope: TenantScope,
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

/** The same for reasons, which come without scores: those of the reference decide, and ids where the words are the same. */
export const expectSameReasons = async (
  scope: TenantScope,
  question: Read & { command: 'reasons' },
  reference: ReferenceStore,
  store: GraphStore,
): Promise<void> => {
  const { query, types, limit } = question;
  const all = reference.rankedRelationships(scope, query, types);
  const expected = all.slice(0, limit);
  const actual = await store.searchRelationships(scope, query, types, limit);
  const twins = actual.map(({ id }) => all.find(({ relationship }) => relationship.id === id));
  const fits = (relationship: Relationship, index: number): boolean => {
    const [twin, place, before] = [twins[index], expected[index], twins[index - 1]];
    return (
      twin !== undefined &&
      place !== undefined &&
      isClose(twin.score, place.score) &&
      isDeepStrictEqual(relationship, twin.relationship) &&
      (before === undefined || !isDeepStrictEqual(before.words, twin.words) || before.relationship.id < relationship.id)
    );
  };
  if (actual.length !== expected.length || !actual.every(fits)) complain(question, expected, actual);
};
