import type { ListResourcesResult, Resource } from '@modelcontextprotocol/server';
import type { MemoryId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { ServiceContext } from '../service/context.ts';
import { getMemories } from '../service/get-memories.ts';
import { recentMemories } from '../service/recent-memories.ts';
import { isoTime } from '../service/record.ts';
import { searchMemories } from '../service/search-memories.ts';
import { oneLine, opening } from '../tools/text/memory-lines.ts';
import { memoryPage, recentPage } from '../tools/text/memory-page.ts';
import { memoryUri } from './resource-uris.ts';

const perPage = 50;
const descriptionCharacters = 120;
const recentShown = 20;

const resourceOf = (memory: Memory): Resource => ({
  uri: memoryUri(memory.id),
  name: oneLine(memory.title),
  description: `${memory.type}: ${opening(memory.summary ?? memory.content, descriptionCharacters)}`,
  mimeType: 'text/markdown',
  annotations: { priority: memory.importance, lastModified: isoTime(memory.updatedAt) },
});

/** Memories as entries of a list, the newest first. Throws `cursor_invalid`. */
export const listMemoryResources = async (
  context: ServiceContext,
  cursor: string | null,
): Promise<ListResourcesResult> => {
  const everything = { query: null, terms: [], options: {}, filter: {}, sort: null };
  const found = await searchMemories(context, everything, { limit: perPage, cursor });
  const nextCursor = found.cursorAfter(found.items.length);
  return { resources: found.items.map(resourceOf), ...(nextCursor === null ? {} : { nextCursor }) };
};

/** Null if there is no such memory. The id of a merged memory brings the one that answers for it. */
export const memoryPageText = async (context: ServiceContext, id: MemoryId): Promise<string | null> => {
  const [opened] = (await getMemories(context, [id], true)).opened;
  if (opened === undefined) return null;
  context.noteUse([opened.memory.id]);
  return memoryPage(opened);
};

export const recentPageText = async (context: ServiceContext): Promise<string> =>
  recentPage(await recentMemories(context, recentShown));
