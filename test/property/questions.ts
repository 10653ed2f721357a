import fc from 'fast-check';
import type { MemoryId, RelationshipId } from '../../src/domain/ids.ts';
import { memoryId, relationshipId } from '../support/builders.ts';
import {
  components,
  fraction,
  language,
  memoryNumber,
  memoryType,
  model,
  moment,
  placed,
  project,
  relationshipNumber,
  relationTypes,
  tag,
  text,
  word,
} from './commands.ts';

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength: 4 });
/** A record any of whose keys may be missing; mostly most are, so that something is found. */
const partial = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries<fc.Arbitrary<unknown>>(model).map(([key, arbitrary]) => [
          key,
          fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary }),
        ]),
      ),
    )
    .map(
      (record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<T>,
    );

const ids: fc.Arbitrary<MemoryId[]> = fc.uniqueArray(memoryNumber.map(memoryId), { maxLength: 6 });
const repeatedIds: fc.Arbitrary<MemoryId[]> = fc.array(memoryNumber.map(memoryId), { maxLength: 8 });
const relationshipIds: fc.Arbitrary<RelationshipId[]> = some(relationshipNumber.map(relationshipId));
const memoryState = fc.constantFrom('live', 'trashed', 'any' as const);

const otherFilter = partial({
  state: memoryState,
  ids,
  types: some(memoryType),
  tags: fc.record({ values: some(tag), mode: fc.constantFrom('any', 'all' as const) }),
  projects: some(project),
  languages: some(language),
  frameworks: some(language),
  minImportance: fraction,
  minConfidence: fraction,
  createdAfter: moment,
  createdBefore: moment,
  updatedAfter: moment,
  relatedBy: some(relationTypes),
  notRelatedBy: some(relationTypes),
});
const filter = fc.oneof(
  { weight: 9, arbitrary: otherFilter },
  {
    weight: 1,
    arbitrary: fc
      .record({ other: otherFilter, deletedBefore: moment })
      .map(({ other, deletedBefore }) => ({ ...other, deletedBefore, state: 'trashed' as const })),
  },
);

const field = fc.constantFrom('created_at', 'updated_at', 'importance', 'confidence', 'title' as const);
const direction = fc.constantFrom('asc', 'desc' as const);
const pageSize = fc.constantFrom<number>(1, 2, 3, 5, 100);
const limit = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 19, arbitrary: pageSize });

const queryOf = (texts: fc.Arbitrary<string>) =>
  fc.record({
    mode: fc.constantFrom('any', 'all' as const),
    groups: fc.array(fc.array(fc.record({ text: texts, prefix: fc.boolean() }), { maxLength: 3 }), { maxLength: 3 }),
  });
const textQuery = queryOf(word);
const reasonQuery = queryOf(fc.oneof(word, word, placed, fc.constant('has=')));

const relationshipQuery = partial({
  of: ids,
  ids: relationshipIds,
  types: some(relationTypes),
  direction: fc.constantFrom('outgoing', 'incoming', 'both' as const),
  state: fc.constantFrom('live', 'closed', 'removed', 'any' as const),
  withTrashedEnds: fc.boolean(),
  after: relationshipNumber.map(relationshipId),
});

const walk = partial({ until: memoryNumber, types: some(relationTypes) });
const changeBounds = partial({
  entity: fc.constantFrom('memory', 'relationship' as const),
  ids: fc.array(fc.oneof(memoryNumber.map(memoryId), relationshipNumber.map(relationshipId)), { maxLength: 4 }),
  afterSeq: fc.nat(40),
  beforeSeq: fc.nat(40),
  since: moment,
});

/** Every way to ask a store something, as plain data. */
export const read = fc.oneof(
  fc.record({ command: fc.constant('memories'), ids: repeatedIds, state: memoryState }),
  fc.record({ command: fc.constant('leaf'), filter, field, direction, limit: pageSize }),
  fc.record({
    command: fc.constant('page'),
    filter,
    field,
    direction,
    limit,
    after: fc.record({ number: fraction, moment, text, id: memoryNumber }),
  }),
  fc.record({ command: fc.constant('count'), filter }),
  fc.record({ command: fc.constant('search'), query: textQuery, filter, limit }),
  fc.record({ command: fc.constant('search'), query: textQuery, filter: fc.constant({}), limit }),
  fc.record({
    command: fc.constant('reasons'),
    query: reasonQuery,
    types: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: some(relationTypes) }),
    limit,
  }),
  fc.record({ command: fc.constant('frequencies'), terms: fc.array(fc.oneof(word, placed), { maxLength: 8 }) }),
  fc.record({
    command: fc.constant('vocabulary'),
    range: fc.record({
      prefix: fc.oneof(fc.constantFrom('', 'a', 'al', 'b', 'g', '漢', 'z'), word),
      minLength: fc.integer({ min: 1, max: 5 }),
      maxLength: fc.constantFrom(1, 2, 4, 8, 100),
      limit,
    }),
  }),
  fc.record({ command: fc.constant('nearest'), model, components, filter, limit }),
  fc.record({ command: fc.constant('embedded'), model }),
  fc.record({ command: fc.constant('lacking'), model, filter, after: fc.option(memoryNumber), limit }),
  fc.record({ command: fc.constant('index') }),
  fc.record({ command: fc.constant('links'), ids: repeatedIds }),
  fc.record({ command: fc.constant('relationships'), query: relationshipQuery, limit }),
  fc.record({
    command: fc.constant('traverse'),
    from: memoryNumber,
    walk,
    direction: fc.constantFrom('outgoing', 'incoming', 'both' as const),
    maxDepth: fc.integer({ min: 1, max: 5 }),
    maxNodes: fc.constantFrom(1, 2, 4, 1000),
    fanOut: fc.constantFrom(1, 2, 3, 1000),
  }),
  fc.record({ command: fc.constant('statistics'), top: fc.constantFrom(0, 1, 2, 100) }),
  fc.record({
    command: fc.constant('facet'),
    facet: fc.constantFrom('tags', 'projects', 'types', 'languages', 'frameworks', 'teams' as const),
    prefix: fc.oneof(fc.constantFrom('', 'A', 'a', 'g', '/', 'ä', 'Ä', '%', '_', 'co'), text),
    limit,
  }),
  fc.record({ command: fc.constant('prefix'), of: memoryNumber, length: fc.nat(36), limit }),
  fc.record({
    command: fc.constant('changes'),
    bounds: changeBounds,
    order: fc.constantFrom('oldest_first', 'newest_first' as const),
    limit,
  }),
  fc.record({ command: fc.constant('key'), key: fc.constantFrom('k', 'K', '%', 'é', 'e\u0301', '_') }),
  fc.record({ command: fc.constant('guard') }),
  fc.record({ command: fc.constant('reopen') }),
);
