import type { RelationshipType } from '../../src/domain/relationship.ts';
import type { TextQuery } from '../../src/storage/search-document.ts';
import { makeMemory, makeRelationship, relates } from '../support/builders.ts';
import type { Caller } from './caller.ts';
import { numbersOf } from './caller.ts';

export type Types = readonly RelationshipType[] | null;

/** The numbers of what matches, best first. */
export const rank = async (
  stage: Caller,
  query: TextQuery,
  types: Types = null,
  limit = 1000,
): Promise<readonly number[]> => numbersOf(await stage.store.searchRelationships(stage.scope, query, types, limit));

/** Relationships 1, 2, 3 … from memory 1 to memories 2, 3, 4 …, with these reasons. */
export const keepReasons = async (stage: Caller, ...reasons: readonly string[]): Promise<void> => {
  await stage.keep(makeMemory({ id: 1 }), ...reasons.map((_, index) => makeMemory({ id: index + 2 })));
  await stage.write(
    ...reasons.map((reason, index) => relates(makeRelationship({ id: index + 1, to: index + 2 }), reason)),
  );
};
