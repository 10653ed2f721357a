import { contextualSearch } from './contextual-search.ts';
import { createRelationship } from './create-relationship.ts';
import { deleteMemory } from './delete-memory.ts';
import { deleteRelationship } from './delete-relationship.ts';
import { findPath } from './find-path.ts';
import { getMemory } from './get-memory.ts';
import { getMemoryHistory } from './get-memory-history.ts';
import { getMemoryStatistics } from './get-memory-statistics.ts';
import { getRecentActivity } from './get-recent-activity.ts';
import { getRelatedMemories } from './get-related-memories.ts';
import { listTeams } from './list-teams.ts';
import { mergeMemories } from './merge-memories.ts';
import { queryAsOf } from './query-as-of.ts';
import { recallMemories } from './recall-memories.ts';
import { restoreMemory } from './restore-memory.ts';
import { searchMemories } from './search-memories.ts';
import { searchRelationshipsByContext } from './search-relationships-by-context.ts';
import { shareMemory } from './share-memory.ts';
import { storeMemory } from './store-memory.ts';
import type { Tool } from './tool.ts';
import { updateMemory } from './update-memory.ts';
import { updateRelationship } from './update-relationship.ts';
import { whatChanged } from './what-changed.ts';
import { whoami } from './whoami.ts';

/** In the order in which a model reads them. */
export const tools: readonly Tool[] = [
  recallMemories,
  storeMemory,
  getMemory,
  searchMemories,
  updateMemory,
  deleteMemory,
  createRelationship,
  getRelatedMemories,
  getRecentActivity,
  whoami,
  listTeams,
  shareMemory,
  getMemoryStatistics,
  searchRelationshipsByContext,
  contextualSearch,
  findPath,
  updateRelationship,
  deleteRelationship,
  getMemoryHistory,
  queryAsOf,
  whatChanged,
  restoreMemory,
  mergeMemories,
];
