import * as z from 'zod';
import { type RecentActivity, recentActivity, type Section } from '../service/recent-activity.ts';
import { isoTime } from '../service/record.ts';
import { budget } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { dataMark } from './text/list-answer.ts';
import { memoryLine, oneLine } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

/** `as` says which ones are shown where not all are. */
interface Part extends Section {
  readonly title: string;
  readonly as: string;
}

const partsOf = (activity: RecentActivity): readonly Part[] => {
  const besides = activity.unresolved.total + activity.decided.total > 0 ? 'also ' : '';
  return [
    { title: 'unresolved problems (any age)', as: 'most important', ...activity.unresolved },
    { title: 'decided', as: 'newest', ...activity.decided },
    { title: `${besides}new`, as: 'newest', ...activity.stored },
    { title: `${besides}changed`, as: 'latest', ...activity.changed },
  ];
};

const partLines = ({ title, as, items, total }: Part, room: AnswerBudget): readonly string[] => {
  if (total === 0) return [];
  const lines: string[] = [];
  // The title is written last, when it is known how many follow it.
  const titleOf = (shown: number): string => `${title}: ${total}${shown < total ? `, the ${shown} ${as}` : ''}`;
  if (!room.take(titleOf(items.length))) return [];
  for (const memory of items) {
    const line = `- ${memoryLine(memory)}`;
    if (!room.take(line)) break;
    lines.push(line);
  }
  return [lines.length === 0 ? `${title}: ${total}` : titleOf(lines.length), ...lines];
};

const emptyLine = ({ project, total }: RecentActivity): string =>
  project !== null && total === 0
    ? "Nothing is stored for this project yet; project 'all' shows every project."
    : 'Nothing new and nothing unresolved.';

/** Room for the hint at the end and for titles that turn out longer. */
const closingReserve = 180;

export const getRecentActivity = defineTool({
  name: 'get_recent_activity',
  title: 'Get recent activity',
  description:
    "Use at the start of a session: this project's unresolved problems, decisions, new and changed memories. project 'all' for every project.",
  profile: 'core',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({
    days: z.number().int().min(1).max(365).default(7),
    project: z.string().optional(),
    limit: z.number().int().min(1).max(50).default(5).describe('per section'),
    max_tokens: budget(1_200),
  }),
  run: async (input, context) => {
    const named = input.project?.trim() || undefined;
    const project =
      named === undefined
        ? await context.currentProject()
        : named === 'all'
          ? null
          : await context.resolveProject(named);
    const activity = await recentActivity(context, { days: input.days, project, limit: input.limit });
    const where = project === null ? 'all projects' : `project ${oneLine(project)}`;
    const since = isoTime(activity.since).slice(0, 10);
    const head = `${where}: ${activity.total} memories; since ${since}. ${dataMark}`;
    const room = new AnswerBudget(input.max_tokens, closingReserve);
    room.take(head);
    const parts = partsOf(activity);
    const lines = parts.flatMap((part) => partLines(part, room));
    if (lines.length === 0) return { text: `${head}\n${emptyLine(activity)}` };
    const shown = lines.filter((line) => line.startsWith('- ')).length;
    const found = parts.reduce((sum, part) => sum + part.items.length, 0);
    const left = found - shown;
    const closing = [
      ...(left > 0 ? [`truncated: ${left} did not fit into max_tokens ${input.max_tokens}`] : []),
      ...(parts.some((part) => part.total > part.items.length)
        ? [`more: limit above ${input.limit}, or search_memories by memory_types, created_after`]
        : []),
    ];
    return { text: [head, ...lines, ...closing].join('\n') };
  },
});
