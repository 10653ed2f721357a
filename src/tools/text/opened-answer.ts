import type { Memory } from '../../domain/memory.ts';
import type { OpenedMemories, OpenedMemory } from '../../service/get-memories.ts';
import { isoTime, memoryRecord } from '../../service/record.ts';
import { AnswerBudget } from './answer-budget.ts';
import { dataMark } from './list-answer.ts';
import { connectionLine, quoted, reasonOf } from './memory-lines.ts';

/** These have a place of their own in the answer, or say nothing to a reader. */
const shownElsewhere = new Set(['id', 'type', 'title', 'content', 'version', 'created_at', 'updated_at']);
/** Kept for the end of the answer, and for what is said behind a memory that is not shown in full. */
const closingReserve = 200;
const cutReserve = 80;
const moreReserve = 60;
/** Less room than this is not worth the beginning of another memory. */
const smallest = 300;

const indented = (text: string): readonly string[] => text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => `  ${line}`);

const facts = (memory: Memory): string =>
  Object.entries(memoryRecord(memory))
    .filter(([name]) => !shownElsewhere.has(name))
    .map(([name, value]) => {
      const plain = Array.isArray(value) && value.every((item) => typeof item === 'string' && /^[^\s,]+$/.test(item));
      const bare = typeof value === 'string' && /^[^\s;]+$/.test(value);
      return `${name}: ${plain ? value.join(', ') : bare ? value : JSON.stringify(value)}`;
    })
    .join('; ');

const head = ({ asked, memory }: OpenedMemory): string =>
  `${memory.type} ${memory.id} v${memory.version} ${quoted(memory.title)} created ${isoTime(memory.createdAt)}` +
  (memory.updatedAt === memory.createdAt ? '' : ` updated ${isoTime(memory.updatedAt)}`) +
  (asked === memory.id ? '' : ` (${asked} was merged into it)`);

/** The content as far as there is room, line by line, indented so that no line of it can pass for one of ours. */
const contentLines = (memory: Memory, budget: AnswerBudget): readonly string[] => {
  const lines: string[] = [];
  let shown = 0;
  for (const line of indented(memory.content)) {
    const room = budget.left - cutReserve - moreReserve - 1;
    if (line.length <= room && budget.take(line)) {
      lines.push(line);
      shown += line.length - 1;
      continue;
    }
    const part = line.slice(0, Math.max(0, room)).replace(/[\uD800-\uDBFF]$/, '');
    if (part.length > 2 && budget.take(part)) {
      lines.push(part);
      shown += part.length - 2;
    }
    const needed = Math.ceil(memory.content.length / 3.5) + 200;
    lines.push(`  [cut: ${shown} of ${memory.content.length} characters; ask again with max_tokens ${needed}]`);
    budget.spend(lines.at(-1) ?? '');
    break;
  }
  return lines;
};

const connectionLines = (opened: OpenedMemory, budget: AnswerBudget): readonly string[] => {
  const lines: string[] = [];
  for (const { relationship, other } of opened.connections) {
    const seen = connectionLine(relationship, opened.memory.id, other);
    const line = `- ${seen} strength ${relationship.strength}${reasonOf(relationship)} [${relationship.id}]`;
    if (line.length >= budget.left - moreReserve || !budget.take(line)) break;
    lines.push(line);
  }
  const left = opened.connections.length - lines.length;
  if (left > 0 || opened.moreConnections) {
    lines.push(`- ${left > 0 ? `${left} more` : 'more'} relationships: get_related_memories`);
    budget.spend(lines.at(-1) ?? '');
  }
  return lines;
};

/** Memories in full, as far as the budget goes; says what was cut and which did not fit. */
export const openedAnswer = (found: OpenedMemories, maxTokens: number): string => {
  const budget = new AnswerBudget(maxTokens, closingReserve);
  budget.take(dataMark);
  const lines: string[] = [dataMark];
  const left: string[] = [];
  for (const opened of found.opened) {
    const first = [head(opened), facts(opened.memory), 'content:'];
    if (left.length > 0 || budget.left < smallest || !budget.take(...first)) {
      left.push(opened.memory.id);
      continue;
    }
    lines.push(...first, ...contentLines(opened.memory, budget), ...connectionLines(opened, budget));
  }
  if (left.length > 0)
    lines.push(`truncated: ${left.length} more did not fit into max_tokens ${maxTokens}; next: ${left[0]}`);
  if (found.missing.length > 0)
    lines.push(`not found: ${found.missing.slice(0, 3).join(', ')}${found.missing.length > 3 ? ' …' : ''}`);
  return lines.join('\n');
};
