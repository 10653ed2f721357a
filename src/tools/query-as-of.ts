import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { type MemoryAsOf, queryAsOf as query, type StateAsOf } from '../service/query-as-of.ts';
import { isoTime } from '../service/record.ts';
import { moment, paging, strings } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { arrow, automaticMark, memoryLine, opening, quoted, reasonOf } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const connection = ({ memory, relationships }: MemoryAsOf, titles: StateAsOf['titles']): readonly string[] =>
  relationships.map((edge) => {
    const other = edge.from === memory.id ? edge.to : edge.from;
    const seen = arrow(edge.type, edge.from === memory.id, edge.bidirectional);
    return `  ${seen} ${other} ${quoted(titles.get(other) ?? '')}${automaticMark(edge)}${reasonOf(edge)}`;
  });

const countOf = ({ relationships }: MemoryAsOf): string =>
  relationships.length === 0 ? '' : `, ${relationships.length} relationship${relationships.length > 1 ? 's' : ''}`;

export const queryAsOf = defineTool({
  name: 'query_as_of',
  title: 'Query as of a time',
  description:
    'Use to see memories and relationships as they stood at a time. basis known: what was stored then; true: what held then by all that is known now.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    as_of: moment,
    basis: z.enum(['known', 'true']).default('known'),
    memory_ids: strings.max(limits.idsPerCall).optional(),
    query: z.string().max(limits.query).optional(),
    ...paging({ limit: 10, maxTokens: 1_500 }),
  }),
  run: async (input, context) => {
    const ids = (input.memory_ids ?? []).map((id) => requireMemoryId(id, 'memory_ids'));
    const page = { limit: input.limit, cursor: input.cursor ?? null };
    const state = await query(
      context,
      { at: input.as_of, basis: input.basis, ids, query: input.query?.trim() || null },
      page,
    );
    if (state.items.length === 0) {
      const cursor = state.cursorAfter(0);
      return {
        text: `Nothing of this was there at ${isoTime(input.as_of)}.${cursor === null ? '' : `\nmore: cursor ${cursor}`}`,
      };
    }
    const text = listAnswer({
      head: `as of ${isoTime(input.as_of)} (${input.basis})${state.cut ? ' (cut: too many relationships to look at all)' : ''}. ${dataMark}`,
      page: state,
      maxTokens: input.max_tokens,
      lines: (item) => [
        `${memoryLine(item.memory)} v${item.memory.version}${countOf(item)}`,
        `  ${opening(item.memory.content, 160)}`,
      ],
      extras: (item) => connection(item, state.titles),
    });
    return { text };
  },
});
