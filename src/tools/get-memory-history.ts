import * as z from 'zod';
import type { Memory } from '../domain/memory.ts';
import type { ServiceContext } from '../service/context.ts';
import { diffMemories } from '../service/diff-memories.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import {
  type MemoryHistory,
  type MemoryVersion,
  memoryHistory,
  memoryInAnyState,
  versionOf,
} from '../service/memory-history.ts';
import { isoTime } from '../service/record.ts';
import { revertMemory } from '../service/restore-memory.ts';
import { paging } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { dataMark, listAnswer } from './text/list-answer.ts';
import { because, quoted } from './text/memory-lines.ts';
import { receipt } from './text/receipt.ts';
import { defineTool, type ToolAnswer } from './tool.ts';

const closingReserve = 80;
const version = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const reading = {
  memory_id: z.string(),
  from_version: version.optional(),
  to_version: version.optional(),
  ...paging({ limit: 20, maxTokens: 1_500 }),
};
type Reading = z.output<z.ZodObject<typeof reading>>;

const fitted = (lines: readonly string[], maxTokens: number): ToolAnswer => {
  const room = new AnswerBudget(maxTokens, closingReserve);
  const end = lines.findIndex((line) => !room.take(line));
  if (end === -1) return { text: lines.join('\n') };
  const left = lines.length - end;
  return {
    text: [...lines.slice(0, end), `truncated: ${left} more lines did not fit into max_tokens ${maxTokens}`].join('\n'),
  };
};

/** What the kind of a change says by itself. */
const implied = new Set(['deleted_at', 'merged_into']);

const changedNames = (newer: MemoryVersion, older: MemoryVersion | null): string => {
  if (!older) return '';
  const { fields, content } = diffMemories(older.record, newer.record);
  const names = [
    ...(content.length > 0 ? ['content'] : []),
    ...fields.flatMap(({ field }) => (implied.has(field) ? [] : [field])),
  ];
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
};

const headOf = (current: Memory): string => {
  const where =
    current.mergedInto === null
      ? current.deletedAt === null
        ? ''
        : ' (in the trash)'
      : ` (merged into ${current.mergedInto})`;
  return `${current.type} ${current.id} v${current.version} ${quoted(current.title)}${where}. ${dataMark}`;
};

const versionsText = (history: MemoryHistory, maxTokens: number): string =>
  listAnswer({
    head: headOf(history.current),
    page: history,
    maxTokens,
    lines: (entry) => {
      const who = entry.by === null ? '' : ` by ${entry.by}`;
      const what = `${entry.kind ?? 'stored'}${changedNames(entry, history.before(entry))}`;
      return [`v${entry.version} ${isoTime(entry.at)} ${what}${who}${because(entry.reason)}`];
    },
  });

const differenceLines = (before: MemoryVersion, after: MemoryVersion): readonly string[] => {
  const { fields, content } = diffMemories(before.record, after.record);
  if (fields.length + content.length === 0) return ['no difference'];
  return [
    ...fields.map(({ field, before: was, after: is }) => `${field}: ${JSON.stringify(was)} -> ${JSON.stringify(is)}`),
    ...(content.length > 0 ? ['content:'] : []),
    ...content.map(({ kind, line }) => `  ${kind === 'added' ? '+' : '-'} ${line}`),
  ];
};

const read = async (input: Reading, context: ServiceContext): Promise<ToolAnswer> => {
  const id = requireMemoryId(input.memory_id, 'memory_id');
  if (input.from_version === undefined && input.to_version === undefined) {
    const page = { limit: input.limit, cursor: input.cursor ?? null };
    return { text: versionsText(await memoryHistory(context, id, page), input.max_tokens) };
  }
  const current = await memoryInAnyState(context, id);
  const to = input.to_version ?? current.version;
  const from = input.from_version ?? Math.max(1, to - 1);
  const lines = differenceLines(await versionOf(context, current, from), await versionOf(context, current, to));
  return fitted([headOf(current), `from v${from} to v${to}`, ...lines], input.max_tokens);
};

const readOnlyHistory = defineTool({
  name: 'get_memory_history',
  title: 'Get memory history',
  description: 'Use to see how a memory came to be: its versions, or with from_version and to_version what differs.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject(reading),
  run: read,
});

export const getMemoryHistory = defineTool({
  ...readOnlyHistory,
  description:
    'Use to see how a memory came to be: its versions, or with from_version and to_version what differs. revert_to makes an old version the newest.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  whenReadOnly: readOnlyHistory,
  input: z.strictObject({ ...reading, revert_to: version.optional() }),
  run: async (input, context) => {
    if (input.revert_to === undefined) return read(input, context);
    const id = requireMemoryId(input.memory_id, 'memory_id');
    const reverted = await revertMemory(context, id, input.revert_to);
    return receipt({
      id,
      version: reverted.version,
      ...(reverted.changed ? { reverted_to: input.revert_to } : { changed: false }),
    });
  },
});
