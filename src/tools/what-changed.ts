import * as z from 'zod';
import type { MemoryId } from '../domain/ids.ts';
import { AppError } from '../errors.ts';
import { isoTime } from '../service/record.ts';
import { type Changes, whatChanged as changesSince, type ToldChange } from '../service/what-changed.ts';
import { moment, paging } from './inputs.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { automaticMark, because, quoted } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const line = ({ entity, change, now }: ToldChange, titles: Changes['titles']): string => {
  const end = (id: MemoryId): string => `${id} ${quoted(titles.get(id) ?? '')}`;
  const who = change.by === null ? '' : ` by ${change.by}`;
  const what =
    now === null
      ? 'purged since'
      : entity === 'memory'
        ? `${now.type} ${quoted(now.title)}`
        : `${end(now.from)} ${now.type} ${end(now.to)}${automaticMark(now)}`;
  return `${isoTime(change.at)} ${entity} ${change.id} ${change.kind} v${change.version} ${what}${who}${because(change.reason)}`;
};

export const whatChanged = defineTool({
  name: 'what_changed',
  title: 'What changed',
  description: "Use to pick up where you stopped: changes since a time, or the last call's cursor, oldest first.",
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    since: moment.optional(),
    ...paging({ limit: 30, maxTokens: 1_500 }),
  }),
  run: async (input, context) => {
    if (input.since === undefined && input.cursor === undefined) {
      throw new AppError('invalid_input', 'Give since, e.g. 2026-11-23, or the cursor of an earlier call.');
    }
    const page = { limit: input.limit, cursor: input.cursor ?? null };
    const changes = await changesSince(context, input.since ?? null, page);
    if (changes.items.length === 0) return { text: `Nothing changed.\ncursor for later: ${changes.cursorAfter(0)}` };
    const text = listAnswer({
      head: `${changes.items.length} change${changes.items.length > 1 ? 's' : ''}${changes.more ? ', more follow' : ''}. ${dataMark}`,
      page: changes,
      maxTokens: input.max_tokens,
      lines: (item) => [line(item, changes.titles)],
      cursorName: changes.more ? 'more' : 'for later',
    });
    return { text };
  },
});
