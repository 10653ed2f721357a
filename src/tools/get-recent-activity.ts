import * as z from 'zod';
import { recentActivity, type Section } from '../service/recent-activity.ts';
import { isoTime } from '../service/record.ts';
import { budget } from './inputs.ts';
import { AnswerBudget } from './text/answer-budget.ts';
import { dataMark } from './text/list-answer.ts';
import { memoryLine } from './text/memory-lines.ts';
import { defineTool } from './tool.ts';

const closingReserve = 80;

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
    const project =
      input.project === undefined
        ? await context.currentProject()
        : input.project === 'all'
          ? null
          : await context.resolveProject(input.project);
    const activity = await recentActivity(context, { days: input.days, project, limit: input.limit });
    const where = project === null ? 'all projects' : `project ${project}`;
    const head = `${where}: ${activity.total} memories; since ${isoTime(activity.since).slice(0, 10)}. ${dataMark}`;
    const sections: readonly (readonly [string, Section])[] = [
      ['unresolved problems (any age)', activity.unresolved],
      ['decided', activity.decided],
      ['new', activity.stored],
      ['changed', activity.changed],
    ];
    const room = new AnswerBudget(input.max_tokens, closingReserve);
    room.take(head);
    const lines = [head];
    let left = 0;
    for (const [name, { items, total }] of sections) {
      if (total === 0) continue;
      const title = `${name}: ${total}`;
      if (room.take(title)) lines.push(title);
      for (const memory of items) {
        const line = `- ${memoryLine(memory)}`;
        if (room.take(line)) lines.push(line);
        else left += 1;
      }
    }
    if (lines.length === 1) lines.push('Nothing new and nothing unresolved.');
    if (left > 0) lines.push(`truncated: ${left} lines did not fit into max_tokens ${input.max_tokens}`);
    return { text: lines.join('\n') };
  },
});
