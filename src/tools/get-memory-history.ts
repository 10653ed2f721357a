import * as z from 'zod';
import { diffMemories } from '../service/diff-memories.ts';
import { requireMemoryId } from '../service/find-memory.ts';
import { type MemoryHistory, type MemoryVersion, memoryHistory, versionOf } from '../service/memory-history.ts';
import { isoTime } from '../service/record.ts';
import { revertMemory } from '../service/restore-memory.ts';
import { budget } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { dataMark } from './text/list-answer.ts';
import { quoted } from './text/memory-lines.ts';
import { receipt } from './text/receipt.ts';
import { defineTool, type ToolAnswer } from './tool.ts';

const closingReserve = 80;
const version = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const reading = {
  memory_id: z.string(),
  from_version: version.optional(),
  to_version: version.optional(),
  max_tokens: budget(1_500),
};

const fitted = (lines: readonly string[], maxTokens: number): ToolAnswer => {
  const room = new AnswerBudget(maxTokens, closingReserve);
  const end = lines.findIndex((line) => !room.take(line));
  if (end === -1) return { text: lines.join('\n') };
  const left = lines.length - end;
  return {
    text: [...lines.slice(0, end), `truncated: ${left} more lines did not fit into max_tokens ${maxTokens}`].join('\n'),
  };
};

const changedNames = (newer: MemoryVersion, older: MemoryVersion | undefined): string => {
  if (!older) return '';
  const { fields, content } = diffMemories(older.record, newer.record);
  const names = [...(content.length > 0 ? ['content'] : []), ...fields.map(({ field }) => field)];
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
};

const versionLines = ({ versions, more }: MemoryHistory): readonly string[] => [
  ...versions.map((entry, index) => {
    const who = entry.by === null ? '' : ` by ${entry.by}`;
    const why = entry.reason === null ? '' : ` because ${JSON.stringify(entry.reason)}`;
    return `v${entry.version} ${isoTime(entry.at)} ${entry.kind ?? 'stored'}${changedNames(entry, versions[index + 1])}${who}${why}`;
  }),
  ...(more ? ['older versions are kept but not shown'] : []),
];

const differenceLines = (before: MemoryVersion, after: MemoryVersion): readonly string[] => {
  const { fields, content } = diffMemories(before.record, after.record);
  if (fields.length + content.length === 0) return ['no difference'];
  return [
    ...fields.map(({ field, before: was, after: is }) => `${field}: ${JSON.stringify(was)} -> ${JSON.stringify(is)}`),
    ...(content.length > 0 ? ['content:'] : []),
    ...content.map(({ kind, line }) => `  ${kind === 'added' ? '+' : '-'} ${line}`),
  ];
};

const read = async (
  input: { memory_id: string; from_version?: number | undefined; to_version?: number | undefined; max_tokens: number },
  history: MemoryHistory,
): Promise<ToolAnswer> => {
  const { current } = history;
  const head = `${current.type} ${current.id} v${current.version} ${quoted(current.title)}${current.deletedAt === null ? '' : ' (in the trash)'}. ${dataMark}`;
  if (input.from_version === undefined && input.to_version === undefined) {
    return fitted([head, ...versionLines(history)], input.max_tokens);
  }
  const to = input.to_version ?? current.version;
  const from = input.from_version ?? Math.max(1, to - 1);
  const lines = differenceLines(versionOf(history, from), versionOf(history, to));
  return fitted([head, `from v${from} to v${to}`, ...lines], input.max_tokens);
};

const readOnlyHistory = defineTool({
  name: 'get_memory_history',
  title: 'Get memory history',
  description: 'Use to see how a memory came to be: its versions, or with from_version and to_version what differs.',
  profile: 'extended',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject(reading),
  run: async (input, context) =>
    read(input, await memoryHistory(context, requireMemoryId(input.memory_id, 'memory_id'))),
});

export const getMemoryHistory = defineTool({
  ...readOnlyHistory,
  description:
    'Use to see how a memory came to be: its versions, or with from_version and to_version what differs. revert_to makes an old version the newest.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  whenReadOnly: readOnlyHistory,
  input: z.strictObject({ ...reading, revert_to: version.optional() }),
  run: async (input, context) => {
    const id = requireMemoryId(input.memory_id, 'memory_id');
    if (input.revert_to === undefined) return read(input, await memoryHistory(context, id));
    const reverted = await revertMemory(context, id, input.revert_to);
    return receipt({
      id,
      version: reverted.version,
      ...(reverted.changed ? { reverted_to: input.revert_to } : { changed: false }),
    });
  },
});
