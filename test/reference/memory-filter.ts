import type { Memory } from '../../src/domain/memory.ts';
import type { RelationshipType } from '../../src/domain/relationship.ts';
import type { MemoryFilter, MemoryListing, Sort } from '../../src/storage/query.ts';
import { compareText, compareValues, equalIgnoringCase } from './order.ts';
import type { State } from './state.ts';
import { hasMemoryState, isLiveId, isLiveRelationship } from './state.ts';

const isRelatedBy = (state: State, memory: Memory, types: readonly RelationshipType[]): boolean =>
  [...state.relationships.values()].some((relationship) => {
    const { from, to, type } = relationship;
    if (!isLiveRelationship(relationship) || !types.includes(type)) return false;
    return (from === memory.id && isLiveId(state, to)) || (to === memory.id && isLiveId(state, from));
  });

const isAmong = (values: readonly string[], wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || wanted.some((each) => values.some((value) => equalIgnoringCase(each, value)));

const hasTags = (memory: Memory, tags: MemoryFilter['tags']): boolean => {
  if (tags === undefined) return true;
  if (tags.values.length === 0) return false;
  const isThere = (tag: string): boolean => memory.tags.includes(tag);
  return tags.mode === 'all' ? tags.values.every(isThere) : tags.values.some(isThere);
};

export const passes = (state: State, memory: Memory, filter: MemoryFilter): boolean =>
  hasMemoryState(memory, filter.state ?? 'live') &&
  (filter.ids?.includes(memory.id) ?? true) &&
  (filter.types?.includes(memory.type) ?? true) &&
  hasTags(memory, filter.tags) &&
  (filter.projects === undefined ||
    (memory.context.projectPath !== null && filter.projects.includes(memory.context.projectPath))) &&
  isAmong(memory.context.languages, filter.languages) &&
  isAmong(memory.context.frameworks, filter.frameworks) &&
  memory.importance >= (filter.minImportance ?? 0) &&
  memory.confidence >= (filter.minConfidence ?? 0) &&
  memory.createdAt >= (filter.createdAfter ?? Number.NEGATIVE_INFINITY) &&
  memory.createdAt < (filter.createdBefore ?? Number.POSITIVE_INFINITY) &&
  memory.updatedAt >= (filter.updatedAfter ?? Number.NEGATIVE_INFINITY) &&
  (filter.deletedBefore === undefined || (memory.deletedAt !== null && memory.deletedAt < filter.deletedBefore)) &&
  (filter.relatedBy === undefined || isRelatedBy(state, memory, filter.relatedBy)) &&
  (filter.notRelatedBy === undefined ||
    (filter.notRelatedBy.length > 0 && !isRelatedBy(state, memory, filter.notRelatedBy)));

interface SortPosition {
  readonly value: number | string;
  readonly id: string;
}

const positionOf = (memory: Memory, { field }: Sort): SortPosition => {
  const { id, title, createdAt, updatedAt, importance, confidence } = memory;
  const values = { title, created_at: createdAt, updated_at: updatedAt, importance, confidence };
  return { value: values[field], id };
};

const comparePositions = (a: SortPosition, b: SortPosition, { direction }: Sort): number => {
  const byValue = compareValues(a.value, b.value);
  return (direction === 'asc' ? byValue : -byValue) || compareText(a.id, b.id);
};

export const filterMemories = (state: State, filter: MemoryFilter): readonly Memory[] =>
  [...state.memories.values()].filter((memory) => passes(state, memory, filter));

export const listMemories = (state: State, { filter, sort, after, limit }: MemoryListing): readonly Memory[] =>
  filterMemories(state, filter)
    .filter((memory) => after === undefined || comparePositions(positionOf(memory, sort), after, sort) > 0)
    .sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort), sort))
    .slice(0, limit);
