import { createRelationship } from './create-relationship.ts';
import { deleteMemory } from './delete-memory.ts';
import { getMemory } from './get-memory.ts';
import { getRecentActivity } from './get-recent-activity.ts';
import { getRelatedMemories } from './get-related-memories.ts';
import { recallMemories } from './recall-memories.ts';
import { searchMemories } from './search-memories.ts';
import { storeMemory } from './store-memory.ts';
import type { Tool } from './tool.ts';
import { updateMemory } from './update-memory.ts';

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
];
