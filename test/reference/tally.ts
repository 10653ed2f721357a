import type { Memory } from '../../src/domain/memory.ts';
import type { Facet, FacetCount, Statistics } from '../../src/storage/query.ts';
import { beginsIgnoringCase, compareText } from './order.ts';
import type { State } from './state.ts';
import { isLiveMemory, liveRelationships } from './state.ts';

const tally = (values: readonly string[]): readonly FacetCount[] => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareText(a.value, b.value));
};

const valuesOf: Readonly<Record<Facet, (memory: Memory) => readonly string[]>> = {
  tags: (memory) => memory.tags,
  projects: ({ context }) => (context.projectPath === null ? [] : [context.projectPath]),
  types: (memory) => [memory.type],
  languages: ({ context }) => context.languages,
  frameworks: ({ context }) => context.frameworks,
  teams: ({ context }) => (context.visibility === 'team' && context.teamId !== null ? [context.teamId] : []),
};

const liveMemories = (state: State): readonly Memory[] => [...state.memories.values()].filter(isLiveMemory);

/** A value counts once for each memory that has it. */
export const tallyFacet = (state: State, facet: Facet, prefix: string, limit: number): readonly FacetCount[] =>
  tally(liveMemories(state).flatMap((memory) => [...new Set(valuesOf[facet](memory))]))
    .filter(({ value }) => beginsIgnoringCase(value, prefix))
    .slice(0, limit);

const asRecord = (counts: readonly FacetCount[]): Record<string, number> =>
  Object.fromEntries(counts.map(({ value, count }) => [value, count]));

/** Relationships count while they are live between live memories, as everywhere. */
export const gatherStatistics = (state: State, top: number): Statistics => {
  const live = liveMemories(state);
  const relationships = liveRelationships(state);
  return {
    memories: live.length,
    trashed: state.memories.size - live.length,
    relationships: relationships.length,
    byType: asRecord(tally(live.map(({ type }) => type))),
    byRelationshipType: asRecord(tally(relationships.map(({ type }) => type))),
    tags: tallyFacet(state, 'tags', '', top),
    projects: tallyFacet(state, 'projects', '', top),
  };
};
