import { createRelationship } from './create-relationship.ts';
import { deleteMemory } from './delete-memory.ts';
import { getMemory } from './get-memory.ts';
import { getRecentActivity } from './get-recent-activity.ts';
import { getRelatedMemories } from './get-related-memories.ts';
import { recallMemories } from './recall-memories.ts';
import { searchMemories } from './search-memories.ts';
import { storeMemory } from './store-memory.ts';
import type { Tool, ToolProfile } from './tool.ts';
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

/** What is offered: `extended` includes `core`; a read-only server has no tool that writes. */
export const offeredTools = (profile: ToolProfile, readOnly: boolean): readonly Tool[] =>
  tools
    .filter((tool) => profile === 'extended' || tool.profile === 'core')
    .flatMap((tool) => {
      if (!readOnly || tool.annotations.readOnlyHint) return [tool];
      return tool.whenReadOnly ? [tool.whenReadOnly] : [];
    });
