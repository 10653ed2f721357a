import type { Backend } from '../../src/storage/store.ts';
import { atomicity } from './atomicity.ts';
import { changeLog, changeQueries } from './change-log.ts';
import type { Concern } from './concern.ts';
import { concurrency } from './concurrency.ts';
import { filters } from './filters.ts';
import { indexProgress } from './index-state.ts';
import { guards, idempotencyKeys } from './keys-and-guards.ts';
import { lifecycle } from './lifecycle.ts';
import { links } from './links-among.ts';
import { paging, sorting } from './listing.ts';
import { memoryLookup, memoryRecords } from './memory-records.ts';
import { ranking } from './ranking.ts';
import { relationFilters } from './relation-filters.ts';
import { relationshipQueries } from './relationship-queries.ts';
import { relationshipRanking } from './relationship-ranking.ts';
import { relationshipRecords } from './relationship-records.ts';
import { relationshipMatching } from './relationship-search.ts';
import { matching, searchScope } from './search.ts';
import { facets, idPrefixes, statistics } from './statistics.ts';
import { graphInScope } from './tenants/graph-in-scope.ts';
import { ids } from './tenants/ids.ts';
import { linkRule, relinkRule } from './tenants/link-rule.ts';
import { tenantLog, tenantNumbers } from './tenants/log.ts';
import { matrix, scopeOfMode } from './tenants/matrix.ts';
import { readRule } from './tenants/read-rule.ts';
import { wordsInScope } from './tenants/words-in-scope.ts';
import { changeRule, createRule, purgeRule } from './tenants/write-rule.ts';
import { traversal } from './traversal.ts';
import { traversalBounds } from './traversal-bounds.ts';
import { indexUpkeep, purge, usage } from './upkeep.ts';
import { nearness } from './vectors.ts';
import { termCounts, vocabularyRanges } from './vocabulary.ts';
import { memoryConditions, relationshipConditions } from './write-conditions.ts';

type AtLeastOne = readonly [Concern, ...Concern[]];

/** What holds each member of a store to the contract; `migration` is held by test/migration. A member without a concern does not compile. */
export const concernsByMember: Readonly<Record<Exclude<keyof Backend, 'migration'>, AtLeastOne>> = {
  write: [memoryConditions, relationshipConditions, atomicity, usage, indexUpkeep, nearness, purge, concurrency],
  memories: [memoryRecords, memoryLookup],
  listMemories: [sorting, paging, filters, relationFilters],
  countMemories: [filters, relationFilters],
  search: [matching, searchScope, ranking],
  searchWithLinks: [links],
  searchRelationships: [relationshipMatching, relationshipRanking],
  nearest: [nearness],
  unembedded: [nearness],
  countEmbedded: [nearness],
  termFrequencies: [termCounts],
  vocabulary: [vocabularyRanges],
  indexState: [indexProgress],
  linksAmong: [links],
  relationships: [relationshipRecords, relationshipQueries],
  relationshipsWithEnds: [relationshipQueries],
  traverse: [traversal, traversalBounds],
  statistics: [statistics],
  facet: [facets],
  idsByPrefix: [idPrefixes],
  changes: [changeLog, changeQueries],
  idempotencyRecord: [idempotencyKeys],
  guardRevision: [guards],
  capabilities: [lifecycle],
  location: [lifecycle],
  open: [lifecycle, concurrency],
  close: [lifecycle],
  tenants: [lifecycle],
  sealingKey: [lifecycle],
  translate: [lifecycle],
  inspect: [lifecycle],
  backup: [lifecycle],
};

/** What holds a store to the walls between and inside tenants. */
const tenancy: readonly Concern[] = [
  readRule,
  createRule,
  changeRule,
  purgeRule,
  linkRule,
  relinkRule,
  matrix,
  scopeOfMode,
  ids,
  tenantLog,
  tenantNumbers,
  graphInScope,
  wordsInScope,
];

export const concerns: readonly Concern[] = [...new Set([...Object.values(concernsByMember).flat(), ...tenancy])];
